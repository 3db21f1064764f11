import Answering
import FuzzTargets
import Testing

// Classes of bugs that other servers had, as far as they are not the matter of another suite; the table is in
// ThreatModel.md of the manual.

@Suite("Chains of aliases end")
struct ChainTests {
    /// BIND CVE-2021-25215, CoreDNS #4378, NSD 4.15.1: loops, chains without an end, DNAMEs that grow.
    @Test(
        "Loops, long chains and names that grow, over both transports",
        arguments: [
            "loop.example.com", "c1.example.com", "a.again.example.com", "b.a.again.example.com",
            "x.y.w.example.com", "away.example.com", "x.away.example.com", "x.child.example.com",
        ])
    func chains(name: String) throws {
        for world in [try Worlds.plain(), try Worlds.full()] {
            for type in [1, 28, 5, 43, 255, 15] {
                for more in [[], Queries.opt(size: 4096, flags: 0x8000)] {
                    let query = Queries.query(name, type, counts: [1, 0, 0, more.isEmpty ? 0 : 1], then: more)
                    let answer = try #require(try Engine.check(query, in: world).tcp)
                    // No more than 32 aliases, each at most a DNAME with its CNAME.
                    #expect(answer.section(0).count <= 64)
                }
            }
        }
    }

    @Test("A loop is written once round") func loop() throws {
        let answer = try Engine.check(Queries.query("loop.example.com", 1), in: try Worlds.plain()).tcp
        #expect(answer?.section(0).map(\.type) == [5, 5])
    }
}

@Suite("An access list is one for all transports, and for whatever leads to the zone")
struct TransportTests {
    /// NSD CVE-2026-12490, CoreDNS CVE-2026-26017: what was refused here was answered there.
    @Test(
        "Nothing of a closed zone comes out",
        arguments: ["closed.example", "a.closed.example", "x.closed.example", "x.away.example.com"])
    func closed(name: String) throws {
        let closed = Array("text".utf8)
        for world in [try Worlds.plain(), try Worlds.full()] {
            for type in Queries.types {
                for recordClass in [1, 255] {
                    let query = Queries.query(name, type, recordClass: recordClass)
                    let answers = try Engine.check(query, in: world)
                    for answer in [answers.udp, answers.tcp] {
                        let answer = try #require(answer)
                        #expect(!closed.isInside(answer.octets))
                        // The DS of an apex is its parent's matter, and the root is served in one world.
                        if name.hasSuffix("com") || type == 43 && name == "closed.example" { continue }
                        // A transfer of what is no apex is NOTAUTH (RFC 5936 §2.2.1).
                        let codes = [251, 252].contains(type) ? [5, 9] : [5]
                        #expect(
                            codes.contains(answer.code) && answer.records.isEmpty,
                            "type \(type), class \(recordClass): code \(answer.code)")
                    }
                }
            }
        }
    }
}

@Suite("Names that NSEC3 hides")
struct HiddenNameTests {
    private static let hash = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"
    private static let text = """
        $TTL 60
        @ SOA ns hostmaster 1 2 3 4 5
        @ NS ns
        ns A 192.0.2.1
        @ NSEC3PARAM 1 0 0 -
        @ RRSIG SOA 8 2 60 20300101000000 20200101000000 1 x.test. AAAA
        \(hash) NSEC3 1 0 0 - \(hash) A
        foo.\(hash) A 192.0.2.2
        a.b.1\(hash.dropFirst()) A 192.0.2.3
        *.1\(hash.dropFirst()) A 192.0.2.4
        1\(hash.dropFirst()) NSEC3 1 0 0 - \(hash) A
        2\(hash.dropFirst()) NSEC3 1 0 0 - \(hash) A
        * NSEC3 1 0 0 - \(hash) AAAA

        """

