import Addresses
import Director
import Testing

/// Expected lines are what ipvsadm 1.31 printed on a 6.1 kernel for the same table.
@Suite("Tables in ipvsadm's form") struct TableTextTests {
    @Test("the article's table")
    func article() {
        let table = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs2, rs1])])
        let counts = [web: [rs2.endpoint: ConnectionCounts(active: 12, inactive: 3, persistent: 1)]]
        let expected = """
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port Scheduler Flags
              -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
            TCP  192.168.214.140:80 rr
              -> 192.168.214.143:80           Route   1      0          0         \n\
              -> 192.168.214.145:80           Route   1      12         3         \n
            """
        #expect(TableText.ipvsadm(table, connections: counts) == expected)
    }

    @Test(
        "virtual servers",
        arguments: [
            (
                "tcp 192.168.214.140:0", "wrr", [.persistent], 300, 24, nil,
                "TCP  192.168.214.140:0 wrr persistent 300 mask 255.255.255.0"
            ),
            (
                "tcp 192.168.214.140:443", "wrr", [.persistent], 300, 32, nil,
                "TCP  192.168.214.140:443 wrr persistent 300"
            ),
            (
                "tcp 10.0.0.9:82", "rr", [.persistent], 100, 0, nil,
                "TCP  10.0.0.9:82 rr persistent 100 mask 0.0.0.0"
            ),
            (
                "tcp 10.0.0.1:81", "sh", [.scheduler1, .scheduler2], 0, 32, nil,
                "TCP  10.0.0.1:81 sh (sh-fallback,sh-port)"
            ),
            (
                "tcp 10.0.0.1:83", "mh", [.scheduler2, .persistent], 100, 32, nil,
                "TCP  10.0.0.1:83 mh (mh-port) persistent 100"
            ),
            (
                "tcp 10.0.0.1:84", "rr", [.scheduler1, .scheduler3], 0, 32, nil,
                "TCP  10.0.0.1:84 rr (flag-1,flag-3)"
            ),
            ("udp 10.0.0.1:53", "rr", [.onePacket], 0, 32, nil, "UDP  10.0.0.1:53 rr ops"),
            (
                "udp 10.0.0.1:5061", "sh", [.scheduler1, .persistent, .onePacket], 60, 16, "sip",
                "UDP  10.0.0.1:5061 sh (sh-fallback) persistent 60 mask 255.255.0.0 pe sip ops"
            ),
            ("sctp 10.0.0.1:2904", "lc", [], 0, 32, nil, "SCTP 10.0.0.1:2904 lc"),
            (
                "tcp [2001:db8::1]:443", "wlc", [.persistent], 600, 64, nil,
                "TCP  [2001:db8::1]:443 wlc persistent 600 mask 64"
            ),
            (
                "tcp [2001:db8::1]:444", "wlc", [.persistent], 600, 128, nil,
                "TCP  [2001:db8::1]:444 wlc persistent 600"
            ),
            ("fwmark 7", "wrr", [], 0, 32, nil, "FWM  7 wrr"),
            ("fwmark6 7", "wrr", [], 0, 128, nil, "FWM  7 IPv6 wrr"),
            ("fwmark 4000000000", "wrr", [.persistent], 300, 32, nil, "FWM  -294967296 wrr persistent 300"),
        ] as [(String, String, ServiceFlags, UInt32, UInt8, String?, String)])
    func service(
        key: String, scheduler: String, flags: ServiceFlags, timeout: UInt32, netmask: UInt8, engine: String?,
        line: String
    ) throws {
        let key = try #require(VirtualServerKey(sample: key))
        let options = ServiceOptions(
            scheduler: scheduler, flags: flags, timeout: timeout, netmaskLength: netmask,
            persistenceEngine: engine)
        #expect(
            TableText.ipvsadm(Table([key: TableEntry(options)])).split(separator: "\n").dropFirst(3) == [
                line[...]
            ])
    }

    @Test(
        "destinations",
        arguments: [
            (
                "192.168.214.145:80", .gate, 65536,
                "  -> 192.168.214.145:80           Route   65536  0          0         "
            ),
            (
                "192.168.214.146:8080", .masq, 1,
                "  -> 192.168.214.146:8080         Masq    1      0          0         "
            ),
            (
                "192.168.214.150:80", .ipip, 0,
                "  -> 192.168.214.150:80           Tunnel  0      0          0         "
            ),
            (
                "192.168.214.149:80", .ipip, .max,
                "  -> 192.168.214.149:80           Tunnel  2147483647 0          0         "
            ),
            (
                "[2001:db8:ffff:ffff:ffff:ffff:ffff:fff1]:80", .ipip, 1,
                "  -> [2001:db8:ffff:ffff:ffff:ffff:ffff:fff1]:80 Tunnel  1      0          0         "
            ),
            (
                "[2001:db8::21]:0", .gate, 1,
                "  -> [2001:db8::21]:0             Route   1      0          0         "
            ),
            (
                "[::1.2.3.4]:443", .gate, 1,
                "  -> [::1.2.3.4]:443              Route   1      0          0         "
            ),
        ] as [(String, Forwarding, Int32, String)])
    func destination(endpoint: String, forwarding: Forwarding, weight: Int32, line: String) throws {
        let endpoint = try #require(Endpoint(endpoint))
        let table = Table([
            web: TableEntry(ServiceOptions(), [Destination(endpoint, forwarding: forwarding, weight: weight)])
        ])
        #expect(TableText.ipvsadm(table).split(separator: "\n").dropFirst(4) == [line[...]])
    }
}

extension VirtualServerKey {
    /// Reads the form of `description`.
    init?(sample text: String) {
        let words = text.split(separator: " ")
        switch words[0] {
        case "tcp", "udp", "sctp":
            guard let endpoint = Endpoint(words[1]) else { return nil }
            self = .endpoint(words[0] == "tcp" ? .tcp : words[0] == "udp" ? .udp : .sctp, endpoint)
        default:
            guard let mark = UInt32(words[1]) else { return nil }
            self = .firewallMark(mark, words[0] == "fwmark" ? .v4 : .v6)
        }
    }
}
