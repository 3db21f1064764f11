import Answering
import Testing

@Suite("RFC 4592: wildcards")
struct RFC4592Tests {
    /// §2.2.1
    static let zone = """
        $ORIGIN example.
        example.                 3600 IN  SOA   ns.example.com. admin.example.com. 1 3600 300 604800 300
        example.                 3600     NS    ns.example.com.
        example.                 3600     NS    ns.example.net.
        *.example.               3600     TXT   "this is a wildcard"
        *.example.               3600     MX    10 host1.example.
        sub.*.example.           3600     TXT   "this is not a wildcard"
        host1.example.           3600     A     192.0.2.1
        _ssh._tcp.host1.example. 3600     SRV   0 0 22 host1.example.
        _ssh._tcp.host2.example. 3600     SRV   0 0 22 host1.example.
        subdel.example.          3600     NS    ns.example.com.
        subdel.example.          3600     NS    ns.example.net.
        """

    static let examples = transcript(
        """
        ; §2.2.1, synthesised: host3.example. has no record
        dig host3.example. MX
        NOERROR aa
        ANSWER
        host3.example. 3600 MX 10 host1.example.

        ; §2.2.1, synthesised: no A at the wildcard, so no data
        dig host3.example. A
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.2.1, synthesised: bar.example. does not exist either
        dig foo.bar.example. TXT
        NOERROR aa
        ANSWER
        foo.bar.example. 3600 TXT "this is a wildcard"

        ; §2.2.1, not synthesised: host1.example. exists
        dig host1.example. MX
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.2.1, not synthesised: sub.*.example. exists
        dig sub.*.example. MX
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.2.1, not synthesised: _tcp.host1.example. exists, without data
        dig _telnet._tcp.host1.example. SRV
        NXDOMAIN aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.2.1, not synthesised: subdel.example. is a cut
        dig host.subdel.example. A
        NOERROR
        AUTHORITY
        subdel.example. 3600 NS ns.example.com.
        subdel.example. 3600 NS ns.example.net.

        ; §2.2.1, not synthesised: *.example. exists
        dig ghost.*.example. MX
        NXDOMAIN aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.2.1: the wildcard's own name is a name
        dig *.example. TXT
        NOERROR aa
        ANSWER
        *.example. 3600 TXT "this is a wildcard"

        ; §2.2.2: an empty non-terminal exists, so no wildcard above it holds
        dig host2.example. TXT
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.2.2
        dig _tcp.host2.example. MX
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.2.2: closest encloser _tcp.host2.example., no wildcard below it
        dig x._tcp.host2.example. MX
        NXDOMAIN aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.2.1: the name's case is the question's
        dig HoSt3.ExAmPlE. MX
        NOERROR aa
        ANSWER
        HoSt3.ExAmPlE. 3600 MX 10 host1.ExAmPlE.

        ; RFC 8482 §4.1: ANY at a wildcard, all of it over a stream
        dig host3.example. ANY +tcp
        NOERROR aa
        ANSWER
        host3.example. 3600 MX 10 host1.example.
        host3.example. 3600 TXT "this is a wildcard"
        """)

    @Test(arguments: examples) func example(_ exchange: Exchange) throws {
        try Server(["example": Self.zone]).expect(exchange)
    }

    /// §4, a zone of a wildcard for each type with a meaning of its own.
    static let special = """
        $ORIGIN example.
        @ SOA ns.example.com. admin.example.com. 1 3600 300 604800 300
        @ NS ns.example.com.
        *.ns NS ns.example.com.
        *.cname CNAME foo.example.
        foo A 192.0.2.1
        *.dname DNAME foo.example.net.
        *.srv SRV 0 0 22 foo.example.
        a.b.*.empty TXT "far below"
        *.deep A 192.0.2.2
        x.*.deep A 192.0.2.3
        *.own.deep A 192.0.2.4
        *.loop CNAME x.loop
        """