    @Test(
        "A name below the owner of an NSEC3 record makes that one a name, and ends nothing",
        arguments: [
            ("foo.0", 0, 1), ("0", 0, 0), ("bar.0", 3, 0), ("1", 0, 0), ("a.b.1", 0, 1), ("b.1", 0, 0),
            ("zz.1", 0, 1), ("2", 0, 0), ("zz.2", 0, 0), ("*", 0, 0), ("zz", 0, 0),
        ])
    func below(_ name: String, _ code: Int, _ count: Int) throws {
        let world = try Worlds.world(of: ["x.test": Self.text], AnswerOptions())
        let last = name.last.flatMap { "012".contains($0) ? String($0) + Self.hash.dropFirst() : nil }
        let full = (last.map { name.dropLast() + $0 } ?? name) + ".x.test"
        for type in Queries.types {
            for more in [[], Queries.opt(size: 4096, flags: 0x8000)] {
                let query = Queries.query(full, type, counts: [1, 0, 0, more.isEmpty ? 0 : 1], then: more)
                let answer = try #require(try Engine.check(query, in: world).tcp)
                if type == 1 { #expect(answer.code == code && answer.section(0).count == count) }
            }
        }
    }
}

@Suite("Signatures by keys and transfers are refused, whatever they look like")
struct SignatureTests {
    /// BIND CVE-2025-40775, CVE-2020-8617, CVE-2026-3119: TSIG, TKEY and SIG(0) with fields that lie.
    @Test("TSIG with every octet changed, and cut at every octet", arguments: [0, 1, 127, 255] as [UInt8])
    func signature(octet: UInt8) throws {
        let world = try Worlds.plain()
        for place in Queries.signature.indices {
            var signature = Queries.signature
            signature[place] = octet
            for more in [signature, Array(signature[..<place])] {
                let query = Queries.query("www.example.com", 1, counts: [1, 0, 0, 1], then: more)
                #expect(throws: Never.self, "\(place)") { try Engine.check(query, in: world) }
            }
        }
    }

    @Test("TKEY, SIG(0), AXFR and IXFR get no service") func others() throws {
        let world = try Worlds.plain()
        for type in [249, 251, 252] {
            let answer = try #require(try Engine.check(Queries.query("example.com", type), in: world).tcp)
            #expect(answer.section(0).isEmpty)
        }
        // SIG(0): a SIG record of the root with type covered 0.
        let signature: [UInt8] = [0, 0, 24, 0, 255, 0, 0, 0, 0, 0, 19] + [UInt8](repeating: 0, count: 19)
        let query = Queries.query("www.example.com", 1, counts: [1, 0, 0, 1], then: signature)
        #expect(try Engine.check(query, in: world).udp?.code == 0)
    }
}

@Suite("Large sets cost no more than a message")
struct LargeSetTests {
    /// BIND CVE-2024-1737, CVE-2024-11187: an answer leads to no more work than it has octets.
    @Test("An rrset that a message just has room for, and the addresses of many targets")
    func large() throws {
        let targets = (0..<300).map {
            "m 60 MX \($0) h\($0)\nh\($0) 60 A 192.0.2.1\nh\($0) 60 AAAA 2001:db8::1"
        }
        let world = try Worlds.world(
            of: ["example.com": Self.zone(texts: 240, more: targets)],
            AnswerOptions(minimalResponses: .no, minimalAny: false, maximumUDPSize: 4096))
        for (name, type, count) in [
            ("t", 16, 240), ("t", 255, 240), ("l", 16, 241), ("m", 15, 300), ("m", 255, 300),
        ] {
            for more in [[], Queries.opt(size: 4096)] {
                let query = Queries.query(
                    "\(name).example.com", type, counts: [1, 0, 0, more.isEmpty ? 0 : 1], then: more)
                let answers = try Engine.check(query, in: world)
                // What has no room is said to be cut, and not half there.
                #expect(answers.udp?.isTruncated == true)
                #expect(answers.udp?.section(0).allSatisfy { $0.type == 5 } == true)
                #expect(answers.tcp?.section(0).count == count)
            }
        }
    }

    @Test("An rrset that no message has room for is refused with the zone")
    func tooLarge() throws {
        let error = #expect(throws: Finding.self) {
            try Worlds.world(of: ["example.com": Self.zone(texts: 400, more: [])], AnswerOptions())
        }
        #expect(error?.description.contains("do not fit into a message") == true)
    }

    private static func zone(texts: Int, more: [String]) -> String {
        let many = (0..<texts).map { "t 60 TXT \"\($0) \(String(repeating: "x", count: 240))\"" }
        let head = ["@ 60 IN SOA ns1 a 1 1 1 1 1", "@ 60 NS ns1", "ns1 60 A 192.0.2.1", "l 60 CNAME t"]
        return (head + many + more).joined(separator: "\n") + "\n"
    }
}

