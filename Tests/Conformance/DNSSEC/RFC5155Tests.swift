import Answering
import Testing

@Suite("RFC 5155 appendix B: a zone signed with NSEC3, opt-out")
struct RFC5155Tests {
    /// Appendix A, its keys and signatures shortened.
    static let zone = """
        $ORIGIN example.
        example. 3600 IN SOA ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600
                RRSIG SOA 1
                NS ns1.example.
                NS ns2.example.
                RRSIG NS 1
                MX 1 xx.example.
                RRSIG MX 1
                DNSKEY 256 3 7 AwEAAaetidLzsKWUt4sw
                DNSKEY 257 3 7 AwEAAcUlFV1vhmqx6NST
                RRSIG DNSKEY 1
                NSEC3PARAM 1 0 12 aabbccdd
                RRSIG NSEC3PARAM 1
        0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 12 aabbccdd (
                2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG )
                RRSIG NSEC3 2
        2t7b4g4vsa5smi47k61mv5bv1a22bojr A 192.0.2.127
                RRSIG A 2
                NSEC3 1 1 12 aabbccdd ( 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG )
                RRSIG NSEC3 2
        2vptu5timamqttgl4luu9kg21e0aor3s NSEC3 1 1 12 aabbccdd (
                35mthgpgcu1qg68fab165klnsnk3dpvl MX RRSIG )
                RRSIG NSEC3 2
        35mthgpgcu1qg68fab165klnsnk3dpvl NSEC3 1 1 12 aabbccdd (
                b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG )
                RRSIG NSEC3 2
        a       NS ns1.a
                NS ns2.a
                DS 58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C
                RRSIG DS 2
        ns1.a   A 192.0.2.5
        ns2.a   A 192.0.2.6
        ai      A 192.0.2.9
                RRSIG A 2
                HINFO "KLH-10" "ITS"
                RRSIG HINFO 2
                AAAA 2001:db8::f00:baa9
                RRSIG AAAA 2
        b4um86eghhds6nea196smvmlo4ors995 NSEC3 1 1 12 aabbccdd (
                gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG )
                RRSIG NSEC3 2
        c       NS ns1.c
                NS ns2.c
        ns1.c   A 192.0.2.7
        ns2.c   A 192.0.2.8
        gjeqe526plbf1g8mklp59enfd789njgi NSEC3 1 1 12 aabbccdd (
                ji6neoaepv8b5o6k4ev33abha8ht9fgc HINFO A AAAA RRSIG )
                RRSIG NSEC3 2
        ji6neoaepv8b5o6k4ev33abha8ht9fgc NSEC3 1 1 12 aabbccdd (
                k8udemvp1j2f7eg6jebps17vp3n8i58h )
                RRSIG NSEC3 2
        k8udemvp1j2f7eg6jebps17vp3n8i58h NSEC3 1 1 12 aabbccdd (
                kohar7mbb8dc2ce8a9qvl8hon4k53uhi )
                RRSIG NSEC3 2
        kohar7mbb8dc2ce8a9qvl8hon4k53uhi NSEC3 1 1 12 aabbccdd (
                q04jkcevqvmu85r014c7dkba38o0ji5r A RRSIG )
                RRSIG NSEC3 2
        ns1     A 192.0.2.1
                RRSIG A 2
        ns2     A 192.0.2.2
                RRSIG A 2
        q04jkcevqvmu85r014c7dkba38o0ji5r NSEC3 1 1 12 aabbccdd (
                r53bq7cc2uvmubfu5ocmm6pers9tk9en A RRSIG )
                RRSIG NSEC3 2
        r53bq7cc2uvmubfu5ocmm6pers9tk9en NSEC3 1 1 12 aabbccdd (
                t644ebqk9bibcna874givr6joj62mlhv MX RRSIG )
                RRSIG NSEC3 2
        t644ebqk9bibcna874givr6joj62mlhv NSEC3 1 1 12 aabbccdd (
                0p9mhaveqvm6t7vbl5lop2u3t2rp3tom HINFO A AAAA RRSIG )
                RRSIG NSEC3 2
        *.w     MX 1 ai
                RRSIG MX 2
        x.w     MX 1 xx
                RRSIG MX 3
        x.y.w   MX 1 xx
                RRSIG MX 4
        xx      A 192.0.2.10
                RRSIG A 2
                HINFO "KLH-10" "TOPS-20"
                RRSIG HINFO 2
                AAAA 2001:db8::f00:baaa
                RRSIG AAAA 2
        """

    static let soa = """
        example. 3600 SOA ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600
        example. 3600 RRSIG SOA 1
        """

