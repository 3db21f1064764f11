import ControlProtocol
import Testing

@testable import swervectl

/// 2026-11-23 12:57:33 UTC; times in the reports count back from it.
private let now = Timestamp(milliseconds: 1_795_438_653_000)

private func before(_ seconds: Int64) -> Timestamp {
    Timestamp(milliseconds: now.milliseconds - seconds * 1000)
}

private func server(
    _ address: String, _ verdict: RealServerReport.Verdict, _ reason: String, note: String? = nil
) -> RealServerReport {
    RealServerReport(
        endpoint: "\(address):80", forwarding: "gate", state: verdict == .up ? .up : .down, verdict: verdict,
        reason: reason,
        since: before(300),
        weight: 1, actualWeight: verdict == .up ? 1 : nil, check: "http \(address):80/index.html every 1 s",
        activeConnections: verdict == .up ? 12 : nil, inactiveConnections: verdict == .up ? 3 : nil, note: note)
}

private let virtual = VirtualServerReport(
    name: "tcp 192.168.214.140:80", state: .up, scheduler: "rr", quorum: 1,
    realServers: [
        server("192.168.214.143", .up, "HTTP 200 in 3 ms"),
        server("192.168.214.145", .down, "connection refused", note: "disabled by order (racks)"),
    ],
    fallback: server("127.0.0.1", .down, "connection refused"))

