import Diagnostics
import Testing

@testable import Settings

@Suite("Options about EDNS: cookies, identity, keepalive")
struct EDNSOptionsTests {
    private func options(_ text: String) throws -> Settings {
        let result = readConfiguration("options { \(text) };")
        #expect(result.warnings.isEmpty)
        return try result.accepted()
    }

    static let secret = "e5e973e5a6b2a43f48e7dc849e37bfcf"
    static let octets: [UInt8] = [
        0xE5, 0xE9, 0x73, 0xE5, 0xA6, 0xB2, 0xA4, 0x3F, 0x48, 0xE7, 0xDC, 0x84, 0x9E, 0x37, 0xBF, 0xCF,
    ]

    @Test func nothingWritten() throws {
        let settings = try options("")
        #expect(settings.answersCookies && !settings.requiresServerCookie && settings.cookieSecrets.isEmpty)
        #expect(settings.version == .standard && settings.hostname == .standard && settings.serverID == .none)
    }

    @Test func cookies() throws {
        let settings = try options(
            """
            answer-cookie yes; require-server-cookie yes; cookie-algorithm siphash24;
            cookie-secret "\(Self.secret)"; cookie-secret 00112233445566778899AABBCCDDEEFF;
            """)
        #expect(settings.answersCookies && settings.requiresServerCookie)
        // The first one makes cookies.
        #expect(settings.cookieSecrets == [Self.octets, (0...15).map { UInt8($0 * 0x11) }])
    }

    @Test(
        "Who the server says that it is",
        arguments: [
            ("version none;", ServerText.none, ServerText.standard, ServerText.none),
            ("version \"\"; hostname \"none\";", .text(""), .text("none"), .none),
            ("server-id hostname;", .standard, .standard, .standard),
            ("server-id \"fra1\"; hostname none;", .standard, .none, .text("fra1")),
        ])
    func identity(_ text: String, _ version: ServerText, _ hostname: ServerText, _ serverID: ServerText) throws
    {
        let settings = try options(text)
        #expect(settings.version == version && settings.hostname == hostname && settings.serverID == serverID)
    }

    // In tenths of a second, as in BIND.
    @Test(
        "Keepalive follows the idle timeout where it is not written",
        arguments: [
            ("", 300, 300), ("tcp-idle-timeout 50;", 50, 50), ("tcp-keepalive-timeout 600;", 600, 600),
            ("tcp-idle-timeout 50; tcp-keepalive-timeout 65535;", 65535, 65535),
            ("tcp-advertised-timeout 0;", 300, 0),
            ("tcp-advertised-timeout 500; tcp-keepalive-timeout 500;", 500, 500),
        ])
    func keepalive(_ text: String, _ held: Int, _ told: Int) throws {
        let settings = try options(text)
        #expect(settings.tcpKeepaliveTimeout == .milliseconds(held * 100))
        #expect(settings.tcpAdvertisedTimeout == .milliseconds(told * 100))
    }

    @Test("Nobody can have what is required but not given") func required() throws {
        let result = readConfiguration("options { require-server-cookie yes; answer-cookie no; };")
        #expect(try !result.accepted().answersCookies)
        #expect(
            result.warnings.map(\.message) == [
                "no cookie is required while 'answer-cookie' is no: nobody could have one"
            ])
        #expect(readConfiguration("options { require-server-cookie no; answer-cookie no; };").warnings.isEmpty)
    }

    @Test("No more is told than what is held") func broken() throws {
        let result = readConfiguration("options { tcp-advertised-timeout 900; tcp-keepalive-timeout 600; };")
        #expect(try result.accepted().tcpAdvertisedTimeout == .seconds(60))
        #expect(
            result.warnings.map(\.message) == [
                "connections are closed after 600 tenths of a second: no more is told to clients"
            ])
    }

    @Test(
        "Mistakes",
        arguments: [
            ("cookie-secret ▸\"\";", "a cookie secret has 32 hexadecimal digits (128 bits), this one 0"),
            ("cookie-secret ▸\"00ff\";", "a cookie secret has 32 hexadecimal digits (128 bits), this one 4"),
            (
                "cookie-secret ▸\"x5e973e5a6b2a43f48e7dc849e37bfcf\";",
                "a secret is written in hexadecimal digits"
            ),
            (
                "cookie-secret ▸\"０5e973e5a6b2a43f48e7dc849e37bfcf\";",
                "a secret is written in hexadecimal digits"
            ),
            ("cookie-secret \"\(secret)\"; cookie-secret ▸\"\(secret)\";", "this secret is written twice"),
            (
                (0...3).map { "cookie-secret \"\($0)\(secret.dropFirst())\"; " }.joined()
                    + "cookie-secret ▸\"\(secret)\";", "there may be 4 secrets at a time"
            ),
            ("cookie-algorithm ▸aes;", "cookies by 'aes' can't be made: RFC 9018 leaves 'siphash24' alone"),
            ("cookie-algorithm ▸sha256;", "a cookie algorithm is siphash24, not 'sha256'"),
            ("answer-cookie ▸maybe;", "'yes' or 'no' is expected, not 'maybe'"),
            ("answer-cookie yes; ▸answer-cookie no;", "'answer-cookie' is written twice"),
            ("tcp-advertised-timeout ▸65536;", "a number of tenths of a second is from 0 to 65535, not 65536"),
            (
                "server-id ▸\"\(String(repeating: "x", count: 256))\";", "a text has at most 255 octets"
            ),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText("options { \(marked) };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test(
        "What is said of a secret doesn't tell it",
        arguments: [
            "cookie-secret \"0\(secret)\";", "cookie-secret \(secret)x;", "cookie-secret\n    \"0\(secret)\";",
            "cookie-secret \"\(secret)\"; prot 53;",
            "cookie-secret \"\(secret)\"; cookie-secret \"\(secret)\";",
            "}; key k { algorithm 5; secret \"\(secret)\"; }; zone {",
            "cookie-secret\n    \"\(secret.prefix(16)) \(secret.suffix(16))\";",
            "}; director { virtual-server tcp 192.0.2.1 port 3306 { check mysql { password \"\(secret)/\"; databse a; }; }; ",
            "}; director { virtual-server tcp 192.0.2.1 port 3306 { check mysql { password \"\\\";\(secret)\"; databse a; }; }; ",
        ])
    func hidden(_ text: String) {
        let result = readConfiguration("options { \(text) };")
        #expect(!result.errors.isEmpty)
        for error in result.errors {
            #expect(error.sourceLine != nil)
            #expect(!error.description.contains(Self.secret.dropFirst(2)))
        }
    }

    @Test("Other lines are shown as they are, however many digits they have") func shown() {
        let line =
            "    virtual-server tcp 192.0.2.10 port 8085 { real-server 192.0.2.21 { wait 3; }; check connect; };"
        let result = readConfiguration("director {\n\(line)\n};")
        #expect(result.errors.map(\.sourceLine) == [line])
    }

    @Test("What to do about aes is said") func aes() {
        let hint = readConfiguration("options { cookie-algorithm aes; };").errors.first?.hint
        #expect(
            hint == "write siphash24, here and on all servers that share the secret, which may stay the same")
    }
}
