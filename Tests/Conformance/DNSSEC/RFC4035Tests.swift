import Answering
import Testing

@Suite("RFC 4035 appendix B: a zone signed with NSEC")
struct RFC4035Tests {
    /// Appendix A, its keys and signatures shortened.
    static let zone = """
        $ORIGIN example.
        example.       3600 IN SOA ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600
                       3600 RRSIG SOA 1
                       3600 NS     ns1.example.
                       3600 NS     ns2.example.
                       3600 RRSIG NS 1
                       3600 MX     1 xx.example.
                       3600 RRSIG MX 1
                       3600 NSEC   a.example. NS SOA MX RRSIG NSEC DNSKEY
                       3600 RRSIG NSEC 1
                       3600 DNSKEY 256 3 5 AQOy1bZVvpPqhg4j
                       3600 DNSKEY 257 3 5 AQOeX7+baTmvpVHb
                       3600 RRSIG DNSKEY 1
        a.example.     3600 IN NS  ns1.a.example.
                       3600 IN NS  ns2.a.example.
                       3600 DS     57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
                       3600 RRSIG DS 2
                       3600 NSEC   ai.example. NS DS RRSIG NSEC
                       3600 RRSIG NSEC 2
        ns1.a.example. 3600 IN A   192.0.2.5
        ns2.a.example. 3600 IN A   192.0.2.6
        ai.example.    3600 IN A   192.0.2.9
                       3600 RRSIG A 2
                       3600 HINFO  "KLH-10" "ITS"
                       3600 RRSIG HINFO 2
                       3600 AAAA   2001:db8::f00:baa9
                       3600 RRSIG AAAA 2
                       3600 NSEC   b.example. A HINFO AAAA RRSIG NSEC
                       3600 RRSIG NSEC 2
        b.example.     3600 IN NS  ns1.b.example.
                       3600 IN NS  ns2.b.example.
                       3600 NSEC   ns1.example. NS RRSIG NSEC
                       3600 RRSIG NSEC 2
        ns1.b.example. 3600 IN A   192.0.2.7
        ns2.b.example. 3600 IN A   192.0.2.8
        ns1.example.   3600 IN A   192.0.2.1
                       3600 RRSIG A 2
                       3600 NSEC   ns2.example. A RRSIG NSEC
                       3600 RRSIG NSEC 2
        ns2.example.   3600 IN A   192.0.2.2
                       3600 RRSIG A 2
                       3600 NSEC   *.w.example. A RRSIG NSEC
                       3600 RRSIG NSEC 2
        *.w.example.   3600 IN MX  1 ai.example.
                       3600 RRSIG MX 2
                       3600 NSEC   x.w.example. MX RRSIG NSEC
                       3600 RRSIG NSEC 2
        x.w.example.   3600 IN MX  1 xx.example.
                       3600 RRSIG MX 3
                       3600 NSEC   x.y.w.example. MX RRSIG NSEC
                       3600 RRSIG NSEC 3
        x.y.w.example. 3600 IN MX  1 xx.example.
                       3600 RRSIG MX 4
                       3600 NSEC   xx.example. MX RRSIG NSEC
                       3600 RRSIG NSEC 4
        xx.example.    3600 IN A   192.0.2.10
                       3600 RRSIG A 2
                       3600 HINFO  "KLH-10" "TOPS-20"
                       3600 RRSIG HINFO 2
                       3600 AAAA   2001:db8::f00:baaa
                       3600 RRSIG AAAA 2
                       3600 NSEC   example. A HINFO AAAA RRSIG NSEC
                       3600 RRSIG NSEC 2
        """

    static let soa = """
        example. 3600 SOA ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600
        example. 3600 RRSIG SOA 1
        """

