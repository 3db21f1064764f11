import Answering
import Testing

@Suite("RFC 6672 §5.3, RFC 4035 §3.1.3.3: aliases in a signed zone")
struct SignedAliasesTests {
    static let zone = """
        @ SOA ns.test. admin.test. 1 3600 300 604800 300
        @ RRSIG SOA 1
        @ NS ns.test.
        @ RRSIG NS 1
        @ DNSKEY 257 3 5 AQOy1bZVvpPqhg4j
        @ RRSIG DNSKEY 1
        @ NSEC d NS SOA RRSIG NSEC DNSKEY
        @ RRSIG NSEC 1
        d DNAME t
        d RRSIG DNAME 2
        d NSEC host.t DNAME RRSIG NSEC
        d RRSIG NSEC 2
        host.t A 192.0.2.1
        host.t RRSIG A 3
        host.t NSEC *.w A RRSIG NSEC
        host.t RRSIG NSEC 3
        *.w CNAME host.t
        *.w RRSIG CNAME 2
        *.w NSEC @ CNAME RRSIG NSEC
        *.w RRSIG NSEC 2
        """
    static let soa = """
        example. 300 SOA ns.test. admin.test. 1 3600 300 604800 300
        example. 300 RRSIG SOA 1
        """

    static let rows = transcript(
        """
        ; RFC 6672 §5.3.1: the DNAME is signed, the CNAME made of it is not
        dig host.d.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        d.example. 3600 DNAME t.example.
        d.example. 3600 RRSIG DNAME 2
        host.d.example. 3600 CNAME host.t.example.
        host.t.example. 3600 A 192.0.2.1
        host.t.example. 3600 RRSIG A 3

        ; RFC 6672 §5.3.2: and what is denied is the name that was made
        dig x.d.example. A +dnssec
        NXDOMAIN aa
        EDNS udp 1232, do
        ANSWER
        d.example. 3600 DNAME t.example.
        d.example. 3600 RRSIG DNAME 2
        x.d.example. 3600 CNAME x.t.example.
        AUTHORITY
        \(soa)
        host.t.example. 3600 NSEC *.w.example. A RRSIG NSEC
        host.t.example. 3600 RRSIG NSEC 3
        d.example. 3600 NSEC host.t.example. DNAME RRSIG NSEC
        d.example. 3600 RRSIG NSEC 2

        ; RFC 6672 §5.3.4: no other type at the DNAME's owner
        dig d.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        d.example. 3600 NSEC host.t.example. DNAME RRSIG NSEC
        d.example. 3600 RRSIG NSEC 2

        ; RFC 4035 §3.1.3.3: a CNAME made by a wildcard needs the proof that nothing closer is there
        dig y.w.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        y.w.example. 3600 CNAME host.t.example.
        y.w.example. 3600 RRSIG CNAME 2
        host.t.example. 3600 A 192.0.2.1
        host.t.example. 3600 RRSIG A 3
        AUTHORITY
        *.w.example. 3600 NSEC example. CNAME RRSIG NSEC
        *.w.example. 3600 RRSIG NSEC 2

        ; RFC 4035 §3.1.3.3, §3.1.3.1: and one for the type that is not there
        dig y.w.example. AAAA +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        y.w.example. 3600 CNAME host.t.example.
        y.w.example. 3600 RRSIG CNAME 2
        AUTHORITY
        \(soa)
        *.w.example. 3600 NSEC example. CNAME RRSIG NSEC
        *.w.example. 3600 RRSIG NSEC 2
        host.t.example. 3600 NSEC *.w.example. A RRSIG NSEC
        host.t.example. 3600 RRSIG NSEC 3

        ; RFC 4035 §3.1.1: the empty non-terminal's denial
        dig t.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        d.example. 3600 NSEC host.t.example. DNAME RRSIG NSEC
        d.example. 3600 RRSIG NSEC 2

        ; without DO
        dig x.d.example. A
        NXDOMAIN aa
        ANSWER
        d.example. 3600 DNAME t.example.
        x.d.example. 3600 CNAME x.t.example.
        AUTHORITY
        example. 300 SOA ns.test. admin.test. 1 3600 300 604800 300
        """)

    @Test(arguments: rows) func alias(_ exchange: Exchange) throws {
        try Server(["example": Self.zone]).expect(exchange)
    }
}
