import ControlProtocol

/// Reports with every property filled.
enum Sample {
    static let time = Timestamp(milliseconds: 1_795_438_353_125)

    static let status = StatusReport(
        version: "0.1.0", processIdentifier: 4711, started: time, uptime: 93,
        configurationFile: "/etc/swerve.conf",
        backend: "ipvs", backendError: "no answer", endpoints: ["udp 192.0.2.1#53", "tcp 192.0.2.1#53"],
        workers: 2,
        zones: .init(up: 1, total: 2), failedZones: 1, orders: 8, realServers: .init(up: 3, total: 4),
        vips: .init(up: 5, total: 6),
        memory: 7, warnings: ["state-directory can't be written"],
        lastReload: .init(time: time, isComplete: false, text: "1 error"))

    static let server = {
        var server = plainServer
        server.agent = "drain"
        server.certificateEnd = time
        server.warning = "its certificate ends in 9 days"
        return server
    }()

    private static let plainServer = RealServerReport(
        endpoint: "192.0.2.11:80", forwarding: "gate", state: .draining, verdict: .up,
        reason: "HTTP 200 in 3 ms", since: time,
        weight: 2, actualWeight: 1, check: "http 192.0.2.11:80/ every 1 s", activeConnections: 3,
        inactiveConnections: 4, order: "draining", note: "draining, 3 active, 14 min 2 s left")

    static let virtual = VirtualServerReport(
        name: "tcp 192.0.2.1:80", state: .degraded, scheduler: "rr", quorum: 2, realServers: [server],
        fallback: RealServerReport(
            endpoint: "127.0.0.1:80", forwarding: "gate", state: .unknown, verdict: .unknown,
            reason: "not yet checked",
            weight: 1,
            actualWeight: nil, check: "connect 127.0.0.1:80 every 10 s"))

    static let vip = VIPReport(
        address: "192.0.2.1", state: .down, since: time, names: 3, timeToLive: 5, weight: 2,
        requires: "all",
        whenAllDown: "serve-all", order: "draining", note: "draining (new disks)")

    static let explain = ExplainReport(
        name: "www.example.com", type: "A", from: "198.51.100.1",
        steps: [
            ExplainStep(
                name: "www.example.com", zone: "example.com", file: "example.com.zone", owner: "*.example.com",
                match: "wildcard", written: ["www.example.com. 86400 IN A 192.0.2.1"],
                steering: SteeringExplanation(
                    answers: "all", whenAllDown: "withdraw",
                    addresses: [
                        AddressExplanation(
                            address: "192.0.2.1", state: .up, weight: 2, isAnswered: true,
                            note: "weight 2 by order",
                            virtualServers: [virtual]),
                        AddressExplanation(address: "192.0.2.2", state: nil, weight: 0, isAnswered: false),
                    ], decision: "what is up", timeToLive: 30, timeToLiveReason: "steering ttl"))
        ], responseCode: "NOERROR", answer: ["a"], authority: ["b"], additional: ["c"], notes: ["d"])

    static let diagnostic = DiagnosticReport(
        severity: "error", file: "a.zone", line: 6, column: 10, message: "invalid IPv4 address '192.0.2.300'",
        text: "a.zone:6:10: error: invalid IPv4 address '192.0.2.300'\n    www IN A 192.0.2.300\n")

    static let responses: [Response] = [
        .status(status),
        .stats(StatsReport(started: time, counters: [.init("udp4Queries", .max), .init("noError", 0)])),
        .reload(
            ReloadReport(
                isComplete: false, isConfigurationApplied: true, diagnostics: [diagnostic],
                zones: [
                    .init(
                        name: "example.com", result: .loaded, oldSerial: 1, newSerial: 4_294_967_295,
                        warning: "serial went backwards, 1 -> 4294967295"),
                    .init(name: "example.net", result: .failed),
                ], unchangedZones: 3)),
        .zones(
            ZonesReport(zones: [
                ZoneReport(
                    name: "example.com", file: "example.com.zone", state: .stale, serial: 1, records: 2,
                    memory: 3,
                    loaded: time, steeredNames: 4, error: "\"quoted\"\nand more"),
                ZoneReport(name: ".", file: "root.zone", state: .failed),
            ])),
        .servers(ServersReport(vips: [vip], virtualServers: [virtual])),
        .table(
            TableReport(
                isActual: true, lines: ["IP Virtual Server version 1.2.1 (size=4096)"],
                services: [
                    .init(
                        name: "fwmark 1", scheduler: "wlc", flags: ["persistent 600"],
                        destinations: [
                            .init(
                                endpoint: "192.0.2.11:80", forwarding: "masq", weight: 1, activeConnections: 2,
                                inactiveConnections: 3)
                        ])
                ])),
        .explain(explain),
        .order(
            OrderReport(
                subjects: [
                    .init(kind: "real-server", name: "tcp 192.0.2.1:80 → 10.0.0.1:80", words: "disabled")
                ], warning: "full")),
        .event(Event(time: time, subject: "192.0.2.11:80", text: "down: connection refused")),
        .failure(Failure("no zone example.org", hint: "swervectl zones lists them")),
    ]

    static let requests: [Request] = [
        .status, .stats, .reload(zone: nil), .reload(zone: "example.com"), .zones, .servers,
        .table(TableRequest(isActual: true)),
        .table(TableRequest(isActual: false)), .explain(name: "www.example.com", type: "A", from: nil),
        .explain(name: ".", type: "NS", from: "2001:db8::1"),
        .order(OrderRequest(.drain, "real-server 10.0.0.*", seconds: 900, reason: "new disks")),
        .order(OrderRequest(.weight, "192.0.2.1", weight: 3)), .order(OrderRequest(.enable, "*")),
        .follow,
    ]
}
