import Addresses
import Answering
import Foundation
import Synchronization
import Testing

private let places = (
    article: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../zones/yufu123.com.zone").standardizedFileURL,
    lookup: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("lookup.example.zone")
)

/// What is asked.
private enum Questions {
    static let names = [
        "yufu123.com", "www.yufu123.com", "ns1.yufu123.com", "nx.yufu123.com", "a.b.nx.yufu123.com",
        "WwW.YUFU123.com", "com", "example.org", ".",
        "lookup.example", "ns1.lookup.example", "mail.lookup.example", "www.lookup.example",
        "mixedcase.lookup.example", "alias.lookup.example", "two.lookup.example", "away.lookup.example",
        "dangling.lookup.example", "loop1.lookup.example",
        "wild.lookup.example", "x.wild.lookup.example", "x.y.wild.lookup.example", "host.wild.lookup.example",
        "x.host.wild.lookup.example", "*.wild.lookup.example", "sub.*.wild.lookup.example",
        "x.sub.*.wild.lookup.example", "x.alias-wild.lookup.example",
        "ent.lookup.example", "b.ent.lookup.example", "a.b.ent.lookup.example", "c.b.ent.lookup.example",
        "child.lookup.example", "x.child.lookup.example", "ns.child.lookup.example", "far.lookup.example",
        "x.far.lookup.example", "signed.lookup.example", "x.signed.lookup.example",
        "old.lookup.example", "host.old.lookup.example", "nx.old.lookup.example", "toself.lookup.example",
        "_dns._udp.lookup.example", "svc.lookup.example", "naptr.lookup.example", "ptr.lookup.example",
        "caa.lookup.example", "hinfo.lookup.example", "unknown.lookup.example", "big.lookup.example",
        "many.lookup.example", "binding.lookup.example", "bindalias.lookup.example", "sip.lookup.example",
        "further.lookup.example", "toapex.lookup.example",
    ]
    static let types = [
        "A", "AAAA", "NS", "SOA", "MX", "TXT", "CNAME", "DS", "DNAME", "SRV", "HTTPS", "NAPTR", "PTR", "CAA",
        "HINFO", "TYPE65300", "TYPE0", "RRSIG", "ANY", "SVCB", "AFSDB", "RT", "KX", "LP", "MB", "DNSKEY",
    ]

    static func all(_ options: [String]) -> [Question] {
        names.flatMap { name in types.map { Question(name: name, type: $0, options: options) } }
    }
}

@Suite(
    "The answers of BIND for the same zones",
    .enabled(if: Named.path != nil, "needs named (Debian: bind9)"),
    .enabled(if: Dig.path != nil, "needs dig (Debian: bind9-dnsutils)"), .timeLimit(.minutes(5)), .serialized)
struct BINDTests {
    /// What both are told, and what dig.
    struct Case: CustomTestStringConvertible, Sendable {
        let minimalResponses: String
        var minimalAny = true
        let dig: [String]

        var testDescription: String {
            "minimal-responses \(minimalResponses), minimal-any \(minimalAny), dig \(dig.joined(separator: " "))"
        }

        var statements: String {
            "minimal-responses \(minimalResponses); minimal-any \(minimalAny ? "yes" : "no");"
        }

        var options: AnswerOptions {
            let forms: [String: MinimalResponses] = [
                "no": .no, "yes": .yes, "no-auth": .noAuth, "no-auth-recursive": .noAuthRecursive,
            ]
            return AnswerOptions(minimalResponses: forms[minimalResponses] ?? .yes, minimalAny: minimalAny)
        }
    }

    static let cases =
        ["yes", "no"].flatMap { form in
            [["+noedns"], [], ["+tcp"], ["+dnssec"], ["+tcp", "+dnssec"], ["+norecurse", "+bufsize=4096"]].map {
                Case(minimalResponses: form, dig: $0)
            }
        } + [
            Case(minimalResponses: "no-auth", dig: []), Case(minimalResponses: "no-auth", dig: ["+norecurse"]),
            Case(minimalResponses: "no-auth-recursive", dig: []),
            Case(minimalResponses: "no-auth-recursive", dig: ["+norecurse"]),
            Case(minimalResponses: "yes", minimalAny: false, dig: []),
            Case(minimalResponses: "no", minimalAny: false, dig: []),
            Case(minimalResponses: "no", dig: ["+bufsize=512"]),
        ]

    @Test("rcode, flags and every section are the same", arguments: cases)
    func answers(_ row: Case) async throws {
        let zones = [
            (name: "yufu123.com", file: places.article), (name: "lookup.example", file: places.lookup),
        ]
        let named = try Named(zones: zones, options: row.statements)
        try await ServersInProcess.with(zones: zones, options: row.options) { endpoint in
            let questions = Questions.all(row.dig)
            let answers = Mutex<[Int: Result<[Answer?], any Error>]>([:])
            let endpoints = [endpoint, named.endpoint]
            DispatchQueue.concurrentPerform(iterations: endpoints.count) { place in
                let result = Result { try Dig.ask(questions, of: endpoints[place]) }
                answers.withLock { $0[place] = result }
            }
            let (ours, theirs) = try answers.withLock { (try $0[0]!.get(), try $0[1]!.get()) }
            for (index, question) in questions.enumerated() {
                guard var our = ours[index], var their = theirs[index] else {
                    Issue.record("\(question): answered by \(ours[index] == nil ? "BIND" : "us") alone")
                    continue
                }
                Policy.apply(to: question, ours: &our, theirs: &their)
                if our != their { Issue.record("\(question): \(our.difference(from: their))") }
            }
        }
    }
}
