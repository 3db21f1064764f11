import Answering
import Testing

@Suite("Additional data: RFC 1035 §3.3, RFC 2782, RFC 9460 §4.1")
struct AdditionalTests {
    static let zone = """
        @ SOA ns.test. admin.test. 1 3600 300 604800 300
        @ NS ns.test.
        mail MX 10 a
        mail MX 20 b
        mail MX 30 elsewhere.test.
        mail MX 40 gone
        null MX 0 .
        a A 192.0.2.1
        a AAAA 2001:db8::1
        b A 192.0.2.2
        *.wild A 192.0.2.3
        _sip._tcp SRV 0 0 5060 a
        _sip._tcp SRV 1 0 5060 x.wild
        _none._tcp SRV 0 0 0 .
        afs AFSDB 1 b
        rt RT 10 b
        kx KX 10 b
        svc SVCB 1 b alpn=h2
        own HTTPS 1 . alpn=h2
        own A 192.0.2.5
        own AAAA 2001:db8::5
        named SVCB 0 svc
        below MX 1 ns.cut
        cut NS ns.cut
        ns.cut A 192.0.2.6
        to-alias MX 1 alias
        alias CNAME a
        ptr PTR a
        naptr NAPTR 100 50 "s" "SIP+D2U" "" _sip._tcp
        naptr NAPTR 100 51 "a" "SIP+D2U" "" b
        naptr NAPTR 100 52 "u" "E2U+sip" "!^.*$!sip:x@y!" .
        lp LP 10 l64
        l64 L64 10 2001:0DB8:1140:1000
        """

    static let rows = transcript(
        """
        ; RFC 1035 §3.3.9
        dig mail.example. MX
        NOERROR aa
        ANSWER
        mail.example. 3600 MX 10 a.example.
        mail.example. 3600 MX 20 b.example.
        mail.example. 3600 MX 30 elsewhere.test.
        mail.example. 3600 MX 40 gone.example.
        ADDITIONAL
        a.example. 3600 A 192.0.2.1
        a.example. 3600 AAAA 2001:db8::1
        b.example. 3600 A 192.0.2.2

        ; RFC 7505 §3: no mail
        dig null.example. MX
        NOERROR aa
        ANSWER
        null.example. 3600 MX 0 .

        ; RFC 2782, a target at a wildcard too
        dig _sip._tcp.example. SRV
        NOERROR aa
        ANSWER
        _sip._tcp.example. 3600 SRV 0 0 5060 a.example.
        _sip._tcp.example. 3600 SRV 1 0 5060 x.wild.example.
        ADDITIONAL
        a.example. 3600 A 192.0.2.1
        a.example. 3600 AAAA 2001:db8::1
        x.wild.example. 3600 A 192.0.2.3

        ; RFC 2782: no service
        dig _none._tcp.example. SRV
        NOERROR aa
        ANSWER
        _none._tcp.example. 3600 SRV 0 0 0 .

        ; RFC 1183 §1
        dig afs.example. AFSDB
        NOERROR aa
        ANSWER
        afs.example. 3600 AFSDB 1 b.example.
        ADDITIONAL
        b.example. 3600 A 192.0.2.2

        ; RFC 1183 §3.3
        dig rt.example. RT
        NOERROR aa
        ANSWER
        rt.example. 3600 RT 10 b.example.
        ADDITIONAL
        b.example. 3600 A 192.0.2.2

        ; RFC 2230 §4
        dig kx.example. KX
        NOERROR aa
        ANSWER
        kx.example. 3600 KX 10 b.example.
        ADDITIONAL
        b.example. 3600 A 192.0.2.2

        ; RFC 9460 §4.1
        dig svc.example. SVCB
        NOERROR aa
        ANSWER
        svc.example. 3600 SVCB 1 b.example. alpn="h2"
        ADDITIONAL
        b.example. 3600 A 192.0.2.2

        ; RFC 9460 §2.5.2: the target `.` is the owner
        dig own.example. HTTPS
        NOERROR aa
        ANSWER
        own.example. 3600 HTTPS 1 . alpn="h2"
        ADDITIONAL
        own.example. 3600 A 192.0.2.5
        own.example. 3600 AAAA 2001:db8::5

        ; glue is as good as an address here
        dig below.example. MX
        NOERROR aa
        ANSWER
        below.example. 3600 MX 1 ns.cut.example.
        ADDITIONAL
        ns.cut.example. 3600 A 192.0.2.6

        ; RFC 2181 §10.3: no alias is looked through
        dig to-alias.example. MX
        NOERROR aa
        ANSWER
        to-alias.example. 3600 MX 1 alias.example.

        ; RFC 9460 §4.1, an alias: the records of the same type at its target
        dig named.example. SVCB
        NOERROR aa
        ANSWER
        named.example. 3600 SVCB 0 svc.example.
        ADDITIONAL
        svc.example. 3600 SVCB 1 b.example. alpn="h2"
        b.example. 3600 A 192.0.2.2

        ; RFC 3403 §4.1: what the flags say, S for SRV, A for addresses, U for nothing
        dig naptr.example. NAPTR
        NOERROR aa
        ANSWER
        naptr.example. 3600 NAPTR 100 50 "s" "SIP+D2U" "" _sip._tcp.example.
        naptr.example. 3600 NAPTR 100 51 "a" "SIP+D2U" "" b.example.
        naptr.example. 3600 NAPTR 100 52 "u" "E2U+sip" "!^.*$!sip:x@y!" .
        ADDITIONAL
        _sip._tcp.example. 3600 SRV 0 0 5060 a.example.
        _sip._tcp.example. 3600 SRV 1 0 5060 x.wild.example.
        a.example. 3600 A 192.0.2.1
        a.example. 3600 AAAA 2001:db8::1
        b.example. 3600 A 192.0.2.2
        x.wild.example. 3600 A 192.0.2.3

        ; RFC 6742 §2.4
        dig lp.example. LP
        NOERROR aa
        ANSWER
        lp.example. 3600 LP 10 l64.example.
        ADDITIONAL
        l64.example. 3600 L64 10 2001:0db8:1140:1000

        ; a PTR brings nothing along
        dig ptr.example. PTR
        NOERROR aa
        ANSWER
        ptr.example. 3600 PTR a.example.
        """)

    @Test("Addresses of targets", arguments: rows)
    func addresses(_ exchange: Exchange) throws {
        try Server(["example": Self.zone], .withoutAuthority).expect(exchange)
    }

    @Test("The same with the zone's servers", arguments: rows) func full(_ exchange: Exchange) throws {
        let answer = try Server(["example": Self.zone], .full).ask(exchange.question)
        #expect(answer.answer.sorted() == exchange.answer.answer.sorted())
        #expect(answer.authority == ["example. 3600 NS ns.test."])
        #expect(answer.additional.sorted() == exchange.answer.additional.sorted())
    }

    @Test("Minimal answers bring nothing along", arguments: rows) func minimal(_ exchange: Exchange) throws {
        let answer = try Server(["example": Self.zone], .minimal).ask(exchange.question)
        #expect(answer.answer.sorted() == exchange.answer.answer.sorted())
        #expect(answer.authority.isEmpty)
        #expect(answer.additional.isEmpty)
    }
}
