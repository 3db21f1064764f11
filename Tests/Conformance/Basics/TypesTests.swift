import Answering
import Testing

@Suite("RFC 8482: ANY; RFC 3597: types that nobody knows")
struct TypesTests {
    static let zone = """
        @ SOA ns admin 1 3600 300 604800 300
        @ NS ns
        ns A 192.0.2.1
        host A 192.0.2.2
        host AAAA 2001:db8::2
        host TXT "text"
        *.wild A 192.0.2.3
        *.wild MX 1 host
        alias CNAME host
        empty.non.terminal A 192.0.2.4
        ; RFC 3597 §5, in the only class that is served here
        a CLASS1 TYPE731 \\# 6 abcd ( ef 01 23 45 )
        b IN TYPE62347 \\# 0
        e IN A \\# 4 0A000001
        e CLASS1 TYPE1 10.0.0.2
        ; RFC 3597 §4: a name in data of an unknown type is no name
        n TYPE65300 \\# 10 046E616D65074578 616D
        ; types whose names must not be compressed
        s SRV 1 2 3 host
        k KX 10 host
        r RP host host
        naptr NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp
        """

    static let rows = transcript(
        """
        ; RFC 8482 §4.1: one rrset over UDP
        dig host.example. ANY
        NOERROR aa
        ANSWER
        host.example. 3600 A 192.0.2.2

        ; RFC 8482 §4.1, §4.4: all over a stream
        dig host.example. ANY +tcp
        NOERROR aa
        ANSWER
        host.example. 3600 A 192.0.2.2
        host.example. 3600 AAAA 2001:db8::2
        host.example. 3600 TXT "text"

        ; RFC 8482 §4.1: at a wildcard
        dig x.wild.example. ANY
        NOERROR aa
        ANSWER
        x.wild.example. 3600 A 192.0.2.3

        ; ANY at an alias is the alias
        dig alias.example. ANY +tcp
        NOERROR aa
        ANSWER
        alias.example. 3600 CNAME host.example.

        ; ANY where there is no data
        dig non.terminal.example. ANY
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example. admin.example. 1 3600 300 604800 300

        ; ANY where there is no name
        dig gone.example. ANY
        NXDOMAIN aa
        AUTHORITY
        example. 300 SOA ns.example. admin.example. 1 3600 300 604800 300

        ; RFC 3597 §5
        dig a.example. TYPE731
        NOERROR aa
        ANSWER
        a.example. 3600 TYPE731 \\# 6 ABCDEF012345

        ; RFC 3597 §5
        dig b.example. TYPE62347
        NOERROR aa
        ANSWER
        b.example. 3600 TYPE62347 \\# 0

        ; RFC 3597 §5
        dig e.example. A
        NOERROR aa
        ANSWER
        e.example. 3600 A 10.0.0.1
        e.example. 3600 A 10.0.0.2

        ; RFC 3597 §5: TYPE1 is A
        dig e.example. TYPE1
        NOERROR aa
        ANSWER
        e.example. 3600 A 10.0.0.1
        e.example. 3600 A 10.0.0.2

        ; RFC 3597 §4
        dig n.example. TYPE65300
        NOERROR aa
        ANSWER
        n.example. 3600 TYPE65300 \\# 10 046E616D65074578616D

        ; an unknown type that is not there
        dig host.example. TYPE1000
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example. admin.example. 1 3600 300 604800 300

        ; RFC 5936: transfers are not served
        dig example. AXFR +tcp
        REFUSED

        ; RFC 1995
        dig example. IXFR
        REFUSED

        ; RFC 1035 §3.2.3: MAILB and MAILA are obsolete
        dig host.example. MAILB
        NOTIMP

        ; RFC 9824 §3.5, with EDE 30 (§9)
        dig host.example. NXNAME +edns=0
        FORMERR
        EDNS udp 1232, EDE 30

        ; RFC 6891 §6.1.1: the types of pseudo-records can't be asked for either
        dig host.example. OPT
        FORMERR

        ; RFC 8945
        dig host.example. TSIG
        FORMERR

        ; RFC 6895 §3.1: reserved, which is no reason to refuse it
        dig host.example. TYPE0
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example. admin.example. 1 3600 300 604800 300

        ; a zone of the name comes first
        dig host.elsewhere. NXNAME
        REFUSED
        """)

    @Test(arguments: rows) func type(_ exchange: Exchange) throws {
        try Server(["example": Self.zone]).expect(exchange)
    }

    @Test("RFC 8482 §4: who wants it so has all over UDP too") func wholeANY() throws {
        let server = try Server(["example": Self.zone], AnswerOptions(minimalAny: false))
        #expect(try server.ask("host.example. ANY").answer.count == 3)
        #expect(try server.ask("x.wild.example. ANY").answer.count == 2)
    }

    // RFC 3597 §4, RFC 2782, RFC 2230, RFC 3403: no pointer (two bits of a length octet) stands in their data.
    @Test(
        "RFC 3597 §4: names in data of types younger than RFC 1035's are written out",
        arguments: [
            ("s.example. SRV", "0001000200030468 6F7374076578616D706C6500"),
            ("k.example. KX", "000A04686F7374076578616D706C6500"),
            ("r.example. RP", "04686F7374076578616D706C650004686F7374076578616D706C6500"),
            ("naptr.example. NAPTR", "006400320173075349502B44325500045F736970045F756470076578616D706C6500"),
        ]) func uncompressed(_ question: String, _ data: String) throws
    {
        let command = try DigCommand(question)
        let answer = try Server(["example": Self.zone]).answer(command.message, from: "192.0.2.1", over: .udp)
        let expected = try octets(data.filter { $0 != " " })
        #expect(Array(answer.suffix(expected.count)) == expected)
        #expect(Array(answer.dropLast(expected.count).suffix(2)) == big(UInt16(expected.count)))
    }
}