    static let responses = transcript(
        """
        ; B.1 answer
        dig x.w.example. MX +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        x.w.example. 3600 MX 1 xx.example.
        x.w.example. 3600 RRSIG MX 3
        AUTHORITY
        example. 3600 NS ns1.example.
        example. 3600 NS ns2.example.
        example. 3600 RRSIG NS 1
        ADDITIONAL
        xx.example. 3600 A 192.0.2.10
        xx.example. 3600 RRSIG A 2
        xx.example. 3600 AAAA 2001:db8::f00:baaa
        xx.example. 3600 RRSIG AAAA 2
        ns1.example. 3600 A 192.0.2.1
        ns1.example. 3600 RRSIG A 2
        ns2.example. 3600 A 192.0.2.2
        ns2.example. 3600 RRSIG A 2

        ; B.2 name error
        dig ml.example. A +dnssec
        NXDOMAIN aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        b.example. 3600 NSEC ns1.example. NS RRSIG NSEC
        b.example. 3600 RRSIG NSEC 2
        example. 3600 NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY
        example. 3600 RRSIG NSEC 1

        ; B.3 no data
        dig ns1.example. MX +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        ns1.example. 3600 NSEC ns2.example. A RRSIG NSEC
        ns1.example. 3600 RRSIG NSEC 2

        ; B.4 referral to a signed zone
        dig mc.a.example. MX +dnssec
        NOERROR
        EDNS udp 1232, do
        AUTHORITY
        a.example. 3600 NS ns1.a.example.
        a.example. 3600 NS ns2.a.example.
        a.example. 3600 DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
        a.example. 3600 RRSIG DS 2
        ADDITIONAL
        ns1.a.example. 3600 A 192.0.2.5
        ns2.a.example. 3600 A 192.0.2.6

        ; B.5 referral to an unsigned zone
        dig mc.b.example. MX +dnssec
        NOERROR
        EDNS udp 1232, do
        AUTHORITY
        b.example. 3600 NS ns1.b.example.
        b.example. 3600 NS ns2.b.example.
        b.example. 3600 NSEC ns1.example. NS RRSIG NSEC
        b.example. 3600 RRSIG NSEC 2
        ADDITIONAL
        ns1.b.example. 3600 A 192.0.2.7
        ns2.b.example. 3600 A 192.0.2.8

        ; B.6 wildcard expansion; the servers' addresses, which B.1 has, are said here too
        dig a.z.w.example. MX +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        a.z.w.example. 3600 MX 1 ai.example.
        a.z.w.example. 3600 RRSIG MX 2
        AUTHORITY
        example. 3600 NS ns1.example.
        example. 3600 NS ns2.example.
        example. 3600 RRSIG NS 1
        x.y.w.example. 3600 NSEC xx.example. MX RRSIG NSEC
        x.y.w.example. 3600 RRSIG NSEC 4
        ADDITIONAL
        ai.example. 3600 A 192.0.2.9
        ai.example. 3600 RRSIG A 2
        ai.example. 3600 AAAA 2001:db8::f00:baa9
        ai.example. 3600 RRSIG AAAA 2
        ns1.example. 3600 A 192.0.2.1
        ns1.example. 3600 RRSIG A 2
        ns2.example. 3600 A 192.0.2.2
        ns2.example. 3600 RRSIG A 2

        ; B.7 wildcard, no data
        dig a.z.w.example. AAAA +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        x.y.w.example. 3600 NSEC xx.example. MX RRSIG NSEC
        x.y.w.example. 3600 RRSIG NSEC 4
        *.w.example. 3600 NSEC x.w.example. MX RRSIG NSEC
        *.w.example. 3600 RRSIG NSEC 2

        ; B.8 DS of the zone itself
        dig example. DS +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        example. 3600 NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY
        example. 3600 RRSIG NSEC 1
        """)

    @Test("Appendix B", arguments: responses)
    func response(_ exchange: Exchange) throws {
        try Server(["example": Self.zone], .full).expect(exchange)
    }

    static let further = transcript(
        """
        ; §3.1.4: the DS at the cut, with its signature
        dig a.example. DS +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        a.example. 3600 DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
        a.example. 3600 RRSIG DS 2

        ; §3.1.4.1: no DS at the cut of an unsigned zone
        dig b.example. DS +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        b.example. 3600 NSEC ns1.example. NS RRSIG NSEC
        b.example. 3600 RRSIG NSEC 2

        ; §3.1.3.1: an empty non-terminal, between *.w and x.y.w
        dig y.w.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        x.w.example. 3600 NSEC x.y.w.example. MX RRSIG NSEC
        x.w.example. 3600 RRSIG NSEC 3

        ; §3.1.3.2: one record proves both that the name and that the wildcard is not there
        dig a.example.x.w.example. A +dnssec
        NXDOMAIN aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        x.w.example. 3600 NSEC x.y.w.example. MX RRSIG NSEC
        x.w.example. 3600 RRSIG NSEC 3

        ; §3.1.3.4: the wildcard's own name needs no proof that it was expanded
        dig *.w.example. MX +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        *.w.example. 3600 MX 1 ai.example.
        *.w.example. 3600 RRSIG MX 2

        ; §3.1.1: without DO none of it
        dig x.w.example. MX +edns=0
        NOERROR aa
        EDNS udp 1232
        ANSWER
        x.w.example. 3600 MX 1 xx.example.

        ; §3.1.1: without EDNS none of it
        dig ml.example. A
        NXDOMAIN aa
        AUTHORITY
        example. 3600 SOA ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600

        ; §3.1.1: but what is asked for by name is an answer
        dig ns1.example. NSEC
        NOERROR aa
        ANSWER
        ns1.example. 3600 NSEC ns2.example. A RRSIG NSEC

        ; §3.1: without DO
        dig example. DNSKEY
        NOERROR aa
        ANSWER
        example. 3600 DNSKEY 256 3 5 AQOy1bZVvpPqhg4j
        example. 3600 DNSKEY 257 3 5 AQOeX7+baTmvpVHb

        ; §3.1.1: the keys' signature
        dig example. DNSKEY +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        example. 3600 DNSKEY 256 3 5 AQOy1bZVvpPqhg4j
        example. 3600 DNSKEY 257 3 5 AQOeX7+baTmvpVHb
        example. 3600 RRSIG DNSKEY 1

        ; §3.1.6: CD and AD do not come back
        dig x.w.example. MX +cd +ad
        NOERROR aa
        ANSWER
        x.w.example. 3600 MX 1 xx.example.
        """)