    /// The NSEC3 record of a name, found by the beginning of its hash, and its signature.
    static func proof(_ hash: String) -> String {
        let records = [
            "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom":
                "2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM",
            "2t7b4g4vsa5smi47k61mv5bv1a22bojr": "2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG",
            "35mthgpgcu1qg68fab165klnsnk3dpvl": "b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG",
            "b4um86eghhds6nea196smvmlo4ors995": "gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG",
            "gjeqe526plbf1g8mklp59enfd789njgi": "ji6neoaepv8b5o6k4ev33abha8ht9fgc A HINFO AAAA RRSIG",
            "ji6neoaepv8b5o6k4ev33abha8ht9fgc": "k8udemvp1j2f7eg6jebps17vp3n8i58h",
            "k8udemvp1j2f7eg6jebps17vp3n8i58h": "kohar7mbb8dc2ce8a9qvl8hon4k53uhi",
            "q04jkcevqvmu85r014c7dkba38o0ji5r": "r53bq7cc2uvmubfu5ocmm6pers9tk9en A RRSIG",
            "r53bq7cc2uvmubfu5ocmm6pers9tk9en": "t644ebqk9bibcna874givr6joj62mlhv MX RRSIG",
        ]
        let owner = records.keys.first { $0.hasPrefix(hash) } ?? "no record of \(hash)"
        return "\(owner).example. 3600 NSEC3 1 1 12 AABBCCDD \(records[owner] ?? "")\n"
            + "\(owner).example. 3600 RRSIG NSEC3 2"
    }

    static let responses = transcript(
        """
        ; B.1 name error: the closest encloser x.w, the next closer c.x.w, the wildcard *.x.w
        dig a.c.x.w.example. A +dnssec
        NXDOMAIN aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("0p9m"))
        \(proof("b4um"))
        \(proof("35mt"))

        ; B.2 no data
        dig ns1.example. MX +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("2t7b"))

        ; B.2.1 no data, empty non-terminal
        dig y.w.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("ji6n"))

        ; B.3 referral to an unsigned zone in an opt-out span
        dig mc.c.example. MX +dnssec
        NOERROR
        EDNS udp 1232, do
        AUTHORITY
        c.example. 3600 NS ns1.c.example.
        c.example. 3600 NS ns2.c.example.
        \(proof("35mt"))
        \(proof("0p9m"))
        ADDITIONAL
        ns1.c.example. 3600 A 192.0.2.7
        ns2.c.example. 3600 A 192.0.2.8

        ; B.4 wildcard expansion; the servers' addresses are said here too
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
        \(proof("q04j"))
        ADDITIONAL
        ai.example. 3600 A 192.0.2.9
        ai.example. 3600 RRSIG A 2
        ai.example. 3600 AAAA 2001:db8::f00:baa9
        ai.example. 3600 RRSIG AAAA 2
        ns1.example. 3600 A 192.0.2.1
        ns1.example. 3600 RRSIG A 2
        ns2.example. 3600 A 192.0.2.2
        ns2.example. 3600 RRSIG A 2

        ; B.5 wildcard, no data
        dig a.z.w.example. AAAA +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("k8ud"))
        \(proof("q04j"))
        \(proof("r53b"))

        ; B.6 DS of the zone itself
        dig example. DS +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("0p9m"))
        """)

    @Test("Appendix B", arguments: responses)
    func response(_ exchange: Exchange) throws {
        try Server(["example": Self.zone], .full).expect(exchange)
    }

    static let further = transcript(
        """
        ; §7.2.4: no DS at a name that has an NSEC3 record
        dig ai.example. DS +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("gjeq"))

        ; §7.2.4: no DS at a cut in an opt-out span: the closest provable encloser
        dig c.example. DS +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("0p9m"))
        \(proof("35mt"))

        ; §7.2.7: referral to a signed zone
        dig mc.a.example. MX +dnssec
        NOERROR
        EDNS udp 1232, do
        AUTHORITY
        a.example. 3600 NS ns1.a.example.
        a.example. 3600 NS ns2.a.example.
        a.example. 3600 DS 58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C
        a.example. 3600 RRSIG DS 2
        ADDITIONAL
        ns1.a.example. 3600 A 192.0.2.5
        ns2.a.example. 3600 A 192.0.2.6

        ; §7.2.5: the wildcard's own name
        dig *.w.example. MX +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        *.w.example. 3600 MX 1 ai.example.
        *.w.example. 3600 RRSIG MX 2

        ; §7.2.3: no data at the wildcard's own name
        dig *.w.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("r53b"))

        ; §7.2.8: an owner of nothing but an NSEC3 record does not exist
        dig 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3 +dnssec
        NXDOMAIN aa
        EDNS udp 1232, do
        AUTHORITY
        \(soa)
        \(proof("0p9m"))
        \(proof("q04j"))
        \(proof("gjeq"))

        ; §7.2.8: one that has other records has these alone
        dig 2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. 3600 A 192.0.2.127
        2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. 3600 RRSIG A 2

        ; §4: the parameters are data of the apex
        dig example. NSEC3PARAM +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        example. 3600 NSEC3PARAM 1 0 12 AABBCCDD
        example. 3600 RRSIG NSEC3PARAM 1

        ; RFC 4035 §3.1.1: nothing of it without DO
        dig a.c.x.w.example. A
        NXDOMAIN aa
        AUTHORITY
        example. 3600 SOA ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600
        """)

    @Test("§7.2: responding to queries", arguments: further)
    func responding(_ exchange: Exchange) throws {
        try Server(["example": Self.zone], .minimal).expect(exchange)
    }
}
