import Addresses
import Health
import Testing

@testable import Settings

@Suite("Checks of swerve.conf")
struct CheckFormTests {
    private func check(_ text: String) throws -> Check {
        let result = readConfiguration(
            "director { virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; check \(text); }; };")
        return try #require(try result.accepted().director.virtualServers.first?.realServers.first).check
    }

    private static func page(_ change: (inout HTTPCheck) -> Void) -> Check.Method {
        var check = HTTPCheck(isSecure: true)
        change(&check)
        return .http(check)
    }

    @Test(
        "Each form",
        arguments: [
            (
                "http-proxy { request \"http://a/b\"; match \"c\"; }",
                Check.Method.http(HTTPCheck(path: "http://a/b", isProxy: true, receive: "c")), 80
            ),
            (
                "ftp { login \"a\"; password \"b c\"; request \"/d\"; match \"e\"; port 21; }",
                .service(ServiceCheck(.ftp, request: "/d", receive: "e", login: "a", password: "b c")), 21
            ), ("smtp", .service(ServiceCheck(.smtp)), 80),
            (
                "pops { login a; password b; }",
                .service(ServiceCheck(.pop, isSecure: true, login: "a", password: "b")), 80
            ),
            ("ldaps { request \"dc=a\"; }", .service(ServiceCheck(.ldap, isSecure: true, request: "dc=a")), 80),
            ("dns { request \"a.b\"; }", .service(ServiceCheck(.dns, isUDP: true, request: "a.b")), 80),
            ("dns { request \"a.b\"; transport tcp; }", .service(ServiceCheck(.dns, request: "a.b")), 80),
            (
                "pgsql { login a; password b; database c; request \"SELECT 1\"; }",
                .service(ServiceCheck(.pgsql, request: "SELECT 1", login: "a", password: "b", database: "c")),
                80
            ),
            (
                "radius { login a; password b; secret c; }",
                .service(ServiceCheck(.radius, login: "a", password: "b", secret: "c")), 80
            ), ("sip { login \"a@b\"; }", .service(ServiceCheck(.sip, isUDP: true, login: "a@b")), 80),
            ("ping { attempts 3; }", .ping(attempts: 3), 0), ("ping", .ping(attempts: 1), 0),
            (
                "external { command \"/x\" \"y z\"; }",
                .external(ExternalCheck(command: "/x", arguments: ["y z", "192.0.2.2", "80"])), 0
            ),
            (
                #"tcp { send "A\r\nB\\\0"; match "C"; tls yes; }"#,
                .exchange(
                    ExchangeCheck(
                        isSecure: true, sent: Array("A\r\nB\\\0".utf8), expected: .pattern("C"))), 80
            ),
            (
                "udp { send-hex \"00 ff\"; match-hex \"0aB0\"; port 9; }",
                .exchange(ExchangeCheck(isUDP: true, sent: [0, 255], expected: .bytes([10, 0xB0]))), 9
            ), ("grpc { service \"a.b\"; tls yes; }", .grpc(GRPCCheck(service: "a.b", isSecure: true)), 80),
            (
                "https { status 200 300-399; header A \"b c\"; header D e; }",
                page {
                    $0.statuses = [200...200, 300...399]
                    $0.fields = ["A", "b c", "D", "e"]
                }, 80
            ),
            ("https { status 2xx 418; }", page { $0.statuses = [200...299, 418...418] }, 80),
            (
                #"https { http2 yes; expect-header A; expect-header B "c d"; expect-header E match "^f"; }"#,
                page {
                    $0.isHTTP2 = true
                    $0.expectations = [
                        .init(.header("A"), .present), .init(.header("B"), .text("c d")),
                        .init(.header("E"), .pattern("^f")),
                    ]
                }, 80
            ),
            (
                #"https { json ".status" ok; json ".a[1].[\"b.c\"]" match "x|y"; json "." "match"; }"#,
                page {
                    $0.expectations = [
                        .init(.json(JSONPath(".status")!), .text("ok")),
                        .init(.json(JSONPath(#".a[1].["b.c"]"#)!), .pattern("x|y")),
                        .init(.json(JSONPath(".")!), .text("match")),
                    ]
                }, 80
            ),
            (
                "https { verify yes; authorities \"/a\"; certificate \"/c\"; key \"/k\"; }",
                page { $0.tls = TLSCheck(isVerified: true, authorities: "/a", certificate: "/c", key: "/k") },
                80
            ),
            (
                "any { timeout 2s; check smtp { port 25; }; check http { timeout 1s; }; check ping; }",
                .group(
                    CheckGroup(
                        needsAll: false,
                        [
                            .init(.service(ServiceCheck(.smtp)), port: 25, timeout: .seconds(2)),
                            .init(.http(HTTPCheck()), port: 80, timeout: .seconds(1)),
                            .init(.ping(attempts: 1), port: 0, timeout: .seconds(2)),
                        ])), 0
            ),
        ])
    func forms(_ text: String, _ method: Check.Method, _ port: UInt16) throws {
        let check = try check(text)
        #expect(check.method == method && check.target.port == port)
    }

    @Test(
        "When a certificate's end is warned about",
        arguments: [
            ("https", 14), ("https { certificate-expiry 30d; }", 30),
            ("pops { certificate-expiry 0; }", 0),
            ("all { check https { certificate-expiry 0; }; check connect; }", 0),
            ("all { check https { certificate-expiry 2d; }; check pops; }", 14),
            (
                "all { check https { certificate-expiry 2d; }; check grpc { certificate-expiry 3d; }; }",
                3
            ),
        ])
    func certificateNotice(_ text: String, _ days: Int64) throws {
        #expect(try check(text).certificateNotice == .seconds(days * 86_400))
    }

    @Test("Agents: the virtual server's, another, none")
    func agents() throws {
        let servers = try readConfiguration(
            """
            director { virtual-server tcp 192.0.2.1 port 80 {
                real-server 192.0.2.2; real-server 192.0.2.3 { agent { interval 2s; timeout 1s; }; };
                real-server 192.0.2.4 { agent off; };
                agent { port 5555; send "x\\n"; }; }; };
            """
        ).accepted().director.virtualServers[0].realServers
        let method = Check.Method.agent(sending: [120, 10])
        #expect(servers[0].agent == Check(method, target: Endpoint("192.0.2.2:5555")!))
        #expect(
            servers[1].agent
                == Check(
                    method, target: Endpoint("192.0.2.3:5555")!, interval: .seconds(2), timeout: .seconds(1)))
        #expect(servers[2].agent == nil)
    }
}
