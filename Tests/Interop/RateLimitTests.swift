import Addresses
import Answering
import DNSClient
import DNSWire
import Foundation
import Testing

@Suite(
    "BIND's rate-limit for the same zone",
    .enabled(if: Named.path != nil, "needs named (Debian: bind9)"), .timeLimit(.minutes(2)), .serialized)
struct RateLimitTests {
    /// Questions that are asked until they are limited, and one of which is looked whether it is too. (Empty
    /// non-terminals are not compared: each is a name like others here, and all are one to BIND.)
    private static let rows: [(String, String)] = [
        ("www A", "www A"), ("www A", "mail A"), ("www A", "www AAAA"), ("www A", "www TXT"),
        ("www TXT", "www TYPE65300"), ("www TXT", "mail TXT"), ("nx# A", "other A"),
        ("nx# A", "nx.deep.down TXT"),
        ("nx# A", "www TXT"), ("a.nx# A", "www.nx A"), ("x#.wild A", "y.wild A"), ("x#.wild A", "y.wild TXT"),
        ("x#.wild A", "*.wild A"), ("x#.wild A", "a.b.c.wild A"), ("x#.wild MX", "y.wild MX"),
        ("x#.wild MX", "y.wild SRV"), ("x#.wild TXT", "q.alias-wild TXT"), ("x#.child A", "y.child TXT"),
        ("x#.child A", "child A"), ("x#.child A", "far A"), ("x#.old A", "y.old A"), ("x#.old A", "y.old TXT"),
        ("x#.old A", "host.new A"), ("alias A", "www A"), ("alias A", "alias A"), ("alias A", "alias TXT"),
        ("dangling A", "nx A"), ("dangling A", "dangling TXT"), ("b.ent A", "b.ent TXT"),
        ("signed DS", "signed DS"), ("signed DS", "signed A"), ("child DS", "child MX"), ("@ SOA", "@ NS"),
    ]

    /// Whether the second of a row is limited once the first is. The debt that is made takes ten seconds to be
    /// paid off, so the clock has no part in it; each row has a client's network of its own.
    private static func shares(_ index: Int, _ row: (String, String), _ server: Endpoint) throws -> Bool {
        let client = try ClientSocket(.udp, to: server, from: .v4(IPv4Address(127, 0, UInt8(index + 1), 1)))
        func isLimited(_ question: String, _ number: Int) throws -> Bool {
            let words = question.replacing("#", with: "\(number)").split(separator: " ")
            let name = words[0] == "@" ? "lookup.example" : "\(words[0]).lookup.example"
            let query = try Message.query(name, try #require(RecordType(words[1])), id: UInt16(number))
            return try #require(client.ask(query), "\(question) of \(server)").isTruncated
        }
        let first = try (0..<12).map { try isLimited(row.0, $0) }
        #expect(first.filter(\.self).count >= 9, "\(row.0) of \(server)")
        return try isLimited(row.1, 99)
    }

    @Test("The same responses share an account") func accounts() async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("lookup.example.zone")
        let zones = [(name: "lookup.example", file: file)]
        let named = try Named(
            zones: zones, options: "rate-limit { responses-per-second 1; window 60; slip 1; };")
        var limits = RateLimits()
        (limits.responses, limits.referrals, limits.nodata, limits.nxdomains) = (1, 1, 1, 1)
        limits.window = 60
        limits.slip = 1
        let options = AnswerOptions(rateLimiter: RateLimiter(limits))
        try await ServersInProcess.with(zones: zones, options: options) { endpoint in
            for (index, row) in Self.rows.enumerated() {
                let theirs = try Self.shares(index, row, named.endpoint)
                let ours = try Self.shares(index, row, endpoint)
                #expect(ours == theirs, "\(row)")
            }
        }
    }
}
