import Addresses
import Health
import NIOCore
import NIOPosix
import Probes
import Testing

/// What a probe of a server with this script finds.
func probe(
    _ http: HTTPCheck, timeout: Duration = .seconds(20), tls: Bool = false, script: @escaping TestServer.Script
) async throws -> Outcome {
    try await TestServer.run(tls: tls, script: script) { server in
        await Prober(group: MultiThreadedEventLoopGroup.singleton).probe(
            Check(.http(http), target: server.endpoint, timeout: timeout))
    }
}

extension HTTPCheck {
    /// A check of `/` that wants this of its answer.
    init(expecting expectation: HTTPExpectation) {
        self.init()
        expectations = [expectation]
    }
}

extension Outcome {
    /// `success`, or the reason of anything else.
    var finding: String {
        switch self {
        case .success: "success"
        case .failure(let reason): reason
        case .undecided(let reason): "undecided: \(reason)"
        }
    }
}

@Suite("HTTP checks", .timeLimit(.minutes(2)))
struct HTTPProbeTests {
    /// One kind of server, and what a check of it finds.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var http: HTTPCheck
        var script: TestServer.Script
        var finding: String

        init(
            _ description: String, _ http: HTTPCheck, _ script: @escaping TestServer.Script, _ finding: String
        ) {
            testDescription = description
            self.http = http
            self.script = script
            self.finding = finding
        }

