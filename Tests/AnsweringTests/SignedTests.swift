import Answering
import DNSWire
import TestZones
import Testing

/// What signatures must not spoil. The records that belong to each answer are rows of the conformance tests.
@Suite("Signed zones at their edges")
struct SignedTests {
    static func ask(
        _ fixture: Fixture, _ question: String, size: UInt16 = 1232, over transport: Transport = .udp
    ) throws -> TestAnswer {
        var query = try TestQuery(question, edns: size)
        query.wantsDNSSEC = true
        return try TestAnswer(fixture.answer(query.message, over: transport))
    }

    @Test(
        "A signature of the servers at a cut is left out, and spoils no referral",
        arguments: ["sub.example.com A", "a.sub.example.com A", "a.b.c.sub.example.com A"])
    func signatureAtCut(_ question: String) throws {
        let text = """
            @ \(soa)
            @ NS ns1
            @ TYPE46 # 0006
            ns1 A 192.0.2.1
            sub NS ns1.sub
            sub NS ns2.sub
            ns1.sub A 192.0.2.2
            ns2.sub A 192.0.2.3
            """
        let plain = try Fixture(["example.com": text])
        let stray = try Fixture(["example.com": text + "\nsub TYPE46 # 0002C00CC00CC00CC00C"])
        #expect(try stray.lines(question) == plain.lines(question))
        #expect(try Self.ask(stray, question).lines == Self.ask(plain, question).lines)
        #expect(try plain.lines(question).filter { $0.hasPrefix("ad ") }.count == 2)
    }

    @Test("A chain ends where pointers don't reach any more") func longChain() throws {
        let signature = "0005" + String(repeating: "ab", count: 2000)
        let text =
            "@ \(soa)\n@ NS ns1\nns1 A 192.0.2.1\nc20 A 192.0.2.2\n"
            + (0..<20).map { "c\($0) CNAME c\($0 + 1)\nc\($0) TYPE46 # \(signature)" }.joined(separator: "\n")
        let fixture = try Fixture(["example.com": text])
        let answer = try Self.ask(fixture, "c0.example.com A", over: .tcp)
        let aliases = answer.sections[0].filter { $0.type == .cname }
        #expect(answer.code == .noError)
        #expect(aliases.map(\.owner) == aliases.indices.map { "c\($0).example.com." })
        // Each step takes 2,031 octets, and a pointer reaches the first 16,384: the tenth name is out of reach.
        #expect(aliases.count == 10)
        #expect(try fixture.ask("c0.example.com A", over: .tcp).sections[0].last?.type == .a)
    }

    @Test("A proof comes before servers that nobody asked for") func proofFirst() throws {
        let origin = try DomainName("example.com")
        func nsec(_ owner: String, _ next: String) throws -> String {
            let data = try DomainName(next, origin: origin).wire + [0, 1, 0x40]
            let digits = data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return "\(owner) TYPE47 # \(digits)\n\(owner) TYPE46 # 002F\n"
        }
        let long = String(repeating: "n", count: 60)
        let servers = (10..<40).map { "@ NS \($0)\(long).example.net." }.joined(separator: "\n")
        let text =
            "@ \(soa)\n@ TYPE46 # 0006\n\(servers)\n*.w A 192.0.2.1\n*.w TYPE46 # 0001\n"
            + (try nsec("@", "*.w")) + (try nsec("*.w", "@"))
        let fixture = try Fixture(
            ["example.com": text], options: AnswerOptions(minimalResponses: .no, maximumUDPSize: 1232))
        let answer = try Self.ask(fixture, "x.w.example.com A")
        // Thirty servers of 62 octets each are more than 1232.
        #expect(!answer.flags.contains(.truncated))
        #expect(answer.sections[1].map(\.type) == [.nsec, .rrsig])
    }

    @Test(
        "A chain of NSEC3 that lacks names proves what it can",
        arguments: [
            "example.com TXT", "example.com DS", "www.example.com TXT", "gone.example.com A", "w.example.com A",
        ])
    func brokenChain(_ question: String) throws {
        // One record, whose hash is no name's.
        let nsec3 =
            String(repeating: "0", count: 32) + " TYPE50 # 010000000014" + String(repeating: "0", count: 40)
        let fixture = try Fixture([
            "example.com":
                "@ \(soa)\n@ TYPE46 # 0006\n@ NS ns.elsewhere.\n@ TYPE51 # 0100000000\nwww A 192.0.2.1\n*.w TXT a\n\(nsec3)"
        ])
        let answer = try Self.ask(fixture, question)
        #expect(answer.sections[0].isEmpty && answer.sections[1].first?.type == .soa)
    }

    @Test(
        "A DNAME that has led to its own name is there once (RFC 2181 §5)",
        arguments: [("DNAME", 0), ("ANY", 1), ("RRSIG", 1)])
    func repeatedAlias(type: String, further: Int) throws {
        let text =
            "@ \(soa)\n@ TYPE46 # 0006\n@ NS ns.elsewhere.\na DNAME q\na TYPE46 # 0027\na TXT x\na TYPE46 # 0010"
            + "\nq.q DNAME @\nq.q TYPE46 # 0027"
        let fixture = try Fixture(["example.com": text], options: AnswerOptions(minimalAny: false))
        let answer = try Self.ask(fixture, "a.q.a.example.com \(type)")
        // Twice a DNAME, its signature and a CNAME; then TXT and its signature, or the signature alone.
        #expect(answer.sections[0].count == 6 + (type == "ANY" ? 2 : further))
        #expect(Set(answer.lines).count == answer.lines.count)
        #expect(answer.sections[1].isEmpty)
        let plain = try fixture.ask("a.q.a.example.com \(type)")
        #expect(plain.sections[0].count == 4 + [0, 3, 2][["DNAME", "ANY", "RRSIG"].firstIndex(of: type) ?? 0])
        #expect(Set(plain.lines).count == plain.lines.count)
    }

    @Test("Addresses of a zone's servers leave room for the servers' signatures") func signaturesBeforeGlue()
        throws
    {
        // Of each server 20 octets, and 104 of addresses: together more than a message has room for.
        let servers = (100..<700).map { number in
            "@ NS n\(number)\n"
                + (1...3).map { "n\(number) A 192.0.2.\($0)\n" }.joined()
                + (1...2).map { "n\(number) AAAA 2001:db8::\($0)\n" }.joined()
        }
        let signature = "@ TYPE46 # 0002" + String(repeating: "ab", count: 4000)
        let fixture = try Fixture(["example.com": "@ \(soa)\n\(signature)\n" + servers.joined()])
        let answer = try Self.ask(fixture, "example.com NS", over: .tcp)
        #expect(answer.sections[0].count == 601 && !answer.flags.contains(.truncated))
        #expect(answer.sections[0].last?.type == .rrsig)
        let plain = try fixture.ask("example.com NS", over: .tcp)
        #expect(plain.sections[0].count == 600 && plain.sections[2].count > 2000)
    }
}
