import Addresses
import HostNetwork
import Testing

/// What the kernel does with these settings: Documentation/networking/ip-sysctl.rst, arp_ignore and arp_announce.
@Suite("A host as a real server") struct RealServerHostTests {
    @Test("nothing is wrong once prepared")
    func prepared() {
        #expect(RealServerHost.judge(vip: vip, in: .realServer(arpIgnore: (1, 0), arpAnnounce: (2, 0))) == [])
    }

    @Test(
        "the higher of all's and the interface's own value counts",
        arguments: [
            ((0, 0), (0, 0), ["eth0 0", "eth0 0"]),
            ((1, 0), (2, 0), []),
            ((0, 1), (0, 2), []),
            ((2, 1), (1, 2), []),
            ((1, 0), (1, 0), ["eth0 1"]),
            ((3, 0), (2, 0), ["eth0 3"]),
            ((8, 0), (2, 0), ["eth0 8"]),
        ] as [((Int, Int), (Int, Int), [String])])
    func effective(arpIgnore: (Int, Int), arpAnnounce: (Int, Int), expected: [String]) {
        let findings = RealServerHost.judge(
            vip: vip, in: .realServer(arpIgnore: arpIgnore, arpAnnounce: arpAnnounce))
        #expect(findings.allSatisfy { $0.severity == .error })
        let found = findings.map { finding in
            let value = finding.text.split(separator: " ")[3]
            return "\(finding.subject) \(value)"
        }
        #expect(found == expected)
    }

    @Test("the article's own four lines suppress nothing, for lack of all.arp_ignore")
    func article() throws {
        var state = HostState.realServer(arpIgnore: (0, 0), arpAnnounce: (0, 0))
        state.settings[.ipv4("lo", "arp_ignore")] = "1"
        state.settings[.ipv4("all", "arp_announce")] = "1"
        state.settings[.ipv4("lo", "arp_announce")] = "2"
        state.settings[.ipv4("all", "arp_announce")] = "2"
        let findings = RealServerHost.judge(vip: vip, in: state)
        let finding = try #require(findings.first)
        #expect(findings.count == 1)
        #expect(finding.severity == .error)
        #expect(finding.subject == "eth0")
        #expect(finding.text.hasPrefix("effective arp_ignore is 0 (all 0, eth0 0): it answers ARP"))
        #expect(finding.fix == "sysctl -w net.ipv4.conf.all.arp_ignore=1")
    }

    @Test("every LAN interface is judged, tunnels and those that are down are not")
    func interfaces() {
        var state = HostState.realServer(arpIgnore: (0, 1), arpAnnounce: (2, 0))
        let others: [(String, Link.Flags, String?, Bool)] = [
            ("eth1", [.up, .broadcast], nil, true), ("eth2", .broadcast, nil, false),
            ("tun0", [.up, .pointToPoint, .noARP], "tun", false),
            ("dummy0", [.up, .broadcast], "dummy", false),
        ]
        for (name, flags, kind, _) in others {
            state.links.append(Link(index: Int32(state.links.count + 1), name: name, flags: flags, kind: kind))
            state.settings[.ipv4(name, "arp_ignore")] = "0"
            state.settings[.ipv4(name, "arp_announce")] = "0"
        }
        #expect(RealServerHost.judge(vip: vip, in: state).map(\.subject) == others.filter(\.3).map(\.0))
    }

    @Test(
        "the VIP is on lo and on nothing else, as a network of its own",
        arguments: [
            ([], "no interface has it"),
            (["lo/32"], nil),
            (["lo/24"], "on lo it has the length /24"),
            (["eth0/24"], "it is on eth0"),
            (["eth0/32", "lo/32"], "it is on eth0"),
            (["dummy0/32"], nil),
            (["tunl0/32"], nil),
        ] as [([String], String?)])
    func address(places: [String], expected: String?) {
        var state = HostState.realServer(arpIgnore: (1, 0), arpAnnounce: (2, 0))
        state.links.append(Link(index: 3, name: "dummy0", flags: [.up, .broadcast, .noARP], kind: "dummy"))
        state.links.append(
            Link(index: 4, name: "tunl0", hardwareType: 768, flags: [.up, .noARP], kind: "ipip"))
        state.addresses = places.map { place in
            let parts = place.split(separator: "/")
            return InterfaceAddress(vip, prefixLength: Int(parts[1]) ?? 0, interface: String(parts[0]))
        }
        let findings = RealServerHost.judge(vip: vip, in: state)
        #expect(findings.count == (expected == nil ? 0 : 1))
        #expect(findings.first.map { $0.text.hasPrefix(expected ?? "-") } != false)
    }

    @Test("an IPv6 VIP needs no suppression")
    func ipv6() {
        let vip = IPAddress("2001:db8::140")!
        var state = HostState.realServer(arpIgnore: (0, 0), arpAnnounce: (0, 0))
        state.addresses = [InterfaceAddress(vip, prefixLength: 128, interface: "lo")]
        #expect(RealServerHost.judge(vip: vip, in: state) == [])
        state.addresses = []
        #expect(RealServerHost.judge(vip: vip, in: state).first?.fix == "ip addr add 2001:db8::140/128 dev lo")
    }

    @Test("a strict reverse path filter throws away what comes out of a tunnel", arguments: [0, 1, 2])
    func tunnel(filter: Int) {
        var state = HostState.realServer(arpIgnore: (1, 0), arpAnnounce: (2, 0))
        state.links.append(
            Link(index: 4, name: "tunl0", hardwareType: 768, flags: [.up, .noARP], kind: "ipip"))
        state.settings[.ipv4("tunl0", "rp_filter")] = "\(filter)"
        #expect(RealServerHost.judge(vip: vip, in: state).map(\.subject) == (filter == 1 ? ["tunl0"] : []))
    }
}

private let vip = IPAddress("192.168.214.140")!

extension HostState {
    /// A host with lo, which has the VIP, and eth0; values are those of all and of eth0.
    fileprivate static func realServer(arpIgnore: (Int, Int), arpAnnounce: (Int, Int)) -> HostState {
        HostState(
            links: [
                Link(index: 1, name: "lo", hardwareType: 772, flags: [.up, .loopback]),
                Link(index: 2, name: "eth0", flags: [.up, .broadcast]),
            ],
            addresses: [InterfaceAddress(vip, prefixLength: 32, interface: "lo")],
            settings: [
                .ipv4("all", "arp_ignore"): "\(arpIgnore.0)", .ipv4("eth0", "arp_ignore"): "\(arpIgnore.1)",
                .ipv4("all", "arp_announce"): "\(arpAnnounce.0)",
                .ipv4("eth0", "arp_announce"): "\(arpAnnounce.1)",
                .ipv4("lo", "arp_ignore"): "0", .ipv4("lo", "arp_announce"): "0",
            ])
    }
}