@Suite("Reports as people read them") struct RenderingTests {
    @Test("status")
    func status() {
        let report = StatusReport(
            version: "0.1.0", processIdentifier: 4711, started: before(97_200), uptime: 97_200,
            configurationFile: "/etc/swerve/swerve.conf", backend: "ipvs",
            endpoints: ["udp 192.0.2.1#53", "tcp 192.0.2.1#53"], workers: 2, zones: .init(up: 2, total: 4),
            failedZones: 1, orders: 3, realServers: .init(up: 1, total: 2), vips: .init(up: 1, total: 1),
            memory: 45_400_000,
            warnings: ["no state-directory"],
            lastReload: .init(time: before(300), isComplete: false, text: "zones/a.zone:6:10: no such type"))
        #expect(
            report.text(now: now) == """
                swerved 0.1.0, process 4711, up 1 d 3 h
                  configuration  /etc/swerve/swerve.conf
                  listening      udp 192.0.2.1#53, tcp 192.0.2.1#53 (2 threads)
                  backend        ipvs
                  zones          2 of 4 loaded, 1 served as loaded before, 1 answered with SERVFAIL
                  VIPs           1 of 1 up
                  real servers   1 of 2 up
                  orders         3 in force, see 'swervectl servers'
                  memory         45 MB
                  last reload    2026-11-23 12:52:33 UTC (5 min ago): failed: zones/a.zone:6:10: no such type
                warning: no state-directory

                """)
    }

    @Test("stats")
    func stats() {
        let report = StatsReport(
            started: before(60), counters: [.init("udp4Queries", 12), .init("noError", 7)])
        #expect(
            report.text(now: now) == """
                COUNTER      VALUE
                udp4Queries     12
                noError          7
                since 2026-11-23 12:56:33 UTC (1 min ago)

                """)
    }

    @Test("zones")
    func zones() {
        let report = ZonesReport(zones: [
            ZoneReport(
                name: "yufu123.com", file: "yufu123.com.zone", state: .loaded, serial: 20_180_703, records: 5,
                memory: 1234, loaded: before(300), steeredNames: 2),
            ZoneReport(
                name: "example.com", file: "e.zone", state: .failed, error: "e.zone:1:1: error: no SOA record"),
        ])
        #expect(
            report.text(now: now) == """
                ZONE         STATE     SERIAL  RECORDS  MEMORY  STEERED  LOADED     FILE
                yufu123.com  loaded  20180703        5  1234 B        2  5 min ago  yufu123.com.zone
                example.com  failed         -        0     0 B        0  -          e.zone
                example.com: e.zone:1:1: error: no SOA record

                """)
        #expect(ZonesReport(zones: []).text(now: now) == "no zones\n")
    }

    @Test("servers")
    func servers() {
        let vip = VIPReport(
            address: "192.168.214.140", state: .up, since: before(7200), names: 2, timeToLive: 30, weight: 1)
        #expect(
            ServersReport(vips: [vip], virtualServers: [virtual]).text(now: now) == """
                VIP              STATE  SINCE    NAMES  TTL  WEIGHT
                192.168.214.140  up     2 h ago      2   30       1

                SERVER                     FORWARD  STATE  WEIGHT  ACTIVE  INACTIVE  SINCE      REASON
                tcp 192.168.214.140:80 rr           up                                          1 of 2 serving, quorum 1
                  -> 192.168.214.143:80    gate     up          1      12         3  5 min ago  HTTP 200 in 3 ms
                  -> 192.168.214.145:80    gate     down        -       -         -  5 min ago  disabled by order (racks); check: down, connection refused
                  -> 127.0.0.1:80          gate     down        -       -         -  5 min ago  fallback: connection refused

                """)
        #expect(ServersReport(vips: [], virtualServers: []).text(now: now) == "no virtual servers\n")
    }

    @Test("what is worth a look stands behind the reason")
    func warning() {
        var server = server("192.0.2.11", .up, "HTTP 200 in 3 ms")
        #expect(server.why == "HTTP 200 in 3 ms")
        server.warning = "its certificate ends in 9 days"
        #expect(server.why == "HTTP 200 in 3 ms; its certificate ends in 9 days")
    }

    @Test("explain")
    func explain() {
        let report = ExplainReport(
            name: "www.yufu123.com", type: "A", from: "172.20.17.21",
            steps: [
                ExplainStep(
                    name: "www.yufu123.com", zone: "yufu123.com", file: "zones/yufu123.com.zone",
                    owner: "www.yufu123.com", match: "exact match",
                    written: ["www.yufu123.com. 86400 IN A 192.168.214.140"],
                    steering: SteeringExplanation(
                        answers: "all", whenAllDown: "withdraw",
                        addresses: [
                            AddressExplanation(
                                address: "192.168.214.140", state: .up, weight: 1, isAnswered: true,
                                note: "up by order", virtualServers: [virtual]),
                            AddressExplanation(address: "192.0.2.1", state: nil, weight: 1, isAnswered: true),
                        ], decision: "the addresses that are up, and those that are no VIP", timeToLive: 30,
                        timeToLiveReason: "the steering ttl, less than the zone's 86400"))
            ], responseCode: "NOERROR", answer: ["www.yufu123.com. 30 IN A 192.168.214.140"],
            notes: ["minimal-responses leaves out the additional section"])
        #expect(
            report.text(now: now) == """
                www.yufu123.com A from 172.20.17.21

                zone      yufu123.com (zones/yufu123.com.zone)
                match     exact match: www.yufu123.com
                written   www.yufu123.com. 86400 IN A 192.168.214.140
                steering  answers all, when-all-down withdraw
                  192.168.214.140: VIP up, weight 1, answered: up by order
                    tcp 192.168.214.140:80 rr: up, 1 of 2 serving, quorum 1
                      192.168.214.143:80: up for 5 min, weight 1: HTTP 200 in 3 ms
                      192.168.214.145:80: down for 5 min, not in the table: disabled by order (racks); check: down, connection refused
                      fallback 127.0.0.1:80: down for 5 min, not in the table: connection refused
                  192.0.2.1: no VIP of ours, answered
                decision  the addresses that are up, and those that are no VIP
                TTL       30 s: the steering ttl, less than the zone's 86400

                answer: NOERROR
                ;; ANSWER SECTION:
                www.yufu123.com. 30 IN A 192.168.214.140

                note: minimal-responses leaves out the additional section

                """)
    }

    @Test("reload")
    func reload() {
        let report = ReloadReport(
            isComplete: false, isConfigurationApplied: true,
            diagnostics: [
                DiagnosticReport(
                    severity: "error", message: "no SOA", text: "a.zone:1:1: error: no SOA\n    x\n    ^")
            ],
            zones: [
                .init(name: "a.example", result: .failed, oldSerial: 3, newSerial: 3),
                .init(name: "b.example", result: .failed),
                .init(name: "c.example", result: .loaded, oldSerial: nil, newSerial: 1),
                .init(name: "d.example", result: .loaded, oldSerial: 2, newSerial: 1, warning: "backwards"),
                .init(name: "e.example", result: .removed, oldSerial: 9),
            ], unchangedZones: 1)
        #expect(
            report.complaints
                == "a.zone:1:1: error: no SOA\n    x\n    ^\nzone d.example: warning: backwards\n")
        #expect(
            report.text == """
                zone a.example: not loaded, serial 3 is still served
                zone b.example: not loaded, clients get SERVFAIL
                zone c.example: loaded, serial none -> 1
                zone d.example: loaded, serial 2 -> 1
                zone e.example: removed
                1 zone unchanged
                reload incomplete

                """)
    }

    @Test("Colours change no alignment")
    func colours() {
        let report = ZonesReport(zones: [
            ZoneReport(name: "a", file: "a.zone", state: .loaded),
            ZoneReport(name: "b", file: "b.zone", state: .stale),
        ])
        let painted = report.text(now: now, colours: true)
        #expect(painted.contains("\u{1B}[32mloaded\u{1B}[0m"))
        #expect(painted.contains("\u{1B}[33mstale\u{1B}[0m"))
        var plain = painted
        for escape in ["\u{1B}[32m", "\u{1B}[33m", "\u{1B}[0m"] { plain.replace(escape, with: "") }
        #expect(plain == report.text(now: now))
    }

    @Test(
        "Lengths of time in their two largest units",
        arguments: [
            (0, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (659, "10 min"), (3600, "1 h"),
            (3660, "1 h 1 min"), (86_399, "23 h 59 min"), (97_200, "1 d 3 h"), (-5, "0 s"),
        ] as [(Int64, String)])
    func durations(seconds: Int64, text: String) {
        #expect(Quantity.duration(seconds: seconds) == text)
    }

    @Test(
        "Bytes",
        arguments: [
            (0, "0 B"), (9999, "9999 B"), (10_000, "10 kB"), (9_999_499, "9999 kB"), (45_400_000, "45 MB"),
            (270_000_000_000, "270 GB"),
        ])
    func bytes(count: Int, text: String) {
        #expect(Quantity.bytes(count) == text)
    }
}
