import Addresses
import Diagnostics
import Director
import Health
import Testing

@testable import Settings

@Suite("What only the kernel's table has")
struct KernelStatementTests {
    private func director(_ text: String) throws -> DirectorSettings {
        try readConfiguration("director { \(text) };").accepted().director
    }

    /// A virtual server with one real server of this block.
    private func realServer(_ block: String) throws -> RealServerSettings {
        let director = try director(
            "virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2 { \(block) }; };")
        return try #require(director.virtualServers.first?.realServers.first)
    }

    @Test(
        "Tunnels with the kernel's flags (linux/ip_vs.h: CSUM 1, REMCSUM 2)",
        arguments: [
            ("ipip", .ipip), ("gue port 6080", .gue(port: 6080, flags: 0)),
            ("gue port 6080 no-checksum", .gue(port: 6080, flags: 0)),
            ("gue port 6080 checksum", .gue(port: 6080, flags: 1)),
            ("gue port 6080 remote-checksum", .gue(port: 6080, flags: 2)), ("gre", .gre(flags: 0)),
            ("gre checksum", .gre(flags: 1)),
        ] as [(String, Tunnel)])
    func tunnels(_ text: String, _ tunnel: Tunnel) throws {
        #expect(try realServer("forward ipip; tunnel \(text);").destination.tunnel == tunnel)
    }

