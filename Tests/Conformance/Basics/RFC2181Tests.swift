import Answering
import Testing
import Zones

@Suite("RFC 2181: clarifications")
struct RFC2181Tests {
    static let apex = "@ SOA ns admin 1 3600 300 604800 300\n@ NS ns\nns A 192.0.2.1\n"

    static let rows = transcript(
        """
        ; §5.2: records of one rrset have one TTL
        dig differing.example. A
        NOERROR aa
        ANSWER
        differing.example. 60 A 192.0.2.2
        differing.example. 60 A 192.0.2.3

        ; §5: the same record twice is one
        dig twice.example. A
        NOERROR aa
        ANSWER
        twice.example. 3600 A 192.0.2.4

        ; §11: a name is any octets
        dig \\032blank\\.dot.example. TXT
        NOERROR aa
        ANSWER
        \\032blank\\.dot.example. 3600 TXT "there"

        ; §10.1: a question for CNAME is answered with it, not followed
        dig alias.example. CNAME
        NOERROR aa
        ANSWER
        alias.example. 3600 CNAME twice.example.

        ; §6.1: of a name at the cut, the child has everything but the parent's word on it
        dig cut.example. TXT
        NOERROR
        AUTHORITY
        cut.example. 3600 NS ns.elsewhere.test.
        """)

    @Test(arguments: rows) func clarification(_ exchange: Exchange) throws {
        let zone =
            Self.apex + """
                differing 60 A 192.0.2.2
                differing 90 A 192.0.2.3
                twice A 192.0.2.4
                twice A 192.0.2.4
                alias CNAME twice
                \\032blank\\.dot TXT there
                cut NS ns.elsewhere.test.
                """
        try Server(["example": zone], .minimal).expect(exchange)
    }

    @Test("§10.1: a CNAME stands alone, and once")
    func aliasAlone() {
        for second in ["alias A 192.0.2.1", "alias CNAME other"] {
            #expect(throws: Server.Unreadable.self) {
                try Server.zone("example", Self.apex + "alias CNAME ns\n" + second)
            }
        }
    }

    // §8: 31 bits; one with the highest bit set is to be treated as zero.
    @Test(
        "§8: a TTL has 31 bits",
        arguments: [(2_147_483_647, 2_147_483_647), (2_147_483_648, 0), (4_294_967_295, 0)])
    func timeToLive(_ written: Int, _ ttl: Int) throws {
        let text = Self.apex + "x \(written) A 192.0.2.9"
        #expect(
            try Server(["example": text]).ask("x.example. A").answer == ["x.example. \(ttl) A 192.0.2.9"])
    }

    // §9, and §4.1.1 of RFC 1035. The message: 12 of header, 14 + 4 of the question, 16 for each address.
    @Test("§9: TC when what was asked for does not fit, and then none of it", arguments: [30, 31])
    func truncation(_ addresses: Int) throws {
        let zone = Self.apex + (0..<addresses).map { "many A 192.0.2.\($0)" }.joined(separator: "\n")
        let server = try Server(["example": zone], .minimal)
        let fits = 12 + 14 + 4 + 16 * addresses <= 512
        #expect(fits == (addresses == 30))
        let answer = try server.ask("many.example. A")
        #expect(answer.status == (fits ? "NOERROR aa" : "NOERROR aa tc"))
        #expect(answer.answer.count == (fits ? addresses : 0))
        #expect(try server.ask("many.example. A +tcp").answer.count == addresses)
        #expect(try server.ask("many.example. A +bufsize=600").answer.count == addresses)
    }

    @Test("§9: what is left out of the additional section sets no TC") func additional() throws {
        let exchangers = (0..<10).map {
            "@ MX \($0) m\($0)\nm\($0) A 192.0.2.\($0)\nm\($0) AAAA 2001:db8::\($0)"
        }
        let server = try Server(["example": Self.apex + exchangers.joined(separator: "\n")], .full)
        let answer = try server.ask("example. MX")
        #expect(answer.status == "NOERROR aa")
        #expect(answer.answer.count == 10)
        #expect(answer.additional.count < 21)
        #expect(try server.ask("example. MX +tcp").additional.count == 21)
    }
}
