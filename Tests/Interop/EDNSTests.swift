import Addresses
import Answering
import Foundation
import Testing

/// What dig shows of the OPT record in an answer, and how it ended.
private struct Reply: Equatable, CustomStringConvertible {
    var status = ""
    /// `EDNS: version: 0, flags:; udp: 1232`, `NSID: …`; without extended errors.
    var options: Set<String> = []
    /// The answer section.
    var answer: [String] = []

    /// Asks a server.
    init(_ arguments: String, of server: Endpoint) throws {
        // What a client tries again with another version or cookie is not wanted here.
        let fixed = "-r @\(server.address) -p \(server.port) +tries=1 +time=5 +noednsneg +nobadcookie +nocookie"
        let words = (fixed + " " + arguments).split(separator: " ").map(String.init)
        var section = ""
        for line in try Program.output(of: Dig.path, words).split(separator: "\n") {
            if line.hasPrefix(";; ->>HEADER<<-") {
                status =
                    line.split { " ,".contains($0) }.drop { $0 != "status:" }.dropFirst().first.map(String.init)
                    ?? ""
            } else if line.hasPrefix(";; "), line.hasSuffix("SECTION:") {
                section = String(line.dropFirst(3))
            } else if section == "OPT PSEUDOSECTION:", line.hasPrefix("; "), !line.hasPrefix("; EDE") {
                options.insert(String(line.dropFirst(2)))
            } else if section == "ANSWER SECTION:", !line.hasPrefix(";") {
                answer.append(line.split(whereSeparator: \.isWhitespace).joined(separator: " "))
            }
        }
    }

    /// The cookie in hexadecimal digits.
    var cookie: String? {
        options.first { $0.hasPrefix("COOKIE: ") }?.split(separator: " ").dropFirst().first.map(String.init)
    }

    /// Without what depends on the second.
    var timeless: Reply {
        var reply = self
        guard let cookie else { return reply }
        reply.options = Set(
            options.map { $0.hasPrefix("COOKIE: ") ? $0.replacing(cookie, with: cookie.prefix(24)) : $0 })
        return reply
    }

    var description: String { ([status] + options.sorted() + answer).joined(separator: "; ") }
}

@Suite(
    "EDNS as BIND has it", .enabled(if: Named.path != nil, "needs named (Debian: bind9)"),
    .enabled(if: Dig.path != nil, "needs dig (Debian: bind9-dnsutils)"), .timeLimit(.minutes(2)), .serialized)
struct BINDEDNSTests {
    static let secret = "e5e973e5a6b2a43f48e7dc849e37bfcf"
    static let zones = [
        (
            name: "yufu123.com",
            file: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../zones/yufu123.com.zone").standardizedFileURL
        )
    ]

    static func options(required: Bool) throws -> AnswerOptions {
        let octets = stride(from: 0, to: 32, by: 2).compactMap {
            UInt8(secret.dropFirst($0).prefix(2), radix: 16)
        }
        return AnswerOptions(
            cookies: CookieOptions(secrets: [try #require(CookieSecret(octets))], areRequired: required),
            identity: ServerIdentity(
                version: Array("v".utf8), hostname: Array("h".utf8), serverID: Array("fra1".utf8)))
    }

    static func statements(required: Bool) -> String {
        "cookie-secret \"\(secret)\"; require-server-cookie \(required ? "yes" : "no");"
    }

    // But for what our own rules say: refusals are no longer than their questions, a filled keepalive is
    // FORMERR, a bad cookie in a query of a cookie alone is BADCOOKIE (RFC 7873 §5.4), client subnet is not
    // sent back, class CH has no authority.
    @Test("The OPT record of an answer is the same") func options() async throws {
        let named = try Named(
            zones: Self.zones, options: "version \"v\"; hostname \"h\"; server-id \"fra1\";",
            cookies: Self.statements(required: false))
        try await ServersInProcess.with(zones: Self.zones, options: Self.options(required: false)) { endpoint in
            for arguments in [
                "www.yufu123.com A", "www.yufu123.com A +cookie=2464c4abcf10c957", "nx.yufu123.com A +nsid",
                "www.yufu123.com A +nsid", "www.yufu123.com A +tcp +nsid +cookie=2464c4abcf10c957 +keepalive",
                "www.yufu123.com A +keepalive", "www.yufu123.com A +edns=1",
                "www.yufu123.com A +edns=1 +nsid +cookie=2464c4abcf10c957", "www.yufu123.com A +edns=255 +tcp",
                "www.yufu123.com A +ednsopt=65001:abcd", "www.yufu123.com A +padding=64",
                "www.yufu123.com A +ednsflags=0x7fff", "www.yufu123.com A +dnssec +nsid",
                "www.yufu123.com A +ednsopt=10:0102", "www.yufu123.com A +ednsopt=10:010203040506070809",
                "www.yufu123.com A +cookie=2464c4abcf10c957aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "example.org A +cookie=2464c4abcf10c957", "+header-only +cookie=2464c4abcf10c957",
                "+header-only +edns=0", "+opcode=2 yufu123.com SOA +cookie=2464c4abcf10c957",
                "version.bind CH TXT", "hostname.bind CH TXT", "id.server CH TXT", "Version.Bind CH TXT +nsid",
            ] {
                let ours = try Reply(arguments, of: endpoint).timeless
                let theirs = try Reply(arguments, of: named.endpoint).timeless
                #expect(ours == theirs, "\(arguments)")
            }
        }
    }

    @Test("With a secret in common each takes the other's cookies") func cookies() async throws {
        let named = try Named(zones: Self.zones, options: "", cookies: Self.statements(required: true))
        try await ServersInProcess.with(zones: Self.zones, options: Self.options(required: true)) { endpoint in
            for (maker, taker) in [(endpoint, named.endpoint), (named.endpoint, endpoint)] {
                let first = try Reply("www.yufu123.com A +cookie=2464c4abcf10c957", of: maker)
                #expect(first.status == "BADCOOKIE" && first.answer.isEmpty)
                let cookie = try #require(first.cookie)
                let second = try Reply("www.yufu123.com A +cookie=\(cookie)", of: taker)
                #expect(second.status == "NOERROR" && second.answer.count == 1)
            }
        }
    }
}
