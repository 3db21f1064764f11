import Answering
import Testing

@Suite("RFC 1034 §3.6.2, §4.3.2: chains of aliases")
struct ChainTests {
    static let apex = "@ SOA ns.test. admin 1 3600 300 604800 300\n@ NS ns.test.\n"

    static let rows = transcript(
        """
        ; a loop of one
        dig self.example. A
        NOERROR aa
        ANSWER
        self.example. 3600 CNAME self.example.

        ; a loop of two
        dig one.example. A
        NOERROR aa
        ANSWER
        one.example. 3600 CNAME two.example.
        two.example. 3600 CNAME one.example.

        ; into a loop
        dig into.example. A
        NOERROR aa
        ANSWER
        into.example. 3600 CNAME one.example.
        one.example. 3600 CNAME two.example.
        two.example. 3600 CNAME one.example.

        ; DNAME and CNAME in a circle
        dig x.round.example. A
        NOERROR aa
        ANSWER
        round.example. 3600 DNAME about.example.
        x.round.example. 3600 CNAME x.about.example.
        x.about.example. 3600 CNAME x.round.example.

        ; across two zones, back into the first
        dig there.example. A
        NOERROR aa
        ANSWER
        there.example. 3600 CNAME back.example.org.
        back.example.org. 3600 CNAME end.example.
        end.example. 3600 A 192.0.2.1

        ; to a name of a zone that is not here
        dig away.example. A
        NOERROR aa
        ANSWER
        away.example. 3600 CNAME www.example.net.

        ; ANY is not followed (RFC 1034 §4.3.2, step 3a)
        dig into.example. ANY
        NOERROR aa
        ANSWER
        into.example. 3600 CNAME one.example.

        ; RFC 1034 §4.3.2: what the last name has beside its address is not said
        dig to-end.example. A
        NOERROR aa
        ANSWER
        to-end.example. 3600 CNAME end.example.
        end.example. 3600 A 192.0.2.1

        ; a zone that could not be read: as far as it goes
        dig to-broken.example. A
        NOERROR aa
        ANSWER
        to-broken.example. 3600 CNAME www.broken.
        """)

    static let zones: [String: String?] = [
        "example": apex + """
            self CNAME self
            one CNAME two
            two CNAME one
            into CNAME one
            round DNAME about
            x.about CNAME x.round
            there CNAME back.example.org.
            end A 192.0.2.1
            end TXT "more"
            to-end CNAME end
            away CNAME www.example.net.
            to-broken CNAME www.broken.
            """,
        "example.org": apex + "back CNAME end.example.",
        "broken": nil,
    ]

    @Test("Loops, other zones, and where a chain ends", arguments: rows)
    func chain(_ exchange: Exchange) throws {
        try Server(Self.zones).expect(exchange)
    }

    @Test(
        "A chain that is too long ends, over either transport, in time that is bounded",
        arguments: ["+bufsize=1232", "+tcp"])
    func long(_ transport: String) throws {
        let links = (0..<200).map { "c\($0) CNAME c\($0 + 1)" } + ["c200 A 192.0.2.1"]
        let server = try Server(["example": Self.apex + links.joined(separator: "\n")])
        for (start, isWhole) in [(195, true), (190, true), (0, false)] {
            let answer = try server.ask("c\(start).example. A \(transport)")
            #expect(answer.status == "NOERROR aa")
            #expect(answer.answer.contains("c200.example. 3600 A 192.0.2.1") == isWhole, "from \(start)")
            #expect(answer.answer.count >= min(200 - start, 10))
            #expect(answer.answer.count < 40)
        }
    }

    @Test("A chain of DNAMEs that make the name longer and longer ends") func growing() throws {
        let server = try Server(["example": Self.apex + "a DNAME b.b.b\nb DNAME a.a.a"])
        let answer = try server.ask("x.a.example. A +tcp")
        #expect(["NOERROR aa", "YXDOMAIN aa"].contains(answer.status))
        #expect(answer.answer.count < 40)
    }

    // 12 + (1+4+9) + 4 = 30 octets of header and question `c00.example.`... each CNAME of the same zone: 12 + 4 + 2.
    @Test("A chain that does not fit: TC, and whole records only") func truncated() throws {
        let label = String(repeating: "l", count: 60)
        let links = (0..<12).map { "\(label)\($0) CNAME \(label)\($0 + 1)" }
        let server = try Server(["example": Self.apex + links.joined(separator: "\n")])
        let answer = try server.ask("\(label)0.example. A")
        #expect(answer.status.hasPrefix("NOERROR aa tc"))
        #expect(answer.answer.count > 3)
        #expect(try server.ask("\(label)0.example. A +tcp").answer.count == 12)
    }
}
