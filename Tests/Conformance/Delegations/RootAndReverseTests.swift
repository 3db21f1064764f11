import Answering
import Testing

@Suite("The root zone, and reverse zones (RFC 1035 §3.5, RFC 3596 §2.5, RFC 2317)")
struct RootAndReverseTests {
    static let zones = [
        ".": """
        . 86400 SOA a.root-servers.net. nstld.verisign-grs.com. 2026010100 1800 900 604800 86400
        . 518400 NS a.root-servers.net.
        . 518400 NS b.root-servers.net.
        a.root-servers.net. 3600000 A 198.41.0.4
        a.root-servers.net. 3600000 AAAA 2001:503:ba3e::2:30
        b.root-servers.net. 3600000 A 170.247.170.2
        com. 172800 NS a.gtld-servers.net.
        com. 86400 DS 19718 13 2 8ACBB0CD28F41250A80A491389424D341522D946B0DA0C0291F2D3D771D7805A
        net. 172800 NS a.gtld-servers.net.
        a.gtld-servers.net. 172800 A 192.5.6.30
        """,
        "2.0.192.in-addr.arpa": """
        @ SOA ns.test. admin.test. 1 3600 300 604800 300
        @ NS ns.test.
        1 PTR one.example.
        ; RFC 2317 §4
        0/25 NS ns.customer.test.
        5 CNAME 5.0/25
        128-25 NS ns.other.test.
        200 CNAME 200.128-25
        """,
        "8.b.d.0.1.0.0.2.ip6.arpa": """
        @ SOA ns.test. admin.test. 1 3600 300 604800 300
        @ NS ns.test.
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR one.example.
        *.0.f PTR many.example.
        """,
    ]

    static let rows = transcript(
        """
        ; the priming query of RFC 9609 §3
        dig . NS
        NOERROR aa
        ANSWER
        . 518400 NS a.root-servers.net.
        . 518400 NS b.root-servers.net.
        ADDITIONAL
        a.root-servers.net. 3600000 A 198.41.0.4
        a.root-servers.net. 3600000 AAAA 2001:503:ba3e::2:30
        b.root-servers.net. 3600000 A 170.247.170.2

        ; the root's SOA
        dig . SOA
        NOERROR aa
        ANSWER
        . 86400 SOA a.root-servers.net. nstld.verisign-grs.com. 2026010100 1800 900 604800 86400

        ; a top-level domain
        dig www.example.com. A
        NOERROR
        AUTHORITY
        com. 172800 NS a.gtld-servers.net.
        ADDITIONAL
        a.gtld-servers.net. 172800 A 192.5.6.30

        ; its DS
        dig com. DS
        NOERROR aa
        ANSWER
        com. 86400 DS 19718 13 2 8ACBB0CD28F41250A80A491389424D341522D946B0DA0C0291F2D3D771D7805A

        ; no such top-level domain
        dig www.nosuch. A
        NXDOMAIN aa
        AUTHORITY
        . 86400 SOA a.root-servers.net. nstld.verisign-grs.com. 2026010100 1800 900 604800 86400

        ; the root has no DS, and no parent
        dig . DS
        NOERROR aa
        AUTHORITY
        . 86400 SOA a.root-servers.net. nstld.verisign-grs.com. 2026010100 1800 900 604800 86400

        ; the root zone's name servers are names of another zone, net., and yet the root's data as glue
        dig a.root-servers.net. A
        NOERROR
        AUTHORITY
        net. 172800 NS a.gtld-servers.net.
        ADDITIONAL
        a.gtld-servers.net. 172800 A 192.5.6.30

        ; RFC 1035 §3.5
        dig -x 192.0.2.1
        NOERROR aa
        ANSWER
        1.2.0.192.in-addr.arpa. 3600 PTR one.example.

        ; an address without a name
        dig -x 192.0.2.2
        NXDOMAIN aa
        AUTHORITY
        2.0.192.in-addr.arpa. 300 SOA ns.test. admin.test. 1 3600 300 604800 300

        ; RFC 2317 §4: an alias into a part that is delegated
        dig -x 192.0.2.5
        NOERROR aa
        ANSWER
        5.2.0.192.in-addr.arpa. 3600 CNAME 5.0/25.2.0.192.in-addr.arpa.
        AUTHORITY
        0/25.2.0.192.in-addr.arpa. 3600 NS ns.customer.test.

        ; RFC 2317 §4
        dig -x 192.0.2.200
        NOERROR aa
        ANSWER
        200.2.0.192.in-addr.arpa. 3600 CNAME 200.128-25.2.0.192.in-addr.arpa.
        AUTHORITY
        128-25.2.0.192.in-addr.arpa. 3600 NS ns.other.test.

        ; RFC 3596 §2.5: 32 labels
        dig -x 2001:db8::1
        NOERROR aa
        ANSWER
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 3600 PTR one.example.

        ; an empty non-terminal of a reverse zone
        dig 0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR
        NOERROR aa
        AUTHORITY
        8.b.d.0.1.0.0.2.ip6.arpa. 300 SOA ns.test. admin.test. 1 3600 300 604800 300

        ; a wildcard for a prefix
        dig -x 2001:db8:f012::1
        NOERROR aa
        ANSWER
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.1.0.f.8.b.d.0.1.0.0.2.ip6.arpa. 3600 PTR many.example.
        """)

    @Test(arguments: rows) func answer(_ exchange: Exchange) throws {
        try Server(Self.zones).expect(exchange)
    }
}
