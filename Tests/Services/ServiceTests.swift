import Addresses
import Foundation
import Health
import NIOPosix
import Probes
import Testing

/// What a check of a server finds: `success`, or how the reason begins.
private struct Row: Sendable {
    var method: Check.Method
    var offset: UInt16 = 0
    var finding = "success"

    init(_ service: ServiceCheck, offset: UInt16 = 0, _ finding: String = "success") {
        self.init(.service(service), offset: offset, finding)
    }

    init(_ method: Check.Method, offset: UInt16 = 0, _ finding: String = "success") {
        self.method = method
        self.offset = offset
        self.finding = finding
    }
}

@Suite("For each service, a server of its own protocol", .serialized, .timeLimit(.minutes(5)))
struct ServiceTests {
    /// Runs a server, carries out the checks of all rows, then the first row's behind every fault.
    private func judge(_ name: String, harming: [Int] = [0], _ rows: [Row]) async throws {
        try await RealServer.run(name, answering: rows[0].method) { server in
            for row in rows {
                let finding = await server.probe(row.method, offset: row.offset).finding
                #expect(finding.hasPrefix(row.finding), "\(row.method)")
            }
            for row in harming {
                try await harm(server, rows[row])
            }
        }
    }

    /// Every fault, all at once since most of it is waiting.
    private func harm(_ server: RealServer, _ row: Row) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for fault in FaultProxy.Fault.allCases {
                group.addTask { try await harm(server, row, fault) }
            }
            try await group.waitForAll()
        }
    }

    /// A fault at every message: the check says that the server is down, in its time; with none left it is up.
    private func harm(_ server: RealServer, _ row: Row, _ fault: FaultProxy.Fault) async throws {
        let port = server.port + row.offset
        var message = 0
        var patience = Self.patience
        while message < 40 {
            let clock = ContinuousClock()
            let start = clock.now
            let (outcome, said) = try await FaultProxy.run(before: port, fault, at: message) { proxy in
                let outcome = await server.probe(row.method, port: proxy.port, timeout: patience)
                return (outcome, proxy.messages.next())
            }
            if said <= message {
                // The fault was not reached: the conversation has fewer messages, or the server took too long for
                // those before.
                if case .success = outcome { break }
                if patience == Self.patience {
                    patience = Self.patienceWithSlowness
                    continue
                }
                Issue.record("\(outcome.finding), \(row.method), \(fault) after the end")
                break
            }
            // The farewell may be spoiled: the server has shown by then that it serves.
            if case .success = outcome {
                #expect(message > 0, "\(row.method), \(fault) at \(message)")
            } else {
                #expect(clock.now - start < patience + .seconds(4), "\(row.method), \(fault) at \(message)")
            }
            if case .undecided(let reason) = outcome { Issue.record("undecided: \(reason)") }
            message += 1
            patience = Self.patience
        }
    }

    /// A fault that has come is seen in any time. Only what the server says before must still come in it: where that
    /// takes longer on a busy machine, the same fault is waited for once more with the other one.
    private static let patience = Duration.milliseconds(200)
    private static let patienceWithSlowness = Duration.seconds(5)

    @Test(.enabled(if: canServe("/usr/sbin/nginx"), "nginx is not installed"))
    func http() async throws {
        try await judge(
            "nginx", harming: [0, 2],
            [
                Row(.http(HTTPCheck(receive: "RS 1"))),
                Row(.http(HTTPCheck(path: "/nothing")), "HTTP 404"),
                Row(.http(HTTPCheck(isSecure: true, receive: "RS 1")), offset: 1),
            ])
    }

    @Test(
        "Statuses, headers, certificates, gRPC, several checks",
        .enabled(if: canServe("/usr/sbin/nginx"), "nginx is not installed"))
    func httpInDetail() async throws {
        func check(_ path: String, _ change: (inout HTTPCheck) -> Void) -> Check.Method {
            var check = HTTPCheck(path: path)
            change(&check)
            return .http(check)
        }
        try await RealServer.run("nginx", answering: .http(HTTPCheck())) { server in
            let own = server.path + "/certificate.pem"
            let shown = TLSCheck(certificate: own, key: server.path + "/key.pem")
            var named = shown
            named.isVerified = true
            named.authorities = server.path + "/named.pem"
            func secure(_ tls: TLSCheck, host: String? = nil) -> Check.Method {
                check("/") {
                    $0.isSecure = true
                    $0.virtualHost = host
                    $0.tls = tls
                }
            }
            func http2(_ path: String, _ change: (inout HTTPCheck) -> Void = { _ in }) -> Check.Method {
                check(path) {
                    $0.isHTTP2 = true
                    change(&$0)
                }
            }
            func expecting(_ place: HTTPExpectation.Place, _ demand: HTTPExpectation.Demand) -> Check.Method {
                check("/health.json") { $0.expectations = [HTTPExpectation(place, demand)] }
            }
            func group(_ needsAll: Bool, _ methods: [Check.Method]) -> Check.Method {
                .group(
                    CheckGroup(
                        needsAll: needsAll, methods.map { .init($0, port: server.port, timeout: .seconds(5)) }))
            }
            let (good, bad) = (Check.Method.http(HTTPCheck()), Check.Method.http(HTTPCheck(path: "/nothing")))
            let rows: [Row] = [
                Row(check("/closed") { $0.receive = "RS" }, "HTTP 401"),
                Row(
                    check("/closed") {
                        $0.receive = "closed"
                        $0.statuses = [200...299, 401...401]
                    }),
                Row(check("/") { $0.statuses = [300...399] }, "HTTP 200"),
                Row(
                    check("/header") {
                        $0.fields = ["X-Check", "yes"]
                        $0.receive = "^yes$"
                    }), Row(check("/header") { $0.receive = "yes" }, "body does not match"),
                Row(secure(TLSCheck(isVerified: true)), offset: 1, "TLS: certificate verify failed"),
                Row(secure(TLSCheck(isVerified: true, authorities: own)), offset: 1),
                Row(secure(TLSCheck(isVerified: true, authorities: own), host: "www.example"), offset: 1),
                Row(
                    secure(TLSCheck(isVerified: true, authorities: "/nowhere.pem")), offset: 1, "undecided: TLS"
                ),
                Row(secure(TLSCheck()), offset: 2, "HTTP 400"),
                Row(secure(shown), offset: 2), Row(secure(named, host: "www.example"), offset: 2),
                Row(secure(named, host: "other.example"), offset: 2, "TLS"),
                Row(secure(named), offset: 2, "TLS"),
                Row(expecting(.header("content-type"), .text("application/json"))),
                Row(expecting(.header("Content-Type"), .pattern("/json$"))),
                Row(expecting(.header("ETag"), .present)),
                Row(
                    expecting(.header("Content-Type"), .text("json")),
                    "header Content-Type is 'application/json'"),
                Row(expecting(.header("X-None"), .present), "no header X-None"),
                Row(expecting(.json(JSONPath(".status")!), .text("ok"))),
                Row(expecting(.json(JSONPath(".checks[0].ms")!), .text("1.50"))),
                Row(
                    expecting(.json(JSONPath(".checks[0].state")!), .pattern("^DOWN")),
                    "JSON .checks[0].state is 'UP'"),
                Row(expecting(.json(JSONPath(".[\"a.b\"]")!), .text("null"))),
                Row(expecting(.json(JSONPath(".checks[1]")!), .present), "no .checks[1] in the JSON body"),
                Row(expecting(.json(JSONPath(".checks")!), .text("")), "JSON .checks is an array"),
                Row(
                    check("/") { $0.expectations = [.init(.json(JSONPath(".status")!), .present)] },
                    "the body is no JSON: no value at octet 0"),
                Row(http2("/") { $0.receive = "RS 1" }, offset: 3),
                Row(http2("/") { $0.requestMethod = .head }, offset: 3),
                Row(http2("/long.txt") { $0.receive = "xRS 1" }, offset: 3),
                Row(http2("/nothing"), offset: 3, "HTTP 404"),
                Row(
                    http2("/health.json") {
                        $0.expectations = [
                            .init(.header("Content-Type"), .text("application/json")),
                            .init(.json(JSONPath(".status")!), .text("ok")),
                        ]
                    }, offset: 3),
                Row(http2("/"), "the answer is no HTTP/2"),
                Row(
                    http2("/") {
                        $0.isSecure = true
                        $0.receive = "RS 1"
                        $0.tls = TLSCheck(isVerified: true, authorities: own)
                    }, offset: 1),
                Row(http2("/") { $0.isSecure = true }, offset: 2, "TLS: tlsv1 alert no application protocol"),
                Row(.grpc(GRPCCheck()), offset: 3), Row(.grpc(GRPCCheck(isSecure: true)), offset: 1),
                Row(.grpc(GRPCCheck()), "the answer is no HTTP/2"), Row(group(true, [good, good])),
                Row(group(true, [good, bad]), "HTTP 404"), Row(group(false, [bad, good])),
                Row(group(false, [bad, bad]), "HTTP 404; HTTP 404"),
                Row(
                    .exchange(
                        ExchangeCheck(sent: Array("GET / HTTP/1.0\r\n\r\n".utf8), expected: .pattern("RS \\d")))
                ),
                Row(
                    .exchange(
                        ExchangeCheck(
                            isSecure: true, sent: Array("GET / HTTP/1.0\r\n\r\n".utf8),
                            expected: .bytes(Array("RS 1".utf8)))), offset: 1),
                Row(
                    .exchange(
                        ExchangeCheck(sent: Array("GET / HTTP/1.0\r\n\r\n".utf8), expected: .bytes([0, 1]))),
                    "what is expected did not come"), Row(.exchange(ExchangeCheck())),
            ]
            for row in rows {
                let finding = await server.probe(row.method, offset: row.offset).finding
                #expect(finding.hasPrefix(row.finding), "\(row.method)")
            }
            try await harm(server, Row(.grpc(GRPCCheck()), offset: 3))
            try await harm(server, Row(http2("/") { $0.receive = "RS 1" }, offset: 3))
        }
    }

    @Test(.enabled(if: canServe("/usr/sbin/squid") && canServe("/usr/sbin/nginx"), "squid is not installed"))
    func proxy() async throws {
        try await RealServer.run("nginx", answering: .http(HTTPCheck())) { web in
            let page = "http://127.0.0.1:\(web.port)/index.html"
            try await judge(
                "squid",
                [
                    Row(.http(HTTPCheck(path: page, isProxy: true, receive: "RS 1"))),
                    Row(.http(HTTPCheck(path: page, isProxy: true, receive: "RS 2")), "body does not match"),
                    Row(.http(HTTPCheck(path: "http://127.0.0.1:1/", isProxy: true)), "HTTP 503"),
                ])
        }
    }

    @Test(.enabled(if: canServe("/usr/sbin/vsftpd"), "vsftpd is not installed"))
    func ftp() async throws {
        func check(_ login: String, _ request: String, _ receive: String? = nil) -> ServiceCheck {
            ServiceCheck(.ftp, request: request, receive: receive, login: login, password: "x@example")
        }
        try await judge(
            "vsftpd",
            [
                Row(check("anonymous", "/welcome.msg", "test")), Row(check("anonymous", "")),
                Row(check("", "")),
                Row(check("anonymous", "/welcome.msg", "toast"), "the file does not match /toast/"),
                Row(check("anonymous", "/nothing"), "answered '550"), Row(check("root", ""), "answered '530"),
            ])
    }

    @Test(.enabled(if: canServe("/usr/sbin/postfix"), "postfix is not installed"))
    func smtp() async throws {
        try await judge(
            "postfix",
            [Row(ServiceCheck(.smtp)), Row(ServiceCheck(.nntp)), Row(ServiceCheck(.imap), "greeted")])
    }

    @Test(.enabled(if: canServe("/usr/sbin/dovecot"), "dovecot is not installed"))
    func mailboxes() async throws {
        func check(_ service: ServiceCheck.Service, _ password: String, isSecure: Bool = false) -> ServiceCheck
        {
            ServiceCheck(service, isSecure: isSecure, login: "test", password: password)
        }
        try await judge(
            "dovecot", harming: [0, 1, 2, 3],
            [
                Row(ServiceCheck(.pop)), Row(ServiceCheck(.imap), offset: 1),
                Row(ServiceCheck(.pop, isSecure: true), offset: 2),
                Row(ServiceCheck(.imap, isSecure: true), offset: 3),
                Row(check(.pop, "secret")), Row(check(.imap, "secret"), offset: 1),
                Row(check(.imap, "secret", isSecure: true), offset: 3),
                Row(check(.imap, "wrong"), offset: 1, "login refused"),
                Row(check(.pop, "wrong"), "login refused"),
                Row(ServiceCheck(.pop), offset: 1, "greeted with '* OK"),
            ])
    }

    @Test(.enabled(if: canServe("/usr/bin/perl"), "perl is not installed"))
    func nntp() async throws {
        try await judge(
            "nntp",
            [
                Row(ServiceCheck(.nntp)), Row(ServiceCheck(.nntp), offset: 1, "answered '502 no permission'"),
            ])
    }

    @Test(.enabled(if: canServe("/usr/sbin/slapd"), "slapd is not installed"))
    func ldap() async throws {
        func check(_ request: String, _ password: String = "", isSecure: Bool = false, _ receive: String? = nil)
            -> ServiceCheck
        {
            ServiceCheck(
                .ldap, isSecure: isSecure, request: request, receive: receive,
                login: password.isEmpty ? "" : "cn=admin,dc=example", password: password)
        }
        try await judge(
            "slapd", harming: [0, 1],
            [
                Row(check("dc=example", "secret", "^dc=ex")),
                Row(check("dc=example", "secret", isSecure: true, "^dc=ex"), offset: 1), Row(check("")),
                Row(check("dc=example")), Row(check("dc=example", "wrong"), "bind refused: LDAP result 49"),
                Row(check("dc=nothing"), "search failed: LDAP result 32"),
                Row(check("dc=example", "secret", "other"), "the entry does not match"),
            ])
    }

    @Test(.enabled(if: canServe("/usr/sbin/named"), "named is not installed"))
    func dns() async throws {
        func check(_ request: String, _ receive: String? = nil, isUDP: Bool = true) -> ServiceCheck {
            ServiceCheck(.dns, isUDP: isUDP, request: request, receive: receive)
        }
        try await judge(
            "named", harming: [1],
            [
                Row(check("www.example", "192\\.0\\.2\\.1")), Row(check("www.example", "^192", isUDP: false)),
                // Too many for a datagram: the rest comes by TCP.
                Row(check("many.example", "192\\.0\\.2\\.90")), Row(check("/www.example")),
                Row(
                    .exchange(
                        ExchangeCheck(
                            isUDP: true,
                            // A question for the SOA of example.
                            sent: [0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7] + Array("example".utf8) + [
                                0, 0, 6, 0, 1,
                            ],
                            expected: .bytes(Array("root".utf8))))),
                Row(check("www.example", "10"), "no address or name in the answer matches"),
                Row(check("no.example"), "answered with NXDOMAIN"),
                Row(check("www.other"), "answered with REFUSED"),
            ])
    }

    @Test(.enabled(if: canServe("/usr/sbin/mariadbd"), "mariadbd is not installed"))
    func mysql() async throws {
        func check(_ password: String, _ request: String, database: String = "portal") -> ServiceCheck {
            ServiceCheck(.mysql, request: request, login: "readuser", password: password, database: database)
        }
        let good = "genericpassword"
        try await judge(
            "mariadbd",
            [
                Row(check(good, "SELECT * FROM link")), Row(ServiceCheck(.mysql)), Row(check(good, "")),
                Row(check(good, "SELECT 1", database: "")),
                Row(check(good, "SELECT * FROM none"), "the query has no rows"),
                Row(check(good, "SELEKT"), "MySQL error 1064"), Row(check("wrong", ""), "MySQL error 1045"),
                Row(check(good, "", database: "nothing"), "MySQL error 10"),
            ])
    }

    @Test(
        .enabled(if: canServe("/usr/lib/postgresql/15/bin/postgres"), "PostgreSQL 15 is not installed"))
    func pgsql() async throws {
        func check(_ login: String, _ password: String, _ request: String) -> ServiceCheck {
            ServiceCheck(.pgsql, request: request, login: login, password: password, database: "postgres")
        }
        let good = "genericpassword"
        try await judge(
            "postgres",
            [
                Row(check("scram", good, "SELECT * FROM link")), Row(check("hash", good, "SELECT * FROM link")),
                Row(check("clear", good, "SELECT * FROM link")), Row(ServiceCheck(.pgsql)),
                Row(check("scram", good, "")),
                Row(check("scram", good, "SELECT * FROM empty"), "the query has no rows"),
                Row(check("scram", good, "SELEKT"), "PostgreSQL error: syntax error"),
                Row(check("scram", "wrong", ""), "PostgreSQL error: password authentication failed"),
                Row(check("hash", "wrong", ""), "PostgreSQL error: password authentication failed"),
                Row(check("nobody", good, ""), "PostgreSQL error"),
            ])
    }

    @Test(.enabled(if: canServe("/usr/sbin/freeradius"), "freeradius is not installed"))
    func radius() async throws {
        func check(_ password: String, secret: String = "testing123") -> ServiceCheck {
            ServiceCheck(.radius, login: "test", password: password, secret: secret)
        }
        try await RealServer.run("freeradius", answering: .service(check("secret"))) { server in
            #expect(await server.probe(.service(check("wrong"))).finding == "access rejected")
            let unknown = await server.probe(.service(check("secret", secret: "other")), timeout: Self.patience)
            #expect(unknown.finding.hasPrefix("timed out"))
        }
    }

    @Test(.enabled(if: canServe("/usr/sbin/kamailio"), "kamailio is not installed"))
    func sip() async throws {
        func check(_ login: String, isUDP: Bool) -> ServiceCheck {
            ServiceCheck(.sip, isUDP: isUDP, login: login)
        }
        try await judge(
            "kamailio",
            [
                Row(check("swerve@example", isUDP: false)), Row(check("swerve@example", isUDP: true)),
                Row(check("nobody@example", isUDP: false), "answered 'SIP/2.0 404 Not Found'"),
                Row(check("nobody@example", isUDP: true), "answered 'SIP/2.0 404 Not Found'"),
            ])
    }

    @Test(.enabled(if: canServe("/usr/bin/redis-server"), "redis-server is not installed"))
    func redis() async throws {
        try await judge(
            "redis", harming: [0, 2, 3],
            [
                Row(ServiceCheck(.redis, password: "secret")),
                Row(ServiceCheck(.redis, login: "test", password: "hidden")),
                Row(ServiceCheck(.simpletcp, request: "AUTH secret\\nPING\\n", receive: "PONG")),
                Row(
                    .exchange(
                        ExchangeCheck(
                            sent: Array("AUTH secret\r\nPING\r\n".utf8), expected: .pattern("\\+PONG")))),
                Row(ServiceCheck(.redis), "answered '-NOAUTH"),
                Row(ServiceCheck(.redis, password: "wrong"), "answered '-WRONGPASS"),
                Row(ServiceCheck(.simpletcp, request: "PING\\n", receive: "PONG"), "no line matches"),
            ])
    }

    @Test(
        "Datagrams that are wrong, for each protocol of datagrams", arguments: FaultyDatagrams.allCases,
        [
            ServiceCheck(.dns, isUDP: true, request: "www.example"),
            ServiceCheck(.radius, login: "a", password: "b", secret: "c"),
            ServiceCheck(.sip, isUDP: true, login: "a@b"),
        ])
    func datagrams(_ fault: FaultyDatagrams, _ service: ServiceCheck) async throws {
        let outcome = try await fault.run { port in
            await Prober(group: MultiThreadedEventLoopGroup.singleton).probe(
                Check(
                    .service(service), target: Endpoint(.v4(.loopback), port: port), timeout: .milliseconds(200)
                ))
        }
        guard case .failure = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }
}