        /// A check for `RS` and a digit.
        init(_ description: String, _ script: @escaping TestServer.Script, _ finding: String) {
            self.init(description, HTTPCheck(receive: "RS \\d"), script, finding)
        }
    }

    static let ok = "HTTP/1.1 200 OK\r\n"
    static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    static let endless = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"

    @Test(arguments: [
        Row("good", TestServer.answer("200 OK", "<p>RS 1 SERVER</p>"), "success"),
        Row("good without a pattern", HTTPCheck(), TestServer.answer("204 No Content"), "success"),
        Row("wrong body", TestServer.answer("200 OK", "maintenance"), "body does not match /RS \\d/"),
        Row("empty body", TestServer.answer("200 OK"), "body does not match /RS \\d/"),
        Row("404", TestServer.answer("404 Not Found", "RS 1"), "HTTP 404"),
        Row("503", TestServer.answer("503 Service Unavailable", "RS 1"), "HTTP 503"),
        Row("304", TestServer.answer("304 Not Modified"), "HTTP 304"),
        Row(
            "100 before 200",
            TestServer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nRS 1"),
            "success"),
        Row("chunked", TestServer.send(chunked + "2\r\nRS\r\n2\r\n 1\r\n0\r\n\r\n"), "success"),
        Row(
            "cut off in a chunk", TestServer.send(chunked + "9\r\nRS 1"),
            "connection closed while reading the body"),
        Row("body up to the end of the connection", TestServer.send("HTTP/1.0 200 OK\r\n\r\nRS 1"), "success"),
        Row("closed half-way", TestServer.send(endless + "RS 1"), "connection closed while reading the body"),
        Row("closed without an answer", TestServer.send(""), "connection closed while waiting for the answer"),
        Row("reset", TestServer.reset(), "connection reset while waiting for the answer"),
        Row(
            "reset in the body", TestServer.reset(after: endless + "RS 1"),
            "connection reset while reading the body"),
        Row(
            "no HTTP", TestServer.send("220 mail.example ESMTP\r\n"),
            "the answer is no HTTP: it begins with '220 mail.example ESMTP?'"),
        Row(
            "huge body, found at its start",
            TestServer.flood(after: "HTTP/1.0 200 OK\r\n\r\nRS 1", with: String(repeating: "x", count: 9000)),
            "success"),
        Row(
            "huge body, not found",
            TestServer.flood(after: "HTTP/1.0 200 OK\r\n\r\n", with: String(repeating: "x", count: 9000)),
            "body does not match /RS \\d/"),
        Row(
            "huge header",
            TestServer.flood(
                after: "HTTP/1.1 200 OK\r\n", with: "X-Field: \(String(repeating: "x", count: 900))\r\n"),
            "the answer's header is larger than 64 KB"),
        Row(
            "huge field",
            TestServer.flood(after: "HTTP/1.1 200 OK\r\nX-Field: ", with: String(repeating: "x", count: 900)),
            "the answer's header is larger than 64 KB"),
        Row(
            "100 for ever", TestServer.flood(after: "", with: "HTTP/1.1 100 Continue\r\n\r\n"),
            "the answer has no end of its header in 128 KB"),
        Row(
            "tiny chunks in huge clothes",
            TestServer.flood(after: chunked, with: "1;\(String(repeating: "x", count: 900))\r\n.\r\n"),
            "the answer comes in chunks that are all but empty"),
        Row(
            "HEAD", HTTPCheck(requestMethod: .head),
            TestServer.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"), "success"),
        Row(
            "HEAD and a pattern", HTTPCheck(requestMethod: .head, receive: "RS"),
            TestServer.send("HTTP/1.1 200 OK\r\nX-Name: RS\r\n\r\n"),
            "HEAD brings no body that could match /RS/"),
        Row(
            "HEAD and a pattern that matches nothing at all", HTTPCheck(requestMethod: .head, receive: ".*"),
            TestServer.send("HTTP/1.1 200 OK\r\n\r\n"), "success"),
        Row(
            "a pattern that is none", HTTPCheck(receive: "(RS"), TestServer.answer("200 OK", "RS"),
            "/(RS/ is no regular expression: missing closing parenthesis at offset 3"),
        Row(
            "a pattern that a body makes costly", HTTPCheck(receive: "(x+x+)+[yz]"),
            TestServer.answer("200 OK", String(repeating: "x", count: 5000)),
            "body is too costly to match with /(x+x+)+[yz]/"),
        Row(
            "a pattern that a field makes costly",
            HTTPCheck(expecting: HTTPExpectation(.header("X-State"), .pattern("(x+x+)+[yz]"))),
            TestServer.answer("200 OK", fields: "X-State: \(String(repeating: "x", count: 5000))\r\n"),
            "header X-State is too costly to match with /(x+x+)+[yz]/"),
        Row(
            "a pattern that a value makes costly",
            HTTPCheck(expecting: HTTPExpectation(.json(JSONPath(".a.b")!), .pattern("(x+x+)+[yz]"))),
            TestServer.answer("200 OK", "{\"a\": {\"b\": \"\(String(repeating: "x", count: 5000))\"}}"),
            "JSON .a.b is too costly to match with /(x+x+)+[yz]/"),
    ])
    func finds(row: Row) async throws {
        let finding = try await probe(row.http, script: row.script).finding
        #expect(finding == row.finding)
    }

    @Test(
        "the timeout holds for everything together",
        arguments: [
            Row("hangs after accept", { _, _ in }, "timed out after 2 s while waiting for the answer"),
            Row(
                "drips its header", TestServer.drip(after: "HTTP/1.1 200 OK\r\nX: "),
                "timed out after 2 s while waiting for the answer"),
            Row(
                "drips its body", TestServer.drip(after: endless), "timed out after 2 s while reading the body"),
            Row(
                "drips after what matches", TestServer.drip(after: endless + "RS 1"),
                "timed out after 2 s while reading the body"),
        ])
    func timeouts(row: Row) async throws {
        let finding = try await probe(row.http, timeout: .seconds(2), script: row.script).finding
        #expect(finding == row.finding)
    }

    @Test("the request says what the check asks for")
    func request() async throws {
        try await TestServer.run(script: TestServer.answer("200 OK")) { server in
            let prober = Prober(group: MultiThreadedEventLoopGroup.singleton)
            let check = HTTPCheck(requestMethod: .head, path: "/a b?c=\u{E9}#d", virtualHost: "www.yufu123.com")
            _ = await prober.probe(Check(.http(check), target: server.endpoint))
            _ = await prober.probe(Check(.http(HTTPCheck(path: "index.html")), target: server.endpoint))
            let fields = "User-Agent: swerve\r\nAccept: */*\r\nConnection: close\r\n\r\n"
            #expect(
                server.received.headers == [
                    "HEAD /a%20b?c=%C3%A9 HTTP/1.1\r\nHost: www.yufu123.com\r\n" + fields,
                    "GET /index.html HTTP/1.1\r\nHost: \(server.endpoint)\r\n" + fields,
                ])
        }
    }

    @Test("each probe has a connection of its own")
    func connections() async throws {
        try await TestServer.run(script: TestServer.answer("200 OK")) { server in
            let prober = Prober(group: MultiThreadedEventLoopGroup.singleton)
            for _ in 0..<3 { _ = await prober.probe(Check(.http(HTTPCheck()), target: server.endpoint)) }
            #expect(server.received.channels.count == 3)
        }
    }

    @Test("a hung server delays no other")
    func parallel() async throws {
        let prober = Prober(group: MultiThreadedEventLoopGroup.singleton)
        try await TestServer.run(script: { _, _ in }) { hung in
            try await TestServer.run(script: TestServer.answer("200 OK", "RS 1")) { good in
                try await withThrowingTaskGroup(of: (isHung: Bool, outcome: Outcome).self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            let check = Check(
                                .http(HTTPCheck()), target: hung.endpoint, timeout: .seconds(3600))
                            return (true, await prober.probe(check))
                        }
                    }
                    for _ in 0..<100 {
                        group.addTask {
                            let check = Check(
                                .http(HTTPCheck(receive: "RS")), target: good.endpoint, timeout: .seconds(60))
                            return (false, await prober.probe(check))
                        }
                    }
                    for _ in 0..<100 {
                        let (isHung, outcome) = try #require(await group.next())
                        #expect(!isHung && outcome.finding == "success")
                    }
                    group.cancelAll()
                    for try await (isHung, outcome) in group {
                        #expect(isHung && outcome == .undecided("cancelled"))
                    }
                }
            }
        }
    }

    @Test("a cancelled probe closes its connection")
    func cancellation() async throws {
        try await TestServer.run(script: { _, _ in }) { server in
            try await withThrowingTaskGroup(of: Outcome.self) { group in
                group.addTask {
                    await Prober(group: MultiThreadedEventLoopGroup.singleton).probe(
                        Check(.http(HTTPCheck()), target: server.endpoint, timeout: .seconds(3600)))
                }
                while server.received.headers.isEmpty { await Task.yield() }
                group.cancelAll()
                #expect(try await group.next() == .undecided("cancelled"))
                // Complete when the server has seen the end of the connection; else the time limit ends the test.
                for channel in server.received.channels { try await channel.closeFuture.get() }
            }
        }
    }
}