@Suite("Signed zones at the limits")
struct SignedLimitTests {
    /// NSD: NSEC3 with names of 255 octets; BIND CVE-2023-50868: hashing without end.
    @Test(
        "Names of 127 labels and of 255 octets, denied and proven",
        arguments: ["nsec.example", "nsec3.example"])
    func names(zone: String) throws {
        let world = try Worlds.signed()
        let tail = Queries.query(zone, 1).dropFirst(12)
        // The octets that the zone's own name leaves, in labels as short and as long as may be.
        let room = 255 - (tail.count - 4)
        let short = (0..<(room / 2)).flatMap { _ in [1, 97] as [UInt8] }
        let long: [UInt8] = [63] + [UInt8](repeating: 97, count: 63)
        let last = room - 3 * 64
        let full = long + long + long + [UInt8(last - 1)] + [UInt8](repeating: 97, count: last - 1)
        for labels in [short, full] {
            for parent in [[], [3] + Array("cut".utf8)] as [[UInt8]] {
                let name = Array(labels.dropLast(parent.isEmpty ? 0 : 2)) + parent
                for type in [1, 43, 255] {
                    let question = name + tail.dropLast(4) + Queries.big(type) + Queries.big(1)
                    let query =
                        [0x1234, 0, 1, 0, 0, 1].flatMap(Queries.big) + question
                        + Queries.opt(size: 4096, flags: 0x8000)
                    _ = try Engine.check(query, in: world)
                }
            }
        }
        // The first is a name, and is denied with proof.
        let query =
            [0x1234, 0, 1, 0, 0, 1].flatMap(Queries.big) + full + tail + Queries.opt(size: 4096, flags: 0x8000)
        let answer = try #require(try Engine.check(query, in: world).udp)
        #expect(answer.code == 3)
        #expect(answer.records.contains { $0.type == (zone == "nsec.example" ? 47 : 50) })
    }
}

@Suite("The control socket's lines")
struct ControlLineTests {
    /// BIND CVE-2023-3341: recursion that a message decides about.
    @Test("Nesting of 100,000 levels is refused", arguments: ["[", "{\"a\":", "{\"command\":["])
    func nesting(piece: String) throws {
        try FuzzTarget.control.run(Array(String(repeating: piece, count: 10_000).utf8))
        try FuzzTarget.control.run(Array(String(repeating: piece, count: 100_000).utf8))
    }
}

@Suite("Texts of one kind without end")
struct EndlessTextTests {
    /// gdnsd CVE-2019-13951, CVE-2019-13952: an address that is longer than any is.
    @Test(
        "A word, a nesting or a line of 100,000",
        arguments: [
            "a A 1", "a AAAA 1:", "a LOC 1 ", "a APL 1:", "a TXT ", "a NSEC a A ", "a TYPE1 \\# 1", "(", "\\",
            "\"",
            "$GENERATE 1-2 ${", "$TTL 1", "$ORIGIN a.", "a SVCB 1 . alpn=", "a IPSECKEY 1 1 1 1.",
            "a WKS 1.1.1.1 6 ",
            "a HIP 1 ", "a NSAP 0x", "a CERT 1 1 1 ", "a NAPTR 1 1 \"", "a GPOS ", "a CLASS", "a 1w",
        ])
    func endless(text: String) throws {
        let head = Array("@ 1 IN SOA a a 1 1 1 1 1\n@ 1 NS a\na 1 A 192.0.2.1\n".utf8)
        let last = text.utf8.suffix(1)
        let body = Array(text.utf8) + (0..<100_000).flatMap { _ in last }
        try FuzzTarget.zones.run(head + body + [10])
        try FuzzTarget.zones.run(head + body)
    }

    @Test(
        "Nesting and words without end in a configuration",
        arguments: [
            "{", "options {", "acl a { ", "!", "\"", "/*", "a ", "include ", "director { virtual-server ",
        ])
    func configuration(text: String) throws {
        let body = (0..<20_000).flatMap { _ in Array(text.utf8) }
        try FuzzTarget.configuration.run(body)
        try FuzzTarget.ldirectord.run(body)
    }
}
