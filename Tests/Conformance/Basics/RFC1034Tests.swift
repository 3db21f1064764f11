import Answering
import Testing

@Suite("RFC 1034 §6: a scenario")
struct RFC1034Tests {
    /// §6.1
    static let root = """
        $TTL 86400
        .       IN      SOA     SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. (
                                870611          ;serial
                                1800            ;refresh every 30 min
                                300             ;retry every 5 min
                                604800          ;expire after a week
                                86400)          ;minimum of a day
                        NS      A.ISI.EDU.
                        NS      C.ISI.EDU.
                        NS      SRI-NIC.ARPA.
        MIL.    86400   NS      SRI-NIC.ARPA.
                86400   NS      A.ISI.EDU.
        EDU.    86400   NS      SRI-NIC.ARPA.
                86400   NS      C.ISI.EDU.
        SRI-NIC.ARPA.   A       26.0.0.73
                        A       10.0.0.51
                        MX      0 SRI-NIC.ARPA.
                        HINFO   DEC-2060 TOPS20
        ACC.ARPA.       A       26.6.0.65
                        HINFO   PDP-11/70 UNIX
                        MX      10 ACC.ARPA.
        USC-ISIC.ARPA.  CNAME   C.ISI.EDU.
        73.0.0.26.IN-ADDR.ARPA.  PTR    SRI-NIC.ARPA.
        65.0.6.26.IN-ADDR.ARPA.  PTR    ACC.ARPA.
        51.0.0.10.IN-ADDR.ARPA.  PTR    SRI-NIC.ARPA.
        52.0.0.10.IN-ADDR.ARPA.  PTR    C.ISI.EDU.
        103.0.3.26.IN-ADDR.ARPA. PTR    A.ISI.EDU.
        A.ISI.EDU. 86400 A      26.3.0.103
        C.ISI.EDU. 86400 A      10.0.0.52
        """
    static let edu = """
        $TTL 86400
        EDU.  IN SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. (
                                870729 ;serial
                                1800 ;refresh every 30 minutes
                                300 ;retry every 5 minutes
                                604800 ;expire after a week
                                86400 ;minimum of a day
                                )
                        NS SRI-NIC.ARPA.
                        NS C.ISI.EDU.
        UCI 172800 NS ICS.UCI
                        172800 NS ROME.UCI
        ICS.UCI 172800 A 192.5.19.1
        ROME.UCI 172800 A 192.5.19.31
        ISI 172800 NS VAXA.ISI
                        172800 NS A.ISI
                        172800 NS VENERA.ISI.EDU.
        VAXA.ISI 172800 A 10.2.0.27
                        172800 A 128.9.0.33
        VENERA.ISI.EDU. 172800 A 10.1.0.52
                        172800 A 128.9.0.32
        A.ISI 172800 A 26.3.0.103
        UDEL.EDU.  172800 NS LOUIE.UDEL.EDU.
                        172800 NS UMN-REI-UC.ARPA.
        LOUIE.UDEL.EDU. 172800 A 10.0.0.96
                        172800 A 192.5.39.3
        YALE.EDU.  172800 NS YALE.ARPA.
        YALE.EDU.  172800 NS YALE-BULLDOG.ARPA.
        MIT.EDU.  43200 NS XX.LCS.MIT.EDU.
                        43200 NS ACHILLES.MIT.EDU.
        XX.LCS.MIT.EDU.  43200 A 10.0.0.44
        ACHILLES.MIT.EDU. 43200 A 18.72.0.8
        """
    // §6.2.7 is asked of A.ISI.EDU too, which has this zone; its text is not in the RFC.
    static let isi = """
        ISI.EDU. 86400 SOA VAXA.ISI.EDU. ACTION.ISI.EDU. 1 1800 300 604800 86400
                 86400 NS A.ISI.EDU.
        A.ISI.EDU. 86400 A 26.3.0.103
        C.ISI.EDU. 86400 A 10.0.0.52
        """

