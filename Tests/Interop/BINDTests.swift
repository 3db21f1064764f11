import Addresses
import Foundation
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
        "many.lookup.example",
    ]
    static let types = [
        "A", "AAAA", "NS", "SOA", "MX", "TXT", "CNAME", "DS", "DNAME", "SRV", "HTTPS", "NAPTR", "PTR", "CAA",
        "HINFO", "TYPE65300", "TYPE0", "RRSIG", "ANY",
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
    @Test(
        "rcode, flags and every section are the same",
        arguments: [true, false],
        [["+noedns"], [], ["+tcp"], ["+dnssec"], ["+tcp", "+dnssec"], ["+norecurse", "+bufsize=4096"]])
    func answers(minimalResponses: Bool, options: [String]) async throws {
        let zones = [
            (name: "yufu123.com", file: places.article), (name: "lookup.example", file: places.lookup),
        ]
        let named = try Named(zones: zones, minimalResponses: minimalResponses)
        try await ServersInProcess.with(zones: zones, minimalResponses: minimalResponses) { endpoint in
            let questions = Questions.all(options)
            let theirs = try Dig.ask(questions, of: named.endpoint)
            let ours = try Dig.ask(questions, of: endpoint)
            for (index, question) in questions.enumerated() {
                guard var our = ours[index], var their = theirs[index] else {
                    Issue.record("\(question): answered by \(ours[index] == nil ? "BIND" : "us") alone")
                    continue
                }
                Policy.apply(to: question, minimalResponses, ours: &our, theirs: &their)
                if our != their { Issue.record("\(question): \(our.difference(from: their))") }
            }
        }
    }
}
