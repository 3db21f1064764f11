import Answering
import Testing

@Suite("RFC 2308, RFC 8020: what is not there")
struct RFC2308Tests {
    /// RFC 2308 §2: an alias leads from one zone into another, both of which are here.
    static let zones = [
        "EXAMPLE": """
        @   SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 600
        @   NS NS1.XX.
        AN  CNAME TRIPPLE.XX.
        TWO CNAME FOO.XX.
        OUT CNAME nowhere.test.
        ANOTHER TXT "no address"
        """,
        "XX": """
        @   SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 1200
        @   NS NS1.XX.
        @   NS NS2.XX.
        NS1 A 127.0.0.2
        NS2 A 127.0.0.3
        FOO TXT "no address"
        a.b.c A 192.0.2.1
        """,
    ]

    static let rows = transcript(
        """
        ; RFC 2308 §2.1, NXDOMAIN of type 2: the alias, its target does not exist, the SOA
        dig AN.EXAMPLE. A
        NXDOMAIN aa
        ANSWER
        AN.EXAMPLE. 3600 CNAME TRIPPLE.XX.
        AUTHORITY
        XX. 1200 SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 1200

        ; RFC 2308 §2.1, without an alias
        dig TRIPPLE.XX. A
        NXDOMAIN aa
        AUTHORITY
        XX. 1200 SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 1200

        ; RFC 2308 §2.2, NODATA of type 2
        dig ANOTHER.EXAMPLE. A
        NOERROR aa
        AUTHORITY
        EXAMPLE. 600 SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 600

        ; RFC 2308 §2.2, at an alias's end
        dig TWO.EXAMPLE. A
        NOERROR aa
        ANSWER
        TWO.EXAMPLE. 3600 CNAME FOO.XX.
        AUTHORITY
        XX. 1200 SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 1200

        ; RFC 2308 §2.1: another zone's name is not denied, and this zone's SOA denies nothing of it
        dig OUT.EXAMPLE. A
        NOERROR aa
        ANSWER
        OUT.EXAMPLE. 3600 CNAME nowhere.test.

        ; RFC 8020 §2: a name that has others below it exists
        dig c.XX. A
        NOERROR aa
        AUTHORITY
        XX. 1200 SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 1200

        ; RFC 8020 §2
        dig b.c.XX. ANY
        NOERROR aa
        AUTHORITY
        XX. 1200 SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 1200

        ; RFC 8020 §2: below what does not exist nothing does
        dig a.b.d.XX. A
        NXDOMAIN aa
        AUTHORITY
        XX. 1200 SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 1200

        ; RFC 8020 §2: nor below a name that has records but no names below
        dig below.FOO.XX. TXT
        NXDOMAIN aa
        AUTHORITY
        XX. 1200 SOA NS1.XX. HOSTMASTER.NS1.XX. 1 3600 300 604800 1200
        """)

    @Test(arguments: rows) func denial(_ exchange: Exchange) throws {
        try Server(Self.zones).expect(exchange)
    }

    // §3: the SOA's TTL is the smaller of its own and its last field; 2^31 - 1 is the most that a TTL may be.
    @Test(
        "§3, §5: the TTL of the SOA in a denial",
        arguments: [(3600, 300, 300), (300, 3600, 300), (60, 60, 60), (3600, 0, 0), (0, 3600, 0)])
    func timeToLive(_ ttl: Int, _ minimum: Int, _ expected: Int) throws {
        let zone = "$ORIGIN test.\n@ \(ttl) SOA ns.example. admin 1 2 3 4 \(minimum)\n@ \(ttl) NS ns.example."
        let answer = try Server(["test": zone]).ask("x.test. A")
        #expect(answer.authority == ["test. \(expected) SOA ns.example. admin.test. 1 2 3 4 \(minimum)"])
        // Asked for, it has its own.
        let soa = try Server(["test": zone]).ask("test. SOA")
        #expect(soa.answer == ["test. \(ttl) SOA ns.example. admin.test. 1 2 3 4 \(minimum)"])
    }
}