    /// What C.ISI.EDU says; the authority section of its answers was empty where they have nothing to deny.
    static let answers = transcript(
        """
        ; §6.2.1
        dig SRI-NIC.ARPA. A
        NOERROR aa
        ANSWER
        SRI-NIC.ARPA. 86400 A 26.0.0.73
        SRI-NIC.ARPA. 86400 A 10.0.0.51

        ; §6.2.2; a stream, since RFC 8482 came later
        dig SRI-NIC.ARPA. ANY +tcp
        NOERROR aa
        ANSWER
        SRI-NIC.ARPA. 86400 A 26.0.0.73
        SRI-NIC.ARPA. 86400 A 10.0.0.51
        SRI-NIC.ARPA. 86400 MX 0 SRI-NIC.ARPA.
        SRI-NIC.ARPA. 86400 HINFO "DEC-2060" "TOPS20"

        ; §6.2.4, with the SOA that RFC 2308 §2.2 wants
        dig SRI-NIC.ARPA. NS
        NOERROR aa
        AUTHORITY
        . 86400 SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. 870611 1800 300 604800 86400

        ; §6.2.5
        dig SIR-NIC.ARPA. A
        NXDOMAIN aa
        AUTHORITY
        . 86400 SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. 870611 1800 300 604800 86400

        ; §6.2.6
        dig BRL.MIL A
        NOERROR
        AUTHORITY
        MIL. 86400 NS SRI-NIC.ARPA.
        MIL. 86400 NS A.ISI.EDU.
        ADDITIONAL
        A.ISI.EDU. 86400 A 26.3.0.103
        SRI-NIC.ARPA. 86400 A 26.0.0.73
        SRI-NIC.ARPA. 86400 A 10.0.0.51

        ; §6.2.7, from C.ISI.EDU
        dig USC-ISIC.ARPA. A
        NOERROR aa
        ANSWER
        USC-ISIC.ARPA. 86400 CNAME C.ISI.EDU.
        AUTHORITY
        ISI.EDU. 172800 NS VAXA.ISI.EDU.
        ISI.EDU. 172800 NS A.ISI.EDU.
        ISI.EDU. 172800 NS VENERA.ISI.EDU.
        ADDITIONAL
        VAXA.ISI.EDU. 172800 A 10.2.0.27
        VAXA.ISI.EDU. 172800 A 128.9.0.33
        VENERA.ISI.EDU. 172800 A 10.1.0.52
        VENERA.ISI.EDU. 172800 A 128.9.0.32
        A.ISI.EDU. 172800 A 26.3.0.103

        ; §6.2.8
        dig USC-ISIC.ARPA. CNAME
        NOERROR aa
        ANSWER
        USC-ISIC.ARPA. 86400 CNAME C.ISI.EDU.

        ; §6.3.1, from SRI-NIC.ARPA, which has the same zones
        dig ISI.EDU. MX
        NOERROR
        AUTHORITY
        ISI.EDU. 172800 NS VAXA.ISI.EDU.
        ISI.EDU. 172800 NS A.ISI.EDU.
        ISI.EDU. 172800 NS VENERA.ISI.EDU.
        ADDITIONAL
        VAXA.ISI.EDU. 172800 A 10.2.0.27
        VAXA.ISI.EDU. 172800 A 128.9.0.33
        VENERA.ISI.EDU. 172800 A 10.1.0.52
        VENERA.ISI.EDU. 172800 A 128.9.0.32
        A.ISI.EDU. 172800 A 26.3.0.103

        ; §6.3.2
        dig -x 26.6.0.65
        NOERROR aa
        ANSWER
        65.0.6.26.in-addr.arpa. 86400 PTR ACC.ARPA.
        """)

    @Test(arguments: answers) func scenario(_ exchange: Exchange) throws {
        try Server([".": Self.root, "EDU": Self.edu], .minimal).expect(exchange)
    }

    static let withMore = transcript(
        """
        ; §6.2.3
        dig SRI-NIC.ARPA. MX
        NOERROR aa
        ANSWER
        SRI-NIC.ARPA. 86400 MX 0 SRI-NIC.ARPA.
        ADDITIONAL
        SRI-NIC.ARPA. 86400 A 26.0.0.73
        SRI-NIC.ARPA. 86400 A 10.0.0.51
        """)

    @Test("Additional data without the zone's servers", arguments: withMore)
    func additional(_ exchange: Exchange) throws {
        try Server([".": Self.root, "EDU": Self.edu], .withoutAuthority).expect(exchange)
    }

    static let fromA = transcript(
        """
        ; §6.2.7, from A.ISI.EDU
        dig USC-ISIC.ARPA. A
        NOERROR aa
        ANSWER
        USC-ISIC.ARPA. 86400 CNAME C.ISI.EDU.
        C.ISI.EDU. 86400 A 10.0.0.52

        ; §6.2.8
        dig USC-ISIC.ARPA. CNAME
        NOERROR aa
        ANSWER
        USC-ISIC.ARPA. 86400 CNAME C.ISI.EDU.
        """)

    @Test("A server of the root and of ISI.EDU, not of what lies between", arguments: fromA)
    func disjoint(_ exchange: Exchange) throws {
        try Server([".": Self.root, "ISI.EDU": Self.isi], .minimal).expect(exchange)
    }
}
