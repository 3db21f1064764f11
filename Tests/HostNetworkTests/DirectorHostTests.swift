import Addresses
import Director
import HostNetwork
import Testing

@Suite("A host as the director") struct DirectorHostTests {
    private func subjects(_ table: Table, _ state: HostState, vipInterface: String? = nil) -> [String] {
        DirectorHost.judge(table: table, vipInterface: vipInterface, in: state).map {
            "\($0.severity) \($0.subject)"
        }
    }

    @Test("the article's director is well, and so is a host without virtual servers")
    func well() {
        #expect(subjects(.article, .director) == [])
        #expect(subjects(Table(), HostState()) == [])
    }

    @Test("a real server behind a router can't be reached by gate, but by ipip", arguments: Forwarding.allCases)
    func gateway(forwarding: Forwarding) {
        var state = HostState.director
        state.settings[.forwarding] = "1"
        state.routes[rs1] = Route(gateway: IPAddress("192.168.214.133"), interface: "eth0")
        #expect(
            subjects(.article(forwarding), state) == (forwarding == .gate ? ["error 192.168.214.143"] : []))
        state.routes[rs1] = nil
        #expect(subjects(.article(forwarding), state) == ["error 192.168.214.143"])
        state.routes[rs1] = Route(isLocal: true, interface: "lo")
        #expect(subjects(.article(forwarding), state) == [])
    }

    @Test("masq needs forwarding and no redirects", arguments: [(0, 0), (0, 1), (1, 0), (1, 1)])
    func masquerade(forwarding: Int, redirects: Int) {
        var state = HostState.director
        state.settings[.forwarding] = "\(forwarding)"
        state.settings[.ipv4("eth0", "send_redirects")] = "\(redirects)"
        let expected =
            (forwarding == 0 ? ["error net.ipv4.ip_forward"] : []) + (redirects == 1 ? ["warning eth0"] : [])
        #expect(subjects(.article(.masq), state) == expected)
        #expect(subjects(.article(.gate), state) == [])
    }

    @Test("a VIP that no interface has is an error, or the daemon's to add")
    func absent() {
        var state = HostState.director
        state.addresses = []
        let findings = DirectorHost.judge(table: .article, in: state)
        #expect(findings.map(\.severity) == [.error])
        #expect(findings[0].fix?.hasPrefix("ip addr add 192.168.214.140/32 dev lo") == true)
        #expect(subjects(.article, state, vipInterface: "lo") == ["warning 192.168.214.140"])
        #expect(subjects(.article, state, vipInterface: "eth9") == ["error 192.168.214.140"])
        let loopback = Table([.endpoint(.tcp, Endpoint("127.0.0.140:80")!): TableEntry(ServiceOptions())])
        #expect(subjects(loopback, state) == [])
    }

    @Test("a real server's ARP settings silence a VIP on lo", arguments: [(0, 0), (1, 0), (0, 1), (2, 0)])
    func silent(all: Int, own: Int) {
        var state = HostState.director
        state.settings[.ipv4("all", "arp_ignore")] = "\(all)"
        state.settings[.ipv4("eth0", "arp_ignore")] = "\(own)"
        let expected = all + own > 0 ? ["warning 192.168.214.140"] : []
        #expect(subjects(.article, state) == expected)
        state.addresses[0].interface = "eth0"
        #expect(subjects(.article, state) == [])
    }

    @Test("a VIP of no connected network is routed here, and ARP plays no part")
    func routed() {
        var state = HostState.director
        state.settings[.ipv4("all", "arp_ignore")] = "1"
        state.networks = []
        #expect(subjects(.article, state) == [])
    }

    @Test("a VIP with its network's length on lo")
    func length() {
        var state = HostState.director
        state.addresses[0].prefixLength = 24
        #expect(subjects(.article, state) == ["error 192.168.214.140"])
        state.addresses[0].interface = "eth0"
        #expect(subjects(.article, state) == [])
    }

    @Test("an IPv6 VIP belongs on the LAN interface, unless it is routed here")
    func ipv6() {
        let vip = IPAddress("2001:db8::140")!
        let table = Table([.endpoint(.tcp, Endpoint(vip, port: 80)): TableEntry(ServiceOptions(family: .v6))])
        var state = HostState.director
        state.addresses = [InterfaceAddress(vip, prefixLength: 128, interface: "lo")]
        #expect(subjects(table, state) == ["notice 2001:db8::140"])
        state.networks.append(ConnectedNetwork(Prefix("2001:db8::/64")!, interface: "eth0"))
        #expect(subjects(table, state) == ["error 2001:db8::140"])
        state.addresses[0].interface = "eth0"
        #expect(subjects(table, state) == [])
        state.addresses = []
        #expect(DirectorHost.judge(table: table, in: state)[0].fix?.contains("dev eth0") == true)
    }

    @Test(
        "the kernel's settings",
        arguments: [
            ("expire_nodest_conn", 0, false, ["warning net.ipv4.vs.expire_nodest_conn"]),
            ("expire_nodest_conn", 1, false, []),
            ("expire_quiescent_template", 0, false, []),
            ("expire_quiescent_template", 0, true, ["warning net.ipv4.vs.expire_quiescent_template"]),
            ("expire_quiescent_template", 1, true, []),
            ("conn_reuse_mode", 0, false, ["warning net.ipv4.vs.conn_reuse_mode"]),
            ("conn_reuse_mode", 1, false, []),
        ] as [(String, Int, Bool, [String])])
    func settings(name: String, value: Int, isPersistent: Bool, expected: [String]) {
        var state = HostState.director
        state.settings[.ipvs(name)] = "\(value)"
        var table = Table.article
        if isPersistent { table.entries[table.entries.keys.first!]?.options.flags = .persistent }
        #expect(subjects(table, state) == expected)
    }

    @Test("a strict reverse path filter matters with several networks", arguments: [0, 1, 2])
    func filter(value: Int) {
        var state = HostState.director
        state.settings[.ipv4("eth0", "rp_filter")] = "\(value)"
        #expect(subjects(.article, state) == [])
        state.links.append(Link(index: 3, name: "eth1", flags: [.up, .broadcast]))
        #expect(subjects(.article, state) == (value == 1 ? ["notice eth0"] : []))
    }

    @Test("another controller")
    func controller() {
        var state = HostState.director
        state.controllers = [Controller("ldirectord", process: 42)]
        #expect(subjects(.article, state) == ["warning ldirectord"])
    }
}