    static let types = transcript(
        """
        ; §4.2: NS at a wildcard is data, never a cut
        dig x.ns.example. NS
        NOERROR aa
        ANSWER
        x.ns.example. 3600 NS ns.example.com.

        ; §4.2: the wildcard itself has no glue behind its records either
        dig *.ns.example. NS
        NOERROR aa
        ANSWER
        *.ns.example. 3600 NS ns.example.com.

        ; §4.2
        dig x.ns.example. A
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §4.3: the CNAME of the synthesised name, then what it leads to
        dig x.y.cname.example. A
        NOERROR aa
        ANSWER
        x.y.cname.example. 3600 CNAME foo.example.
        foo.example. 3600 A 192.0.2.1

        ; §4.3
        dig x.cname.example. CNAME
        NOERROR aa
        ANSWER
        x.cname.example. 3600 CNAME foo.example.

        ; §4.5
        dig _ssh._tcp.srv.example. SRV
        NOERROR aa
        ANSWER
        _ssh._tcp.srv.example. 3600 SRV 0 0 22 foo.example.

        ; §4.9: an empty non-terminal at the wildcard makes names that have no data
        dig x.empty.example. TXT
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §4.9
        dig x.y.empty.example. ANY
        NOERROR aa
        AUTHORITY
        example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §2.1.3: an asterisk elsewhere in a name is no wildcard
        dig x.x.deep.example. A
        NOERROR aa
        ANSWER
        x.x.deep.example. 3600 A 192.0.2.2

        ; §3.3.1: of two wildcards the one at the closest encloser holds
        dig x.own.deep.example. A
        NOERROR aa
        ANSWER
        x.own.deep.example. 3600 A 192.0.2.4

        ; §3.3.1: a name that a wildcard made leads to another of the same, and ends there
        dig y.loop.example. A
        NOERROR aa
        ANSWER
        y.loop.example. 3600 CNAME x.loop.example.
        x.loop.example. 3600 CNAME x.loop.example.
        """)

    @Test("§4: types with a meaning of their own", arguments: types)
    func special(_ exchange: Exchange) throws {
        try Server(["example": Self.special]).expect(exchange)
    }

    @Test("§4.2: NS at a wildcard that is the last thing of its zone") func lastWildcard() throws {
        let zone = """
            $ORIGIN example.
            @ SOA ns admin 1 3600 300 604800 300
            @ NS ns
            ns A 192.0.2.1
            * NS ns
            """
        let answer = try Server(["example": zone]).ask("*.example. NS")
        #expect(answer.answer == ["*.example. 3600 NS ns.example."])
        #expect(answer.additional.isEmpty && answer.authority.isEmpty)
    }

    @Test("§4.1: no zone begins at a wildcard below its apex") func soa() {
        #expect(throws: Server.Unreadable.self) {
            try Server.zone("example", Self.zone + "\n*.foo SOA ns admin 1 2 3 4 5")
        }
    }

    // What a DNAME at a wildcard does is left open (§4.4); BIND, NSD and Knot answer with the record and follow no
    // CNAME made of it.
    static let dname = transcript(
        """
        ; §4.4
        dig x.dname.example. DNAME
        NOERROR aa
        ANSWER
        x.dname.example. 3600 DNAME foo.example.net.
        """)

    @Test("§4.4: DNAME at a wildcard", arguments: dname) func atWildcard(_ exchange: Exchange) throws {
        try Server(["example": Self.special]).expect(exchange)
    }

    @Test("§4.1: a zone whose apex is a wildcard's name is a zone like others") func wildcardApex() throws {
        let zone = """
            @ SOA ns.example.com. admin.example.com. 1 3600 300 604800 300
            @ NS ns.example.com.
            a A 192.0.2.9
            """
        let server = try Server(["*.example": zone, "example": Self.special])
        #expect(try server.ask("a.*.example. A").answer == ["a.*.example. 3600 A 192.0.2.9"])
        #expect(try server.ask("a.b.example. A").status == "NXDOMAIN aa")
    }
}
