import Health
import NIOPosix
import Probes
import Testing

@Suite("HTTPS checks", .timeLimit(.minutes(1)))
struct TLSProbeTests {
    @Test(
        "a self-signed certificate will do",
        arguments: [nil, "www.yufu123.com", "192.0.2.1", "2001:db8::1", "www.yufu123.com:8443"])
    func good(virtualHost: String?) async throws {
        let check = HTTPCheck(isSecure: true, virtualHost: virtualHost, receive: "RS 1")
        let finding = try await probe(check, tls: true, script: TestServer.answer("200 OK", "RS 1")).finding
        #expect(finding == "success")
    }

    @Test("a body that ends with the connection, without a farewell of TLS")
    func unclean() async throws {
        let check = HTTPCheck(isSecure: true, receive: "RS 1")
        let script = TestServer.cut(after: "HTTP/1.0 200 OK\r\n\r\nRS 1")
        let finding = try await probe(check, tls: true, script: script).finding
        #expect(finding == "success")
    }

    @Test("a body that TLS is cut off in")
    func cutOff() async throws {
        let check = HTTPCheck(isSecure: true, receive: "RS 1")
        let script = TestServer.cut(after: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nRS 1")
        let finding = try await probe(check, tls: true, script: script).finding
        #expect(finding == "connection closed while reading the body")
    }

    @Test(
        arguments: [
            (
                TestServer.send("220 mail.example ESMTP\r\n"),
                "TLS: wrong version number (it speaks no TLS there)"
            ),
            (TestServer.send(""), "TLS: connection closed during the handshake"),
            (TestServer.reset(), "connection reset while negotiating TLS"),
            ({ _, _ in }, "timed out after 2 s while negotiating TLS"),
            (
                TestServer.drip(after: "\u{16}\u{3}\u{3}\u{20}\u{0}"),
                "timed out after 2 s while negotiating TLS"
            ),
        ] as [(TestServer.Script, String)])
    func fails(script: @escaping TestServer.Script, finding: String) async throws {
        try await TestServer.run(knowsNoHeader: true, script: script) { server in
            let outcome = await Prober(group: MultiThreadedEventLoopGroup.singleton).probe(
                Check(.http(HTTPCheck(isSecure: true)), target: server.endpoint, timeout: .seconds(2)))
            #expect(outcome == .failure(finding))
        }
    }

    @Test("a server that keeps quiet after the handshake")
    func hung() async throws {
        let finding = try await probe(
            HTTPCheck(isSecure: true), timeout: .seconds(2), tls: true, script: { _, _ in }
        ).finding
        #expect(finding == "timed out after 2 s while waiting for the answer")
    }
}
