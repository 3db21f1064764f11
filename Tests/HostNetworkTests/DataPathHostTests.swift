import Addresses
import Director
import Testing

@testable import HostNetwork

@Suite("A host whose checks go through the VIP")
struct DataPathHostTests {
    static let vip = IPAddress("192.168.214.140")!
    static let server = IPAddress("192.168.214.143")!
    static let own = IPAddress("192.168.214.148")!

    /// A director whose way to the real server is eth0, with these settings.
    static func state(
        accept: (Int, Int) = (0, 1), filter: (Int, Int) = (0, 0), reuse: Int = 1, source: IPAddress? = own
    ) -> HostState {
        HostState(
            routes: [server: Route(interface: "eth0", source: source)],
            settings: [
                .ipv4("all", "accept_local"): "\(accept.0)", .ipv4("eth0", "accept_local"): "\(accept.1)",
                .ipv4("all", "rp_filter"): "\(filter.0)", .ipv4("eth0", "rp_filter"): "\(filter.1)",
                .ipvs("conn_reuse_mode"): "\(reuse)",
            ])
    }

    static func findings(_ state: HostState, _ forwarding: Forwarding = .gate) -> [Finding] {
        DataPathHost.judge(
            Destination(Endpoint(server, port: 80), forwarding: forwarding), vips: [vip], in: state)
    }

    @Test(
        "accept_local is what `all` or the interface says, rp_filter the higher of the two (ip-sysctl.rst)",
        arguments: [
            ((0, 1), (0, 0), []), ((1, 0), (0, 0), []), ((0, 0), (0, 0), ["net.ipv4.conf.eth0.accept_local=1"]),
            ((1, 0), (1, 0), ["net.ipv4.conf.eth0.rp_filter=2"]),
            ((1, 0), (0, 1), ["net.ipv4.conf.eth0.rp_filter=2"]), ((1, 0), (2, 1), []), ((1, 0), (1, 2), []),
            ((0, 0), (1, 1), ["net.ipv4.conf.eth0.accept_local=1", "net.ipv4.conf.eth0.rp_filter=2"]),
        ] as [((Int, Int), (Int, Int), [String])])
    func settings(_ accept: (Int, Int), _ filter: (Int, Int), _ remedies: [String]) {
        for forwarding in [Forwarding.gate, .ipip] {
            let findings = Self.findings(Self.state(accept: accept, filter: filter), forwarding)
            #expect(findings.flatMap { $0.remedy.map(\.description) } == remedies)
            #expect(findings.allSatisfy { $0.severity == .error })
        }
        // What comes back through IPVS comes from the real server's own address.
        #expect(Self.findings(Self.state(accept: accept, filter: filter), .masq) == [])
    }

    @Test("What may be set is judged as if it were, and nothing is set by that")
    func mended() {
        let state = Self.state(accept: (0, 0), filter: (0, 1))
        let findings = Self.findings(state)
        #expect(findings.count == 2)
        #expect(Self.findings(state.mended(findings) { _ in true }) == [])
        #expect(Self.findings(state.mended(findings) { _ in false }) == findings)
        let one = state.mended(findings) { $0 == .ipv4("eth0", "accept_local") }
        #expect(
            Self.findings(one).flatMap { $0.remedy.map(\.description) } == ["net.ipv4.conf.eth0.rp_filter=2"])
    }

    @Test("The probe's own address is no VIP")
    func source() {
        #expect(DataPathHost.source(to: Self.server, vips: [Self.vip], in: Self.state()) == Self.own)
        #expect(Self.findings(Self.state(source: Self.vip)).map(\.subject) == ["\(Self.server)"])
        #expect(Self.findings(Self.state(source: nil)).map(\.subject) == ["\(Self.server)"])
        #expect(Self.findings(HostState()).map(\.text) == ["no route leads to this real server"])
    }

    @Test(
        "Where the kernel would take the VIP it is another address of the interface, of the same network if possible"
    )
    func otherSource() {
        var state = Self.state(source: Self.vip)
        state.addresses = [
            InterfaceAddress(IPAddress("10.0.0.1")!, prefixLength: 8, interface: "eth1"),
            InterfaceAddress(Self.vip, prefixLength: 24, interface: "eth0"),
            InterfaceAddress(IPAddress("10.0.0.2")!, prefixLength: 8, interface: "eth0"),
        ]
        #expect(DataPathHost.source(to: Self.server, vips: [Self.vip], in: state) == IPAddress("10.0.0.2"))
        state.addresses.append(InterfaceAddress(Self.own, prefixLength: 24, interface: "eth0"))
        #expect(DataPathHost.source(to: Self.server, vips: [Self.vip], in: state) == Self.own)
        #expect(Self.findings(state, .masq) == [])
    }

    @Test("A port that is used again must not lead to an earlier real server")
    func reuse() {
        let remedies = Self.findings(Self.state(reuse: 0), .masq).flatMap { $0.remedy.map(\.description) }
        #expect(remedies == ["net.ipv4.vs.conn_reuse_mode=1"])
    }
}