    @Test(
        "A check through the VIP goes to the VIP, by the virtual server's way to the real server",
        arguments: [
            ("check connect { through vip; };", "192.0.2.1:80", "192.0.2.2:80", "gate"),
            ("check connect { through vip; port 81; };", "192.0.2.1:81", "192.0.2.2:80", "gate"),
            ("forward ipip; check http { through vip; };", "192.0.2.1:80", "192.0.2.2:80", "ipip"),
            ("forward masq; check http { through vip; };", "192.0.2.1:80", "192.0.2.2:80", "masq"),
            ("check smtp { through vip; };", "192.0.2.1:80", "192.0.2.2:80", "gate"),
            ("check grpc { through vip; port 50; };", "192.0.2.1:50", "192.0.2.2:80", "gate"),
            ("check tcp { through vip; tls yes; };", "192.0.2.1:80", "192.0.2.2:80", "gate"),
            ("check dns { through vip; request a; transport tcp; };", "192.0.2.1:80", "192.0.2.2:80", "gate"),
            ("check dns { through vip; request a; };", "192.0.2.1:80", "192.0.2.2:80", "gate"),
            ("forward ipip; check udp { through vip; };", "192.0.2.1:80", "192.0.2.2:80", "ipip"),
            (
                "check all { through vip; check http; check redis { port 81; }; };", "192.0.2.1:0",
                "192.0.2.2:80", "gate"
            ),
        ])
    func throughVIP(_ block: String, _ target: String, _ realServer: String, _ forwarding: String) throws {
        let check = try self.realServer(block).check
        #expect(check.target == Endpoint(target))
        let path = try DataPath(realServer: #require(Endpoint(realServer)), forwarding: forwarding)
        #expect(check.path == path)
    }

    @Test("A virtual server's check through the VIP is that of its real servers, unless they say otherwise")
    func inherited() throws {
        let director = try director(
            """
            virtual-server tcp 192.0.2.1 port 80 {
                check http { through vip; path "/up"; };
                real-server 192.0.2.2; real-server 192.0.2.3 { check http { through address; }; };
                fallback 192.0.2.9;
            };
            """)
        let servers = try #require(director.virtualServers.first)
        #expect(servers.realServers.map { $0.check.path != nil } == [true, false])
        #expect(servers.fallback?.check.path == nil)
        #expect(servers.realServers[1].check.target == Endpoint("192.0.2.3:80"))
    }

    @Test func timeouts() throws {
        #expect(
            try director("backend ipvs; timeouts { tcp 15m; udp 10; };").timeouts
                == TimeoutSettings(tcp: 900, udp: 10))
        #expect(
            try director("backend ipvs; timeouts { tcp-fin 1h; };").timeouts == TimeoutSettings(tcpFin: 3600))
        #expect(try director("").timeouts.isEmpty)
    }

    @Test("A network namespace by its name or its path", arguments: ["lvs", "/proc/1/ns/net"])
    func networkNamespace(_ name: String) throws {
        #expect(try director("network-namespace \"\(name)\";").networkNamespace == name)
    }

    @Test func privateMarks() throws {
        #expect(try director("private-marks 1000 2000;").privateMarks == 1000...2000)
        #expect(try director("").privateMarks == PrivateMarks.usual)
    }

    @Test(
        "Mistakes in real servers",
        arguments: [
            ("▸tunnel gre;", "a tunnel has no effect without 'forward ipip'"),
            ("forward ipip; tunnel ▸vxlan;", "a tunnel is ipip, gue or gre, not 'vxlan'"),
            ("forward ipip; tunnel gue▸;", "'port' and the UDP port of the tunnel is expected before ';'"),
            (
                "forward ipip; tunnel gue port 6080 ▸csum;",
                "what to do with checksums is no-checksum, checksum or remote-checksum, not 'csum'"
            ), ("forward ipip; tunnel gre ▸remote-checksum;", "'remote-checksum' is for gue only"),
            ("check connect { through ▸vpi; };", "the way of a check is vip or address, not 'vpi'"),
            ("check on { ▸through vip; };", "'check on' can't go through the VIP: it asks nobody"),
            ("check ping { ▸through vip; };", "'check ping' can't go through the VIP: it asks no port"),
            (
                "check ftp { ▸through vip; };",
                "'check ftp' can't go through the VIP: its data goes by another port"
            ),
            (
                "forward masq; check any { check connect; check udp; ▸through vip; };",
                "masq can't lead a check's datagrams through the VIP: the kernel lets their answers by as they come"
            ),
            (
                "check any { check http; check external { command \"/x\"; }; ▸through vip; };",
                "'check any' can't go through the VIP: of 'check external' in it: it asks no port"
            ),
            (
                "forward masq; check any { check http { port 81; }; ▸through vip; };",
                "masq leads the VIP's port to the real server's: another can't be checked through the VIP"
            ),
            (
                "forward masq; check connect { ▸through vip; port 81; };",
                "masq leads the VIP's port to the real server's: another can't be checked through the VIP"
            ),
        ])
    func realServerMistakes(_ marked: String, _ message: String) {
        let marked = MarkedText(
            "director { virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2 { \(marked) }; }; };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test(
        "Mistakes in the director block",
        arguments: [
            (
                "network-namespace ▸\"a/b\";",
                "'a/b' is no name of a network namespace, and no absolute path"
            ), ("private-marks ▸0 5;", "a firewall mark is from 1 to 4294967295, not 0"),
            ("private-marks 5 ▸4;", "the last firewall mark is from 5 to 4294967295, not 4"),
            ("timeouts { tcp ▸0; };", "a timeout is from 1s to 31d, not 0"),
            ("timeouts { ▸sctp 5; };", "unknown statement 'sctp' in 'timeouts'"),
            (
                "private-marks 5 7; virtual-server ▸fwmark 6 { real-server 192.0.2.2 port 80; };",
                "the mark 6 is among the private ones, 5 to 7"
            ),
            (
                """
                ▸private-marks 5 5; virtual-server tcp 192.0.2.1 port 80 {
                    check connect { through vip; }; real-server 192.0.2.2; real-server 192.0.2.3; };
                """, "2 real servers are checked through their VIP, but there are 1 private marks"
            ),
            (
                "backend relay; virtual-server tcp 192.0.2.1 port 80 { check connect { ▸through vip; }; real-server 192.0.2.2; };",
                "'through vip' needs 'backend ipvs': only the kernel leads a mark to one real server"
            ),
            (
                "virtual-server fwmark 1 { check connect { ▸through vip; port 80; }; real-server 192.0.2.2; };",
                "a firewall mark has no VIP that a check could go through"
            ),
            (
                """
                virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2;
                    fallback 192.0.2.9 { check connect { ▸through vip; }; }; };
                """, "a fallback can't be checked through the VIP"
            ),
        ])
    func directorMistakes(_ marked: String, _ message: String) {
        let marked = MarkedText("director { \(marked) };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test("Without the kernel its timeouts have no effect, which is said")
    func timeoutsElsewhere() throws {
        let result = readConfiguration(
            "director { backend relay; timeouts { tcp 5; }; virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; }; };"
        )
        _ = try result.accepted()
        #expect(
            result.warnings.map(\.message) == [
                "'timeouts' are the kernel's: they have no effect without 'backend ipvs'"
            ])
    }
}