    @Test("§3.1: serving signed zones", arguments: further)
    func serving(_ exchange: Exchange) throws {
        try Server(["example": Self.zone], .minimal).expect(exchange)
    }

    static let digest = String(repeating: "00FF", count: 24)

    /// Servers of delegations that are this zone's own data, that lie below another cut, and below their own.
    static let hosts = """
        @ SOA ns admin 1 3600 300 604800 300
        @ RRSIG SOA 1
        @ NS ns
        @ RRSIG NS 1
        @ NSEC cut NS SOA RRSIG NSEC
        @ RRSIG NSEC 1
        cut NS ns
        cut NS ns.other
        cut NS ns.cut
        cut DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
        cut RRSIG DS 2
        cut NSEC ns NS DS RRSIG NSEC
        cut RRSIG NSEC 2
        ns.cut A 192.0.2.2
        ns A 192.0.2.1
        ns RRSIG A 2
        ns AAAA 2001:db8::1
        ns RRSIG AAAA 2
        ns NSEC other A AAAA RRSIG NSEC
        ns RRSIG NSEC 2
        other NS ns.other
        other NSEC wide NS RRSIG NSEC
        other RRSIG NSEC 2
        ns.other A 192.0.2.3
        wide NS ns
        wide DS 1 5 4 \(digest)
        wide DS 2 5 4 \(digest)
        wide DS 3 5 4 \(digest)
        wide DS 4 5 4 \(digest)
        wide DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
        wide RRSIG DS 2
        wide NSEC @ NS DS RRSIG NSEC
        wide RRSIG NSEC 2
        """

    static let referral = """
        AUTHORITY
        cut.example. 3600 NS ns.example.
        cut.example. 3600 NS ns.other.example.
        cut.example. 3600 NS ns.cut.example.
        """

    static let addresses = """
        ADDITIONAL
        ns.cut.example. 3600 A 192.0.2.2
        ns.example. 3600 A 192.0.2.1
        ns.example. 3600 AAAA 2001:db8::1
        ns.other.example. 3600 A 192.0.2.3
        """

    static let referrals = transcript(
        """
        ; the signatures of what is authoritative data come with it
        dig www.cut.example. A +dnssec
        NOERROR
        EDNS udp 1232, do
        \(referral)
        cut.example. 3600 DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
        cut.example. 3600 RRSIG DS 2
        \(addresses)
        ns.example. 3600 RRSIG A 2
        ns.example. 3600 RRSIG AAAA 2

        ; only as far as they fit, without TC: 34 octets of header and question, 17 of NS, 4 × 64 + 36 of DS, 48 of each
        ; signature, 44 of addresses and 11 of EDNS are 542 with both signatures
        dig www.wide.example. A +dnssec +bufsize=512
        NOERROR
        EDNS udp 1232, do
        AUTHORITY
        wide.example. 3600 NS ns.example.
        wide.example. 3600 DS 1 5 4 \(digest)
        wide.example. 3600 DS 2 5 4 \(digest)
        wide.example. 3600 DS 3 5 4 \(digest)
        wide.example. 3600 DS 4 5 4 \(digest)
        wide.example. 3600 DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
        wide.example. 3600 RRSIG DS 2
        ADDITIONAL
        ns.example. 3600 A 192.0.2.1
        ns.example. 3600 AAAA 2001:db8::1
        ns.example. 3600 RRSIG A 2

        ; without DO none of them
        dig www.cut.example. A
        NOERROR
        \(referral)
        \(addresses)

        ; none has any where no server is authoritative data
        dig www.other.example. A +dnssec
        NOERROR
        EDNS udp 1232, do
        AUTHORITY
        other.example. 3600 NS ns.other.example.
        other.example. 3600 NSEC wide.example. NS RRSIG NSEC
        other.example. 3600 RRSIG NSEC 2
        ADDITIONAL
        ns.other.example. 3600 A 192.0.2.3
        """)

    @Test("§3.1.1: signatures in the additional section of a referral", arguments: referrals)
    func signedHosts(_ exchange: Exchange) throws {
        try Server(["example": Self.hosts], .minimal).expect(exchange)
    }
}
