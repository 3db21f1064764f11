import Addresses
import Director
import Testing

/// A table that a kernel takes.
struct Sample: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var table: Table

    /// Whether `ipvsadm -S` writes all of it: it leaves thresholds out, and a high mark's number is negative.
    var isSavedByIpvsadm: Bool {
        table.entries.allSatisfy { key, entry in
            if case .firewallMark(let mark, _) = key, mark > Int32.max { return false }
            return entry.destinations.values.allSatisfy { $0.upperThreshold == 0 }
        }
    }

    init(_ name: String, _ entries: [VirtualServerKey: TableEntry]) {
        testDescription = name
        table = Table(entries)
    }

    private static func tcp(_ text: String) -> VirtualServerKey { .endpoint(.tcp, Endpoint(text)!) }
    private static func udp(_ text: String) -> VirtualServerKey { .endpoint(.udp, Endpoint(text)!) }

    private static func to(
        _ text: String, _ forwarding: Forwarding = .gate, _ weight: Int32 = 1, upper: UInt32 = 0,
        lower: UInt32 = 0,
        tunnel: Tunnel = .ipip
    ) -> Destination {
        Destination(
            Endpoint(text)!, forwarding: forwarding, weight: weight, upperThreshold: upper,
            lowerThreshold: lower,
            tunnel: tunnel)
    }

    static let tables: [Sample] = [
        Sample("nothing", [:]),
        Sample(
            "the article",
            [
                tcp("192.168.214.140:80"): TableEntry(
                    ServiceOptions(scheduler: "rr"), [to("192.168.214.143:80"), to("192.168.214.145:80")])
            ]),
        Sample(
            "the article with a fallback and a quiet server",
            [
                tcp("192.168.214.140:80"): TableEntry(
                    ServiceOptions(scheduler: "wlc"), [to("192.168.214.143:80", .gate, 0), to("127.0.0.1:80")])
            ]),
        Sample(
            "every way to forward",
            [
                tcp("192.168.214.140:80"): TableEntry(
                    ServiceOptions(scheduler: "wrr"),
                    [
                        to("192.168.214.143:8080", .gate), to("192.168.214.144:8080", .ipip, 65536),
                        to("192.168.214.145:8080", .masq, .max, upper: 100, lower: 50),
                        to("192.168.214.146:80", .ipip, tunnel: .gue(port: 6080, flags: 1)),
                        to("192.168.214.147:80", .ipip, tunnel: .gre(flags: 1)),
                        to("192.168.214.148:80", .gate, upper: 5, tunnel: .gre(flags: 1)),
                        to("192.168.214.149:80", .gate, lower: 5),
                        to("[2001:db8:ffff:ffff:ffff:ffff:ffff:fff1]:80", .ipip),
                    ])
            ]),
        Sample(
            "every protocol, on one address",
            [
                tcp("10.0.0.1:53"): TableEntry(ServiceOptions(scheduler: "lc"), [to("10.0.0.2:53")]),
                udp("10.0.0.1:53"): TableEntry(
                    ServiceOptions(scheduler: "rr", flags: .onePacket), [to("10.0.0.2:53", .masq)]),
                .endpoint(.sctp, Endpoint("10.0.0.1:53")!): TableEntry(
                    ServiceOptions(scheduler: "lblcr"), [to("10.0.0.2:2904", .masq)]),
            ]),
        Sample(
            "marks",
            [
                .firewallMark(7, .v4): TableEntry(
                    ServiceOptions(scheduler: "wrr"),
                    [to("10.0.0.2:0"), to("10.0.0.2:90", .masq), to("10.0.0.3:91", .ipip)]),
                .firewallMark(7, .v6): TableEntry(
                    ServiceOptions(scheduler: "sed", family: .v6), [to("[2001:db8::2]:0")]),
                .firewallMark(4_000_000_000, .v4): TableEntry(
                    ServiceOptions(scheduler: "nq", flags: .persistent, timeout: 300)),
            ]),
        Sample(
            "persistence",
            [
                tcp("192.168.214.140:0"): TableEntry(
                    ServiceOptions(scheduler: "wrr", flags: .persistent, timeout: 300, netmaskLength: 24),
                    [to("192.168.214.143:0")]),
                tcp("192.168.214.140:80"): TableEntry(
                    ServiceOptions(scheduler: "wrr", flags: .persistent, timeout: 300)),
                udp("10.0.0.1:5060"): TableEntry(
                    ServiceOptions(
                        scheduler: "rr", flags: [.persistent, .onePacket], timeout: 60, persistenceEngine: "sip"
                    )),
            ]),
        Sample(
            "schedulers' flags",
            [
                tcp("192.168.214.140:80"): TableEntry(
                    ServiceOptions(scheduler: "sh", flags: [.scheduler1, .scheduler2])),
                tcp("192.168.214.140:81"): TableEntry(
                    ServiceOptions(scheduler: "mh", flags: [.scheduler2, .persistent], timeout: 100)),
                tcp("192.168.214.140:82"): TableEntry(
                    ServiceOptions(scheduler: "rr", flags: [.scheduler1, .scheduler3])),
            ]),
        Sample(
            "IPv6",
            [
                tcp("[2001:db8::1]:443"): TableEntry(
                    ServiceOptions(
                        scheduler: "wlc", flags: .persistent, timeout: 600, family: .v6, netmaskLength: 64),
                    [
                        to("[2001:db8::21]:443"), to("10.0.0.26:443", .ipip), to("[::1.2.3.4]:443"),
                        to("[2001:db8:ffff:ffff:ffff:ffff:ffff:fff1]:44", .masq),
                    ]),
                tcp("[2001:db8:ffff:ffff:ffff:ffff:ffff:fff1]:444"): TableEntry(
                    ServiceOptions(scheduler: "rr", timeout: 5, family: .v6, netmaskLength: 1)),
            ]),
    ]
}