private let vip = IPAddress("192.168.214.140")!
private let rs1 = IPAddress("192.168.214.143")!
private let rs2 = IPAddress("192.168.214.145")!

extension Table {
    fileprivate static let article = article(.gate)

    fileprivate static func article(_ forwarding: Forwarding) -> Table {
        Table([
            .endpoint(.tcp, Endpoint(vip, port: 80)): TableEntry(
                ServiceOptions(scheduler: "rr"),
                [rs1, rs2].map { Destination(Endpoint($0, port: 80), forwarding: forwarding) })
        ])
    }
}

extension HostState {
    /// The article's director: the VIP on lo, the real servers on the LAN of eth0.
    fileprivate static let director = HostState(
        links: [
            Link(index: 1, name: "lo", hardwareType: 772, flags: [.up, .loopback]),
            Link(index: 2, name: "eth0", flags: [.up, .broadcast]),
        ],
        addresses: [InterfaceAddress(vip, prefixLength: 32, interface: "lo")],
        networks: [ConnectedNetwork(Prefix("192.168.214.0/24")!, interface: "eth0")],
        routes: [rs1: Route(interface: "eth0"), rs2: Route(interface: "eth0")],
        settings: [
            .ipv4("all", "arp_ignore"): "0", .ipv4("eth0", "arp_ignore"): "0",
            .ipv4("all", "send_redirects"): "0", .ipv4("eth0", "send_redirects"): "0",
            .ipv4("all", "rp_filter"): "0", .ipv4("eth0", "rp_filter"): "0", .forwarding: "0",
            .ipvs("expire_nodest_conn"): "1", .ipvs("expire_quiescent_template"): "1",
            .ipvs("conn_reuse_mode"): "1",
        ])
}
