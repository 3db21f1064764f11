import Addresses
import DNSWire
import Diagnostics
import Director
import Health
import Testing

@testable import Settings

@Suite("The director block")
struct DirectorBlockTests {
    private static let vip = IPAddress("192.168.214.140")
    private static let key = VirtualServerKey.endpoint(.tcp, Endpoint(vip!, port: 80))

    @Test("The block of the design document, whole")
    func wholeBlock() throws {
        let text = """
            director {
                backend ipvs;
                vip-interface lo;
                cleanstop no;
                repair yes;
                sysctls report;
                virtual-server tcp 192.168.214.140 port 80 {
                    scheduler rr;
                    quorum 1;
                    real-server 192.168.214.143 port 80 { forward gate; weight 1; };
                    real-server 192.168.214.145 port 80 { forward gate; weight 1; };
                    fallback 127.0.0.1 port 80;
                    check http { path "/index.html"; match "RS"; interval 1s; timeout 3s; rise 1; fall 1; };
                };
                virtual-server fwmark 1 { real-server 10.0.0.1 port 80; };
                vip 203.0.113.5 {
                    virtual-server tcp 192.168.214.140 port 80;  fwmark 1;
                    requires any;  when-all-down serve-all;
                };
            };
            steering { ttl 30s; when-all-down withdraw; answers all; name "www.example.com" { answers single; }; };
            """
        let result = readConfiguration(text)
        let settings = try result.accepted()
        #expect(result.diagnostics.isEmpty)
        let director = settings.director
        #expect(
            director.backend == .ipvs && director.vipInterface == "lo" && !director.cleanstop && director.repair
        )
        #expect(director.sysctls == .report && director.ldirectordFiles.isEmpty && director.log == nil)
        let server = try #require(director.virtualServers.first)
        #expect(server.key == Self.key)
        #expect(server.options == ServiceOptions(scheduler: "rr"))
        #expect(server.quorum == 1 && !server.isQuiescent && !server.cleanstop)
        let request = HTTPCheck(path: "/index.html", receive: "RS")
        let addresses = ["192.168.214.143:80", "192.168.214.145:80"].compactMap { Endpoint($0) }
        #expect(server.realServers.map(\.destination) == addresses.map { Destination($0, forwarding: .gate) })
        #expect(
            server.realServers.map(\.check)
                == addresses.map {
                    Check(.http(request), target: $0, interval: .seconds(1), timeout: .seconds(3))
                })
        // On the director itself, so it is reached and checked at the VIP.
        let fallback = try #require(server.fallback)
        #expect(fallback.destination == Destination(try #require(Endpoint("127.0.0.1:80"))))
        #expect(
            fallback.check
                == Check(
                    .connect, target: try #require(Endpoint("192.168.214.140:80")), interval: .seconds(1),
                    timeout: .seconds(3)))
        #expect(server.position.line == 7 && server.realServers.map(\.position.line) == [10, 11])

        let vip = try #require(director.vips.first)
        #expect(vip.virtualServers == [Self.key, .firewallMark(1, .v4)])
        #expect(vip.whenAllDown == .serveAll && vip.requires == .any)
        #expect(director.allVIPs.map(\.address) == [vip.address, try #require(Self.vip)])
        #expect(director.allVIPs.map(\.virtualServers) == [vip.virtualServers, [Self.key]])
        #expect(settings.steering.names == [try DomainName("www.example.com"): NamePolicy(answers: .single)])
    }

    @Test(
        "The backend, where none is written, and where one is",
        arguments: [
            ("", BackendKind.none), ("virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; };", .ipvs),
            ("backend relay;", .relay),
            ("backend none; virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; };", .none),
        ])
    func backend(_ text: String, _ expected: BackendKind) throws {
        #expect(try readConfiguration("director { \(text) };").accepted().director.backend == expected)
    }

    @Test("A vip without members has all virtual servers of its address")
    func vipWithoutMembers() throws {
        let text = """
            director {
                virtual-server tcp 192.0.2.1 port 443 { real-server 192.0.2.9; };
                virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.9; };
                virtual-server tcp 192.0.2.7 port 80 { real-server 192.0.2.9; };
                virtual-server tcp 192.0.2.3 port 80 { real-server 192.0.2.9; };
                vip 192.0.2.1 { requires all; };
            };
            """
        let vips = try readConfiguration(text).accepted().director.allVIPs
        #expect(vips.map(\.address.description) == ["192.0.2.1", "192.0.2.3", "192.0.2.7"])
        #expect(vips.first?.requires == .all)
        #expect(vips.first?.virtualServers.map(\.description) == ["tcp 192.0.2.1:443", "tcp 192.0.2.1:80"])
    }

    @Test(
        "Mistakes",
        arguments: [
            ("backend ▸kernel;", "a backend is ipvs, relay or none, not 'kernel'"),
            ("backend ipvs; ▸backend relay;", "'backend' is written twice"),
            ("sysctls ▸yes;", "the policy for sysctls is report or manage, not 'yes'"),
            ("vip-interface ▸\"\";", "'' is no name of an interface"),
            ("vip-interface ▸a23456789012345x;", "'a23456789012345x' is no name of an interface"),
            ("▸virtual-sever tcp 192.0.2.1 port 80 { };", "unknown statement 'virtual-sever' in 'director'"),
            ("virtual-server ▸icmp 192.0.2.1 { };", "'tcp', 'udp', 'sctp' or 'fwmark' is expected, not 'icmp'"),
            ("virtual-server tcp ▸192.0.2 port 80 { };", "an address is expected, not '192.0.2'"),
            ("virtual-server tcp 192.0.2.1 ▸{ };", "'port' is expected before '{'"),
            ("virtual-server tcp 192.0.2.1 ▸80 { };", "'port' is expected, not '80'"),
            ("virtual-server tcp 192.0.2.1 port ▸{ };", "a port is expected before '{'"),
            ("virtual-server tcp 192.0.2.1 port 80▸;", "'{' is expected before ';'"),
            (
                "virtual-server ▸tcp 0.0.0.0 port 80 { real-server 192.0.2.2; };",
                "a virtual server needs an address"
            ),
            ("virtual-server fwmark ▸0 { };", "a firewall mark is from 1 to 4294967295, not 0"),
            ("vip ▸x { };", "an address is expected, not 'x'"),
            ("vip ▸192.0.2.5 { };", "no virtual server has the address 192.0.2.5"),
            (
                "vip 192.0.2.1 { virtual-server ▸tcp 192.0.2.1 port 81; };",
                "there is no virtual server 'tcp 192.0.2.1:81'"
            ),
            ("vip 192.0.2.1 { ▸fwmark 2; };", "there is no virtual server 'fwmark 2'"),
            ("vip 192.0.2.1 { requires ▸most; };", "what is required is any or all, not 'most'"),
            (
                "vip 192.0.2.1 { when-all-down ▸lie; };",
                "what to do when all is down is withdraw or serve-all, not 'lie'"
            ),
            ("vip 192.0.2.1 { }; vip ▸192.0.2.1 { };", "the VIP 192.0.2.1 is written twice"),
            (
                "vip 192.0.2.1 { virtual-server tcp 192.0.2.1 port 80; virtual-server ▸tcp 192.0.2.1 port 80; };",
                "the virtual server 'tcp 192.0.2.1:80' is named twice"
            ),
            (
                "virtual-server ▸tcp 192.0.2.1 port 80 { real-server 192.0.2.2; };",
                "the virtual server 'tcp 192.0.2.1:80' is written twice"
            ),
            (
                "ldirectord ▸\"no.cf\";",
                "can't read the ldirectord.cf '/etc/swerve/no.cf': No such file or directory"
            ),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let server = "virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; };"
        let marked = MarkedText("director { \(server) \(marked) };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }
}

@Suite("The steering block")
struct SteeringBlockTests {
    @Test func reads() throws {
        let text = """
            ttl 5m; when-all-down serve-all; answers single;
            name "A.example" { ttl 1; when-all-down withdraw; answers all; };
            """
        let steering = try readConfiguration("steering { \(text) };").accepted().steering
        #expect(
            steering.ttl == .seconds(300) && steering.whenAllDown == .serveAll && steering.answers == .single)
        #expect(
            steering.names == [
                try DomainName("a.example"): NamePolicy(answers: .all, whenAllDown: .withdraw, ttl: .seconds(1))
            ])
    }

    @Test(
        arguments: [
            ("ttl ▸0;", "a TTL is from 1s to 1d, not 0"), ("ttl ▸2d;", "a TTL is from 1s to 1d, not 2d"),
            ("ttl ▸1500ms;", "a TTL is a number of whole seconds"),
            ("ttl ▸soon;", "a TTL is expected, not 'soon'"),
            ("answers ▸one;", "the way to answer is all or single, not 'one'"),
            ("ttl 5; ▸ttl 6;", "'ttl' is written twice"), ("▸tll 5;", "unknown statement 'tll' in 'steering'"),
            ("name ▸\"a..b\" { };", "'a..b' is no domain name: a label is empty"),
            ("name \"a\" { }; ▸name \"A.\" { };", "'name' is written twice"),
            ("name \"a\" { ▸quorum 1; };", "unknown statement 'quorum' in 'name'"),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText("steering { \(marked) };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test(
        "Spans of time",
        arguments: [
            ("1s", Duration.seconds(1)), ("500ms", .milliseconds(500)), ("2m", .seconds(120)),
            ("10", .seconds(10)),
            ("1h30m", .seconds(5400)), ("1d", .seconds(86_400)), ("1w", .seconds(604_800)), ("0", .zero),
            ("1M", .seconds(60)),
        ])
    func durations(_ text: String, _ expected: Duration) {
        #expect(DurationText.read(text) == expected)
    }

    @Test(arguments: ["", "s", "1x", "1.5s", "-1", "1 s", "99999999999999999999", "9999999999w", "s1"])
    func noDurations(_ text: String) {
        #expect(DurationText.read(text) == nil)
    }

    @Test(arguments: [(Duration.seconds(90), "90s"), (.milliseconds(1500), "1500ms"), (.seconds(7200), "2h")])
    func durationsInWords(_ duration: Duration, _ text: String) {
        #expect(DurationText.text(duration) == text)
    }
}
