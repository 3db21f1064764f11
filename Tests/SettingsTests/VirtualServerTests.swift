import Addresses
import Diagnostics
import Director
import Health
import Testing

@testable import Settings

private let kinds =
    "connect, http, https, http-proxy, ftp, smtp, pop, pops, imap, imaps, nntp, ldap, ldaps, dns, mysql, pgsql, radius, "
    + "sip, simpletcp, redis, tcp, udp, grpc, ping, external, all, any, on or off"

@Suite("Virtual servers of the director block")
struct VirtualServerTests {
    /// The virtual server of a text that has one.
    private func server(_ text: String, backend: String = "ipvs") throws -> VirtualServerSettings {
        let result = readConfiguration("director { backend \(backend); \(text) };")
        return try #require(try result.accepted().director.virtualServers.first)
    }

    @Test(
        "A real server has the port of the table, and is written with its own",
        arguments: [
            ("gate", "", 80, 80), ("gate", "port 81", 80, 81), ("ipip", "port 81", 80, 81),
            ("masq", "port 81", 81, 81),
        ]
            as [(String, String, UInt16, UInt16)])
    func ports(forwarding: String, text: String, port: UInt16, written: UInt16) throws {
        let server = try server(
            "virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2 \(text) { forward \(forwarding); }; };"
        )
        let real = try #require(server.realServers.first)
        #expect(real.destination.endpoint.port == port && real.written.port == written)
    }

    @Test func options() throws {
        let server = try server(
            """
            virtual-server udp 192.0.2.1 port 5060 {
                scheduler sh; scheduler-flags sh-port sh-fallback; persistence 10m; netmask 255.255.255.0;
                one-packet yes; persistence-engine sip; quiescent yes; cleanstop yes; quorum 2;
                real-server 192.0.2.2 port 5061 {
                    forward masq; weight 3; upper-threshold 100; lower-threshold 50; check on;
                };
                real-server 192.0.2.3 { forward ipip; weight 0; check off; };
            };
            """)
        #expect(
            server.options
                == ServiceOptions(
                    scheduler: "sh", flags: [.persistent, .onePacket, .scheduler1, .scheduler2], timeout: 600,
                    netmaskLength: 24, persistenceEngine: "sip"))
        #expect(server.isQuiescent && server.cleanstop && server.quorum == 2)
        let first = Destination(
            try #require(Endpoint("192.0.2.2:5061")), forwarding: .masq, weight: 3, upperThreshold: 100,
            lowerThreshold: 50)
        let second = Destination(try #require(Endpoint("192.0.2.3:5060")), forwarding: .ipip, weight: 0)
        #expect(server.realServers.map(\.destination) == [first, second])
        #expect(server.realServers.map(\.check.method) == [.constant(true), .constant(false)])
    }

    @Test(
        "Scheduler flags by name and by number",
        arguments: [
            ("sh", "sh-fallback", ServiceFlags.scheduler1), ("sh", "sh-port", .scheduler2),
            ("mh", "mh-fallback", .scheduler1), ("mh", "mh-port", .scheduler2), ("rr", "flag-1", .scheduler1),
            ("rr", "flag-2", .scheduler2), ("rr", "flag-3", .scheduler3),
        ])
    func schedulerFlags(_ scheduler: String, _ flag: String, _ expected: ServiceFlags) throws {
        let server = try server(
            """
            virtual-server tcp 192.0.2.1 port 80 {
                scheduler \(scheduler); scheduler-flags \(flag); real-server 192.0.2.2;
            };
            """)
        #expect(server.options.flags == expected)
    }

