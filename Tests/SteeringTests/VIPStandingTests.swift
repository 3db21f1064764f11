import Addresses
import Director
import Steering
import Testing

@Suite("The state of a VIP")
struct VIPStandingTests {
    /// A virtual server from its real servers, a letter each: s serving, w up with weight 0, p up but not
    /// acknowledged, d down, ? unknown; then the fallback: S serving, F failing, - none.
    static func server(_ real: String, quorum: Int = 1, fallback: Character = "-", port: UInt16 = 80)
        -> VirtualServer
    {
        func make(_ letter: Character, _ index: Int) -> RealServer {
            let endpoint = Endpoint(.v4(IPv4Address(10, 0, 0, UInt8(index))), port: 80)
            return RealServer(
                Destination(endpoint, weight: letter == "w" ? 0 : 3),
                standing: letter == "?" ? .unknown : letter == "d" || letter == "F" ? .down : .up,
                isAcknowledged: letter != "p", recovery: .seconds(index))
        }
        return VirtualServer(
            .endpoint(.tcp, Endpoint(.v4(IPv4Address(192, 0, 2, 1)), port: port)), options: ServiceOptions(),
            quorum: quorum, realServers: real.enumerated().map { make($1, $0 + 1) },
            fallback: fallback == "-" ? nil : make(fallback, 99))
    }

    @Test(
        "of one virtual server",
        arguments: [
            ("ss", 1, "-", VIPState.up, 6), ("sd", 1, "-", .up, 3), ("dd", 1, "-", .down, 0),
            ("sd", 2, "-", .degraded, 3), ("ss", 2, "-", .up, 6), ("sss", 4, "-", .degraded, 9),
            ("ww", 1, "-", .down, 0), ("pp", 1, "-", .down, 0), ("??", 1, "-", .down, 0),
            ("dd", 1, "S", .degraded, 1), ("dd", 1, "F", .down, 0), ("sd", 1, "F", .up, 3),
            ("", 1, "-", .down, 0),
        ])
    func ofOne(real: String, quorum: Int, fallback: String, state: VIPState, weight: Int) {
        let standing = VIPStanding(
            of: [Self.server(real, quorum: quorum, fallback: Character(fallback))], requires: .any)
        #expect(standing.state == state)
        #expect(standing.weight == weight)
    }

    @Test(
        "of several, by what it requires",
        arguments: [
            (["s", "s"], VIPState.up, VIPState.up), (["s", "d"], .up, .down), (["d", "d"], .down, .down),
            ([], .down, .down),
        ])
    func ofSeveral(servers: [String], any: VIPState, all: VIPState) {
        let servers = servers.enumerated().map { Self.server($1, port: UInt16(80 + $0)) }
        #expect(VIPStanding(of: servers, requires: .any).state == any)
        #expect(VIPStanding(of: servers, requires: .all).state == all)
    }

    @Test("is degraded between up and down: one short of its quorum, the other whole, both required")
    func between() {
        let servers = [Self.server("sd", quorum: 2), Self.server("s", port: 81)]
        #expect(VIPStanding(of: servers, requires: .all).state == .degraded)
        #expect(VIPStanding(of: servers, requires: .any).state == .up)
    }

    @Test("tells the least time to come up, while it is not up")
    func recovery() {
        #expect(VIPStanding(of: [Self.server("ddd")], requires: .any).recovery == .seconds(1))
        #expect(VIPStanding(of: [Self.server("sdd", quorum: 2)], requires: .any).recovery == .seconds(2))
        #expect(VIPStanding(of: [Self.server("sdd")], requires: .any).recovery == nil)
        // A fallback that is asked more often can make a VIP that is down degraded sooner.
        var server = Self.server("ddd", fallback: "F")
        server.fallback?.recovery = .milliseconds(100)
        #expect(VIPStanding(of: [server], requires: .any).recovery == .milliseconds(100))
        server.fallback?.standing = .up
        #expect(VIPStanding(of: [server], requires: .any).recovery == .seconds(1))
        // A real server that is switched off never comes up.
        for index in server.realServers.indices { server.realServers[index].recovery = nil }
        #expect(VIPStanding(of: [server], requires: .any).recovery == nil)
    }
}
