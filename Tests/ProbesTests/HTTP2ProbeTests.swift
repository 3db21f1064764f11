import Addresses
import Health
import NIOCore
import NIOPosix
import Probes
import Testing

@Suite("HTTP/2 checks", .timeLimit(.minutes(1)))
struct HTTP2ProbeTests {
    private static func http2(isSecure: Bool = false) -> HTTPCheck {
        var check = HTTPCheck(isSecure: isSecure)
        check.isHTTP2 = true
        return check
    }

    /// A frame (RFC 9113 §4.1), all of whose octets are below 128.
    private static func frame(
        _ type: UInt8, _ flags: UInt8 = 0, stream: UInt8 = 0, content: [UInt8] = []
    ) -> String {
        String(decoding: [0, 0, UInt8(content.count), type, flags, 0, 0, 0, stream] + content, as: UTF8.self)
    }

    /// SETTINGS without any.
    private static let settings = frame(4)
    /// HEADERS with `:status: 200` (RFC 7541 appendix A: 8), as a literal without indexing, and nothing behind it.
    private static let ok: [UInt8] = [8, 3, 0x32, 0x30, 0x30]

    /// HEADERS of an answer that goes on.
    private static let head = settings + frame(1, 4, stream: 1, content: ok)

    private static let noStatus = "the answer is no HTTP/2 (its status is none)"

    /// An answer that is a `:status` only.
    private static func status(_ text: [UInt8]) -> TestServer.Script {
        TestServer.send(settings + frame(1, 5, stream: 1, content: [8, UInt8(text.count)] + text))
    }

    private static func reset(_ code: Int) -> String { "the request was reset, error \(code) of HTTP/2" }

    /// One kind of server, and what a check of it finds.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var script: TestServer.Script
        var finding: String

        init(_ description: String, _ script: @escaping TestServer.Script, _ finding: String) {
            testDescription = description
            self.script = script
            self.finding = finding
        }
    }

    @Test(
        "What answers otherwise",
        arguments: [
            Row("HTTP/1", TestServer.drip(after: "HTTP/1.1 400 Bad Request\r\n"), "the answer is no HTTP/2"),
            Row("nothing", TestServer.send(""), "connection closed while waiting for the answer"),
            Row("settings", TestServer.send(settings), "connection closed while waiting for the answer"),
            Row("refused", TestServer.send(settings + frame(3, stream: 1, content: [0, 0, 0, 7])), reset(7)),
            Row("half", TestServer.send(head), "connection closed while reading the body"),
            Row("cut off", TestServer.send(head + frame(3, stream: 1, content: [0, 0, 0, 2])), reset(2)),
            Row("GOAWAY", TestServer.send(settings + frame(7, content: [0, 0, 0, 0, 0, 0, 0, 0])), reset(8)),
            // What is against the protocol.
            Row("a push", TestServer.send(settings + frame(5, 4, stream: 1, content: [0, 0, 0, 2])), reset(1)),
            Row("a header without a status", TestServer.send(settings + frame(1, 5, stream: 1)), reset(1)),
            // `:status` of -5, of nothing, of four digits, of what HTTP/2 has not.
            Row("a status below nothing", status([0x2D, 0x35]), noStatus),
            Row("an empty status", status([]), noStatus),
            Row("a long status", status([0x32, 0x30, 0x30, 0x30]), noStatus),
            Row("another protocol", status([0x31, 0x30, 0x31]), noStatus),
            Row(
                "a body without a header", TestServer.send(settings + frame(0, stream: 1, content: [65])),
                reset(5)),
            // Without an end.
            Row(
                "pings", TestServer.flood(after: settings, with: frame(6, content: [0, 0, 0, 0, 0, 0, 0, 0])),
                "the answer is no HTTP/2"),
            Row(
                "empty parts", TestServer.flood(after: head, with: frame(0, stream: 1)),
                "the answer is no HTTP/2"),
            Row(
                "a header in empty parts",
                TestServer.flood(after: settings + frame(1, stream: 1, content: ok), with: frame(9, stream: 1)),
                "the answer is no HTTP/2"),
            Row(
                "a header in parts",
                TestServer.flood(
                    after: settings + frame(1, stream: 1, content: ok),
                    with: frame(9, stream: 1, content: [0, 1, 97, 1, 97])), "the answer is no HTTP/2"),
        ])
    func otherwise(_ row: Row) async throws {
        let found = try await probe(Self.http2(), script: row.script).finding
        #expect(found.hasPrefix(row.finding))
    }

    @Test("A header alone, and one on the way before it")
    func good() async throws {
        let early: [UInt8] = [8, 3, 0x31, 0x30, 0x33]
        let script = TestServer.send(
            Self.settings + Self.frame(1, 4, stream: 1, content: early)
                + Self.frame(1, 5, stream: 1, content: Self.ok))
        #expect(try await probe(Self.http2(), script: script).finding == "success")
    }

    @Test("TLS that does not agree on HTTP/2")
    func noAgreement() async throws {
        let found = try await probe(
            Self.http2(isSecure: true), tls: true, script: TestServer.answer("200 OK")
        ).finding
        #expect(found == "TLS: it speaks no HTTP/2 there")
    }

    @Test("A server that keeps quiet is left at the timeout")
    func quiet() async throws {
        let outcome = try await probe(Self.http2(), timeout: .milliseconds(300), script: { _, _ in })
        #expect(outcome == .failure("timed out after 300 ms while waiting for the answer"))
    }
}