    @Test("A real server's check takes from the virtual server's what it does not say")
    func inheritedCheck() throws {
        let server = try server(
            """
            virtual-server tcp [vip] port 80 {
                real-server 2001:db8::2 { check http { port 8080; }; };
                real-server 2001:db8::3 { check connect { fall 5; }; };
                real-server 2001:db8::4;
                check https { path "/up?x"; host "www.example.com"; method head; interval 500ms; rise 2; fall 3; };
            };
            """.replacing("[vip]", with: "2001:db8::1"))
        let request = HTTPCheck(requestMethod: .head, path: "/up?x", virtualHost: "www.example.com")
        var secure = request
        secure.isSecure = true
        func check(_ method: Check.Method, _ target: String, fall: Int) throws -> Check {
            Check(
                method, target: try #require(Endpoint(target)), interval: .milliseconds(500),
                timeout: .seconds(5),
                rise: 2, fall: fall)
        }
        #expect(
            server.realServers.map(\.check) == [
                try check(.http(request), "[2001:db8::2]:8080", fall: 3),
                try check(.connect, "[2001:db8::3]:80", fall: 5),
                try check(.http(secure), "[2001:db8::4]:80", fall: 3),
            ])
    }

    @Test("Without a check a TCP connection is tried")
    func defaultCheck() throws {
        let server = try server("virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; };")
        let target = try #require(Endpoint("192.0.2.2:80"))
        #expect(server.realServers.map(\.check) == [Check(.connect, target: target)])
    }

    @Test(
        "The port of a destination is the virtual server's, unless masq rewrites it",
        arguments: [
            ("ipvs", "real-server 192.0.2.2 port 8080 { forward gate; };", 80, 1),
            ("ipvs", "real-server 192.0.2.2 port 8080 { forward ipip; };", 80, 1),
            ("ipvs", "real-server 192.0.2.2 port 8080 { forward masq; };", 8080, 0),
            ("ipvs", "real-server 192.0.2.2 { forward masq; };", 80, 0),
            ("relay", "real-server 192.0.2.2 port 8080;", 80, 1),
            ("relay", "real-server 192.0.2.2 port 8080 { forward masq; };", 8080, 0),
        ])
    func destinationPort(_ backend: String, _ text: String, _ port: UInt16, _ warnings: Int) throws {
        let result = readConfiguration(
            "director { backend \(backend); virtual-server tcp 192.0.2.1 port 80 { \(text) }; };")
        let server = try #require(try result.accepted().director.virtualServers.first?.realServers.first)
        #expect(server.destination.endpoint.port == port)
        // What is written is what is checked.
        #expect(server.check.target.port == (text.contains("8080") ? 8080 : 80))
        #expect(result.warnings.count == warnings)
    }

    @Test(
        "A fallback on the director itself is checked where it is reached",
        arguments: [
            ("ipvs", "fallback 127.0.0.1 port 80;", "192.0.2.1:80", 0),
            ("ipvs", "fallback 127.0.0.1;", "192.0.2.1:80", 0),
            ("none", "fallback 127.0.0.1 port 80;", "192.0.2.1:80", 0),
            ("ipvs", "fallback 127.0.0.1 port 8080;", "192.0.2.1:80", 1),
            ("ipvs", "fallback 127.0.0.1 port 80 { forward ipip; };", "192.0.2.1:80", 0),
            ("ipvs", "fallback 192.0.2.1;", "192.0.2.1:80", 0),
            ("ipvs", "fallback 192.0.2.9;", "192.0.2.9:80", 0),
            ("ipvs", "fallback 192.0.2.9 port 81 { forward masq; };", "192.0.2.9:81", 0),
            ("relay", "fallback 127.0.0.1 port 80;", "127.0.0.1:80", 0),
            ("relay", "fallback 127.0.0.1 port 81 { forward masq; };", "127.0.0.1:81", 0),
        ])
    func localFallback(_ backend: String, _ text: String, _ target: String, _ warnings: Int) throws {
        let result = readConfiguration(
            "director { backend \(backend); virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; \(text) }; };"
        )
        let fallback = try #require(try result.accepted().director.virtualServers.first?.fallback)
        #expect(fallback.check.target == Endpoint(target))
        #expect(result.warnings.count == warnings)
    }

    @Test("So is one at another address of the director, for those who know its addresses")
    func otherLocalFallback() throws {
        let server = try server(
            "virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; fallback 192.0.2.9; };")
        let target = try #require(Endpoint("192.0.2.1:80"))
        #expect(server.fallback { _ in false } == server.fallback)
        #expect(server.fallback { $0 == IPAddress("192.0.2.9") }?.check.target == target)
    }

    @Test func firewallMarks() throws {
        let server = try server(
            """
            virtual-server fwmark 7 inet6 {
                real-server 2001:db8::2 { check connect { port 80; }; };
                real-server 2001:db8::3 port 81 { forward masq; };
            };
            """)
        #expect(server.key == .firewallMark(7, .v6))
        #expect(server.options.netmaskLength == 128)
        #expect(server.realServers.map(\.destination.endpoint.port) == [0, 81])
        #expect(server.realServers.map(\.check.target.port) == [80, 81])
    }

    @Test(
        "Mistakes",
        arguments: [
            ("scheduler ▸wrrr;", "unknown scheduler 'wrrr'"),
            ("scheduler rr; scheduler-flags ▸sh-port;", "'sh-port' is a flag of the scheduler 'sh'"),
            ("scheduler sh; scheduler-flags sh-port ▸sh-prot;", "unknown scheduler flag 'sh-prot'"),
            ("scheduler-flags▸;", "a flag is expected before ';'"),
            ("quorum ▸0;", "a quorum is from 1 to 65535, not 0"),
            ("persistence ▸0;", "a persistence is from 1s to 31d, not 0"),
            ("netmask ▸255.0.255.0;", "a netmask as 255.255.255.0 or 24 is expected, not '255.0.255.0'"),
            ("netmask ▸33;", "a netmask as 255.255.255.0 or 24 is expected, not '33'"),
            ("persistence-engine ▸sip;", "a persistence engine needs persistence"),
            ("persistence 60; persistence-engine ▸stp;", "unknown persistence engine 'stp'"),
            ("▸one-packet yes;", "one-packet scheduling is for UDP only"),
            ("quiescent ▸maybe;", "'yes' or 'no' is expected, not 'maybe'"),
            ("▸wieght 1;", "unknown statement 'wieght' in 'virtual-server'"),
            ("real-server ▸rs1;", "an address is expected, not 'rs1'"),
            ("real-server 192.0.2.3 port ▸0;", "a port is from 1 to 65535, not 0"),
            ("real-server 192.0.2.3 ▸80;", "unexpected '80' in 'real-server'"),
            ("real-server 192.0.2.3 { weight ▸65536; };", "a weight is from 0 to 65535, not 65536"),
            ("real-server 192.0.2.3 { forward ▸nat; };", "a way to forward is gate, ipip or masq, not 'nat'"),
            (
                "real-server 192.0.2.3 { proxy-protocol ▸v3; };",
                "a version of the PROXY protocol is v1 or v2, not 'v3'"
            ),
            ("real-server 192.0.2.3 { weight 1; ▸weight 2; };", "'weight' is written twice"),
            ("fallback 192.0.2.3 { ▸weight 2; };", "unknown statement 'weight' in 'fallback'"),
            (
                "real-server ▸192.0.2.3 { lower-threshold 5; upper-threshold 4; };",
                "the lower threshold 5 is above the upper one, 4"
            ), ("real-server ▸192.0.2.2 port 80;", "the real server 192.0.2.2:80 is written twice"),
            (
                "real-server ▸192.0.2.2 port 8080 { forward ipip; check on; };",
                "the real server 192.0.2.2:80 is written twice"
            ),
            ("fallback ▸192.0.2.2;", "the real server 192.0.2.2:80 is written twice"),
            ("real-server ▸0.0.0.0;", "a real server needs an address"),
            (
                "real-server ▸2001:db8::1;",
                "2001:db8::1 is of another family than the virtual server: only ipip can forward to it"
            ),
            (
                "real-server ▸127.0.0.5 { forward masq; };",
                "masq can't forward to 127.0.0.5: the kernel drops packets to loopback addresses from outside"
            ),
            (
                "fallback ▸127.0.0.1 port 81 { forward masq; };",
                "masq can't forward to 127.0.0.1: the kernel drops packets to loopback addresses from outside"
            ), ("check ▸pong;", "a check is \(kinds), not 'pong'"),
            ("check connect { ▸path \"/\"; };", "'path' is not for 'connect', but for http or https"),
            (
                "check smtp { ▸login \"x\"; };",
                "'login' is not for 'smtp', but for ftp, pop, pops, imap, imaps, ldap, ldaps, mysql, pgsql, "
                    + "radius, sip or redis"
            ), ("▸check dns;", "a check 'dns' needs a 'request'"),
            ("▸check radius { login \"x\"; };", "a check 'radius' needs a 'secret'"),
            ("▸check external { };", "a check 'external' needs a 'command'"),
            ("check dns { request \"x\"; transport ▸sctp; };", "'udp' or 'tcp' is expected, not 'sctp'"),
            ("check ftp { login ▸\"a\nb\"; };", "a text here is one line without control characters"),
            ("check ping { attempts ▸0; };", "a count is from 1 to 100, not 0"),
            (
                "check http { status ▸99; };",
                "a status is from 200 to 599 or 101, or a range as 200-299 or 2xx, not '99'"
            ),
            (
                "check http { status ▸299-200; };",
                "a status is from 200 to 599 or 101, or a range as 200-299 or 2xx, not '299-200'"
            ),
            (
                "check http { status 101 ▸1xx; };",
                "a status is from 200 to 599 or 101, or a range as 200-299 or 2xx, not '1xx'"
            ),
            (
                "check http { status ▸0xx; };",
                "a status is from 200 to 599 or 101, or a range as 200-299 or 2xx, not '0xx'"
            ),
            (
                "check http { expect-header ▸\"a:b\"; };",
                "a header's name holds no blanks and no ':', not 'a:b'"
            ),
            (
                "check http { expect-header a match \"(▸\"; };",
                "invalid regular expression: missing closing parenthesis"
            ),
            ("check http { expect-header▸; };", "a header's name is expected before ';'"),
            ("check http { json ▸\"status\" ok; };", "a path in JSON is expected, not 'status'"),
            ("check http { json \".a\" match▸; };", "a regular expression in quotes is expected before ';'"),
            ("check http { method HEAD; ▸json \".a\"; };", "HEAD brings no body that 'json' could look into"),
            ("check http { http2 ▸maybe; };", "'yes' or 'no' is expected, not 'maybe'"),
            (
                "check connect { ▸json \".a\"; };",
                "'json' is not for 'connect', but for http, https or http-proxy"
            ),
            ("check http { header ▸\"a b\" \"c\"; };", "a header's name holds no blanks and no ':', not 'a b'"),
            ("check http { header A ▸\"b\nC: d\"; };", "a text here is one line without control characters"),
            (
                "check tcp { send-hex ▸\"abc\"; };",
                "an even number of hexadecimal digits is expected, not 'abc'"
            ),
            ("check https { certificate-expiry ▸soon; };", "a time is expected, not 'soon'"),
            ("▸agent { interval 5s; };", "an agent needs a 'port'"),
            ("agent ▸5555;", "'{' is expected before '5555'"),
            ("agent { port ▸0; };", "a port is from 1 to 65535, not 0"),
            ("agent { port 5; ▸prt 5; };", "unknown statement 'prt' in 'agent'"),
            ("agent { port 5; }; ▸agent { port 6; };", "'agent' is written twice"),
            ("fallback 192.0.2.3 { ▸agent off; };", "unknown statement 'agent' in 'fallback'"),
            ("▸check all;", "a check 'all' needs a 'check'"),
            ("check any { ▸check all { check ping; }; };", "'all' can't be one of several checks"),
            (
                "check http { path ▸\"index.html\"; };",
                "a path begins with '/' and holds no blanks, not 'index.html'"
            ),
            ("check http { path ▸\"/a b\"; };", "a path begins with '/' and holds no blanks, not '/a b'"),
            ("check http { match \"a(b▸\"; };", "invalid regular expression: missing closing parenthesis"),
            ("check http { host ▸\"a\nX: b\"; };", "a host's name holds no blanks, not 'a\nX: b'"),
            ("check http { method ▸POST; };", "a method is GET or HEAD, not 'POST'"),
            ("check http { interval ▸10ms; };", "an interval is from 100ms to 1d, not 10ms"),
            ("check http { timeout ▸0; };", "a timeout is from 10ms to 1h, not 0"),
            ("check http { rise ▸101; };", "a count is from 1 to 100, not 101"),
            ("check http { fall ▸0; };", "a count is from 1 to 100, not 0"),
            ("check http { port ▸0; };", "a port is from 1 to 65535, not 0"),
            ("check http { ▸intervall 5; };", "unknown statement 'intervall' in 'check'"),
            ("check http { }; ▸check http { };", "'check' is written twice"),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText(
            "director { virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; \(marked) }; };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test(
        "What a backend or a protocol can't do",
        arguments: [
            (
                "relay", "virtual-server ▸fwmark 1 { real-server 192.0.2.2 port 80; };",
                "a firewall mark needs the kernel: 'backend relay' can't carry it"
            ),
            (
                "relay", "virtual-server ▸sctp 192.0.2.1 port 80 { real-server 192.0.2.2; check on; };",
                "'backend relay' carries TCP and UDP only"
            ),
            (
                "relay",
                "virtual-server ▸tcp 192.0.2.1 port 0 { real-server 192.0.2.2; persistence 5; check on; };",
                "'backend relay' can't carry every port"
            ),
            (
                "relay", "virtual-server tcp 192.0.2.1 port 80 { scheduler ▸mhh; real-server 192.0.2.2; };",
                "unknown scheduler 'mhh'"
            ),
            (
                "ipvs",
                "virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2 { ▸proxy-protocol v1; }; };",
                "only the relay can say who the client is, and only over TCP"
            ),
            (
                "relay",
                "virtual-server udp 192.0.2.1 port 80 { check on; real-server 192.0.2.2 { ▸proxy-protocol v2; }; };",
                "only the relay can say who the client is, and only over TCP"
            ),
            (
                "ipvs", "virtual-server ▸tcp 192.0.2.1 port 0 { real-server 192.0.2.2; check on; };",
                "port 0, which is every port, needs persistence"
            ),
            (
                "ipvs", "virtual-server tcp 192.0.2.1 port 0 { real-server ▸192.0.2.2; persistence 5; };",
                "it is not known which port of this server to check"
            ),
            (
                "ipvs", "virtual-server fwmark 1 { real-server ▸192.0.2.2; };",
                "it is not known which port of this server to check"
            ),
            (
                "ipvs", "virtual-server ▸udp 192.0.2.1 port 53 { real-server 192.0.2.2; };",
                "a virtual server of this protocol needs a 'check'"
            ),
            (
                "ipvs", "virtual-server udp 192.0.2.1 port 53 { real-server 192.0.2.2; ▸check connect; };",
                "connecting says nothing of this protocol"
            ),
        ])
    func limits(_ backend: String, _ marked: String, _ message: String) {
        let marked = MarkedText("director { backend \(backend); \(marked) };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test(
        "Warnings",
        arguments: [
            ("quorum 2; real-server 192.0.2.2;", "a quorum of 2 is never reached with 1 real server"),
            ("fallback 192.0.2.9;", "this virtual server has no real server"),
            ("netmask 24; real-server 192.0.2.2;", "a netmask has no effect without persistence"),
            (
                "real-server 192.0.2.2; fallback 127.0.0.1 port 81;",
                "this fallback is on the director itself: gate delivers to port 80 there, not 81"
            ),
            ("real-server 192.0.2.2 port 81;", "gate leaves the port as it is: packets go to port 80, not 81"),
        ])
    func warnings(_ text: String, _ message: String) throws {
        let result = readConfiguration("director { virtual-server tcp 192.0.2.1 port 80 { \(text) }; };")
        _ = try result.accepted()
        #expect(result.warnings.map(\.message) == [message])
    }
}
