import DNSWire
import Testing

@testable import ZoneFiles

@Suite("Record data from text, every type")
struct EveryTypeTests {
    /// The expected octets are those of BIND: `named-rrchecker -u -o example.com.` (9.18).
    static let rows: [(text: String, hex: String)] = [
        (##"A 192.0.2.1"##, "c0000201"),
        (##"NS ns1.example.net."##, "036e7331076578616d706c65036e657400"),
        (##"MD a.example."##, "0161076578616d706c6500"),
        (##"MF a.example."##, "0161076578616d706c6500"),
        (##"CNAME www"##, "03777777076578616d706c6503636f6d00"),
        (
            ##"SOA ns1 admin\.x.example.org. 2026010101 1h 5M 7D 1d"##,
            "036e7331076578616d706c6503636f6d000761646d696e2e78076578616d706c65036f72670078c275f500000e"
                + "100000012c00093a8000015180"
        ),
        (##"MB a.example."##, "0161076578616d706c6500"),
        (##"MG a.example."##, "0161076578616d706c6500"),
        (##"MR a.example."##, "0161076578616d706c6500"),
        (##"NULL \# 3 010203"##, "010203"),
        (##"WKS 192.0.2.1 TCP 25 80"##, "c0000201060000004000000000000080"),
        (##"PTR host.example.com."##, "04686f7374076578616d706c6503636f6d00"),
        (##"WKS 192.0.2.1 6 0"##, "c00002010680"), (##"WKS 192.0.2.1 udp domain"##, "c00002011100000000000004"),
        (##"NXT a.example. A MX NXT"##, "0161076578616d706c650040010002"),
        (##"A6 0 2001:db8::1"##, "0020010db8000000000000000000000001"),
        (##"A6 64 ::1 a.example."##, "4000000000000000010161076578616d706c6500"),
        (##"A6 128 a.example."##, "800161076578616d706c6500"),
        (
            ##"DS 1 8 SHA-1 0000000000000000000000000000000000000000"##,
            "00010801" + String(repeating: "00", count: 20)
        ),
        (##"KEY 49152 3 8"##, "c0000308"), (##"CAA 0 "issue" "a""##, "0005697373756561"),
        (##"HINFO "PC Intel" Linux"##, "08504320496e74656c054c696e7578"),
        (
            ##"MINFO admin errors.example.net."##,
            "0561646d696e076578616d706c6503636f6d00066572726f7273076578616d706c65036e657400"
        ),
        (##"MX 10 mail"##, "000a046d61696c076578616d706c6503636f6d00"),
        (
            ##"TXT "v=spf1 -all" second \; "\"q\"" "\000\255""##,
            "0b763d73706631202d616c6c067365636f6e64013b032271220200ff"
        ),
        (##"RP admin.example. ."##, "0561646d696e076578616d706c650000"),
        (##"AFSDB 1 afs"##, "000103616673076578616d706c6503636f6d00"),
        (##"X25 311061700956"##, "0c333131303631373030393536"),
        (##"ISDN 150862028003217 004"##, "0f31353038363230323830303332313703303034"),
        (##"ISDN 150862028003217"##, "0f313530383632303238303033323137"),
        (##"RT 2 relay"##, "00020572656c6179076578616d706c6503636f6d00"),
        (
            ##"NSAP 0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00"##,
            "47000580005a0000000001e133ffffff00016100"
        ),
        (##"NSAP-PTR foo."##, "03666f6f00"),
        (
            ##"SIG A 8 2 3600 20260101000000 20250101000000 12345 example. AwEAAQ=="##,
            "0001080200000e106955b900677485803039076578616d706c650003010001"
        ),
        (##"KEY 256 3 8 AwEAAQ=="##, "0100030803010001"),
        (
            ##"PX 10 net2.it. PRMD-net2.ADMD-p400.C-it."##,
            "000a046e657432026974000950524d442d6e6574320941444d442d7034303004432d697400"
        ),
        (##"GPOS -32.6882 116.8652 10.0"##, "082d33322e36383832083131362e383635320431302e30"),
        (##"AAAA 2001:db8::1"##, "20010db8000000000000000000000001"),
        (##"AAAA ::ffff:192.0.2.1"##, "00000000000000000000ffffc0000201"),
        (##"AAAA ::"##, "00000000000000000000000000000000"),
        (##"AAAA 1:2:3:4:5:6:7::"##, "00010002000300040005000600070000"),
        (##"LOC 42 21 54 N 71 06 18 W -24m 30m"##, "0033161389172dd070be15f000988d20"),
        (##"LOC 52 14 05.123 N 00 08 50 E 10m"##, "001216138b3557438008165000989a68"),
        (##"LOC 42 N 71 W 0"##, "001216138903210070c3da8000989680"),
        (##"LOC 90 S 180 W -100000 90000000 0 1.5"##, "009900126cb0270059604e0000000000"),
        (##"EID 12AF"##, "12af"),
        (##"NIMLOC 32251a030067"##, "32251a030067"),
        (##"SRV 10 60 5060 sip"##, "000a003c13c403736970076578616d706c6503636f6d00"),
        (##"ATMA 47000580FFE1000000F21A26D80020EA0000000000"##, "0047000580ffe1000000f21a26d80020ea0000000000"),
        (##"ATMA +61200000000"##, "013631323030303030303030"),
        (
            ##"NAPTR 100 50 "s" "http+I2L+I2C+I2R" "" _http._tcp.gatech.edu."##,
            "00640032017310687474702b49324c2b4932432b49325200055f68747470045f74637006676174656368036564"
                + "7500"
        ),
        (
            ##"NAPTR 100 10 u sip+E2U "!^.*$!sip:info@foo.example!i" ."##,
            "0064000a0175077369702b4532551c215e2e2a24217369703a696e666f40666f6f2e6578616d706c65216900"
        ),
        (##"KX 10 kx"##, "000a026b78076578616d706c6503636f6d00"),
        (##"CERT PKIX 65535 RSASHA256 AwEAAQ=="##, "0001ffff0803010001"),
        (##"CERT 254 1 0 MxFc"##, "00fe00010033115c"),
        (##"A6 \# 17 0020010db8000000000000000000000001"##, "0020010db8000000000000000000000001"),
        (##"DNAME target."##, "0674617267657400"),
        (##"SINK 1 0 0 AwEA"##, "010000030100"),
        (
            ##"APL 1:192.168.32.0/21 !1:192.168.38.0/28 2:FF00:0:0:0:0:0:0:0/8"##,
            "00011503c0a82000011c83c0a82600020801ff"
        ),
        (
            ##"DS 60485 5 1 2BB183AF5F22588179A53B0A 98631FAD1A292118"##,
            "ec4505012bb183af5f22588179a53b0a98631fad1a292118"
        ),
        (
            ##"DS 60485 RSASHA256 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"##,
            "ec450802d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a"
        ),
        (
            ##"SSHFP 2 1 123456789abcdef67890123456789abcdef67890"##,
            "0201123456789abcdef67890123456789abcdef67890"
        ),
        (
            ##"IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="##,
            "0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801"
        ),
        (
            ##"IPSECKEY 10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="##,
            "0a0002010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801"
        ),
        (
            ##"IPSECKEY 10 2 2 2001:0DB8:0:8002::2000:1 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="##,
            "0a020220010db8000080020000000020000001010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba"
                + "3a0521af82ab7801"
        ),
        (
            ##"IPSECKEY 10 3 2 mygateway.example.com. AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="##,
            "0a0302096d7967617465776179076578616d706c6503636f6d00010351537986ed35533b6064478eeeb27b5bd7"
                + "4dae149b6e81ba3a0521af82ab7801"
        ),
        (
            ##"RRSIG A 5 3 86400 20030322173103 20030220173103 2642 example.com. "##
                + ##"oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr"##,
            "00010503000151803e7c9dd73e5510d70a52076578616d706c6503636f6d00a090755ba58d1affa576f4375831"
                + "b4310920e481218d18a9f164eb"
        ),
        (
            ##"NSEC host.example.com. A MX RRSIG NSEC TYPE1234"##,
            "04686f7374076578616d706c6503636f6d000006400100000003041b0000000000000000000000000000000000"
                + "00000000000000000020"
        ),
        (
            ##"DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3"##,
            "010003050103d22a6ca77f35b893206fd35e4c506d83788437"
        ),
        (
            ##"DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA="##,
            "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40"
        ),
        (
            ##"NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG"##,
            "0101000c04aabbccdd1417f3df17b2b2adaef615257de4d2020b80ac6c7c0006400000000002"
        ),
        (
            ##"NSEC3 1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s"##,
            "01000000001417f3df17b2b2adaef615257de4d2020b80ac6c7c"
        ),
        (##"NSEC3PARAM 1 0 12 aabbccdd"##, "0100000c04aabbccdd"),
        (
            ##"TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"##,
            "030101d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"
        ),
        (
            ##"SMIMEA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"##,
            "030101d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"
        ),
        (
            ##"HIP 2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cI rvs.example.com."##,
            "1002001b200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d2c13c22243851f"
                + "c70803727673076578616d706c6503636f6d00"
        ),
        (##"NINFO foo "bar baz""##, "03666f6f076261722062617a"),
        (##"RKEY 0 255 1 AwEAAQ=="##, "0000ff0103010001"),
        (
            ##"TALINK h0.example.com. h2.example.com."##,
            "026830076578616d706c6503636f6d00026832076578616d706c6503636f6d00"
        ),
        (##"CDS 0 0 0 00"##, "0000000000"),
        (##"CDNSKEY 0 3 0 AA=="##, "0000030000"),
        (##"OPENPGPKEY AwEAAQ=="##, "03010001"),
        (##"CSYNC 66 3 A NS AAAA"##, "000000420003000460000008"),
        (
            ##"ZONEMD 2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7FED2"##
                + ##"DD5B97AE499FAFA4F22C6BD647DE"##,
            "7848b78c0101febe3d4ce2ec2ffa4ba99d46cd69d6d29711e55217057bee7eb1a7b641a47ba7fed2dd5b97ae49"
                + "9fafa4f22c6bd647de"
        ),
        (##"SVCB 0 foo.example.com."##, "000003666f6f076578616d706c6503636f6d00"),
        (##"SVCB 1 ."##, "000100"),
        (##"SVCB 16 foo.example.com. port=53"##, "001003666f6f076578616d706c6503636f6d00000300020035"),
        (
            ##"SVCB 1 foo.example.com. key667=hello"##,
            "000103666f6f076578616d706c6503636f6d00029b000568656c6c6f"
        ),
        (
            ##"SVCB 1 foo.example.com. key667="hello\210qoo""##,
            "000103666f6f076578616d706c6503636f6d00029b000968656c6c6fd2716f6f"
        ),
        (
            ##"SVCB 1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1""##,
            "000103666f6f076578616d706c6503636f6d000006002020010db800000000000000000000000120010db80000"
                + "00000000000000530001"
        ),
        (
            ##"SVCB 16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1"##,
            "001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0"
                + "000201"
        ),
        (
            ##"SVCB 16 foo.example.org. alpn="f\\\\oo\\,bar,h2""##,
            "001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832"
        ),
        (
            ##"SVCB 16 foo.example.org. alpn=f\\\092oo\092,bar,h2"##,
            "001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832"
        ),
        // A known key by its number has its value in the wire's form (RFC 9460 §2.1).
        (##"SVCB 1 . key1=\002h2 key3=\001\187"##, "000100000100030268320003000201bb"),
        (##"SVCB 1 . key0=\000\001 alpn=h2"##, "00010000000002000100010003026832"),
        (##"SVCB 1 . key5=abc"##, "00010000050003616263"),
        // Protocols of any octets (RFC 9460 §7.1.1): a zero and 255, a comma, a quotation mark.
        (##"SVCB 1 . alpn="\000\255,\\,\"""##, "000100000100060200ff022c22"),
        (
            ##"HTTPS 1 . alpn=h3 no-default-alpn port=8443 ech=AwEAAQ=="##,
            "00010000010003026833000200000003000220fb0005000403010001"
        ),
        (
            ##"DSYNC CDS NOTIFY 5300 cds-scanner.example.net."##,
            "003b0114b40b6364732d7363616e6e6572076578616d706c65036e657400"
        ),
        (##"SPF "v=spf1 +all""##, "0b763d73706631202b616c6c"),
        (##"NID 10 0014:4fff:ff20:ee64"##, "000a00144fffff20ee64"),
        (##"L32 10 10.1.2.0"##, "000a0a010200"),
        (##"L64 10 2001:0DB8:1140:1000"##, "000a20010db811401000"),
        (##"LP 10 l64-subnet.example.com."##, "000a0a6c36342d7375626e6574076578616d706c6503636f6d00"),
        (##"EUI48 00-00-5e-00-53-2a"##, "00005e00532a"),
        (##"EUI64 00-00-5e-ef-10-00-00-2a"##, "00005eef1000002a"),
        (
            ##"URI 10 1 "ftp://ftp1.example.com/public""##,
            "000a00016674703a2f2f667470312e6578616d706c652e636f6d2f7075626c6963"
        ),
        (
            ##"CAA 0 issue "ca.example.net; policy=ev""##,
            "0005697373756563612e6578616d706c652e6e65743b20706f6c6963793d6576"
        ),
        (##"CAA 128 tbs Unknown"##, "8003746273556e6b6e6f776e"),
        (##"AVC "app-name:WOLFGANG""##, "116170702d6e616d653a574f4c4647414e47"),
        (
            ##"DOA 0 1 2 "" aHR0cHM6Ly93d3cuaXNjLm9yZy8="##,
            "0000000000000001020068747470733a2f2f7777772e6973632e6f72672f"
        ),
        (##"AMTRELAY 10 0 1 203.0.113.15"##, "0a01cb00710f"),
        (##"AMTRELAY 10 1 2 2001:db8::15"##, "0a8220010db8000000000000000000000015"),
        (##"AMTRELAY 128 1 3 amtrelays.example.com."##, "808309616d7472656c617973076578616d706c6503636f6d00"),
        (##"AMTRELAY 10 0 0 ."##, "0a00"),
        (##"RESINFO qnamemin exterr=15-17"##, "08716e616d656d696e0c6578746572723d31352d3137"),
        (##"WALLET BTC abc"##, "0342544303616263"),
        (
            ##"TA 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"##,
            "ec4505012bb183af5f22588179a53b0a98631fad1a292118"
        ),
        (
            ##"DLV 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"##,
            "ec4505012bb183af5f22588179a53b0a98631fad1a292118"
        ),
        (##"TYPE65280 \# 4 0A000001"##, "0a000001"),
        (##"TYPE1 \# 4 C0000201"##, "c0000201"),
        (##"CNAME @"##, "076578616d706c6503636f6d00"),
        (##"TXT """##, "00"),
        (##"MX 0 ."##, "000000"),
        (##"CNAME a\.b\032c\$"##, "06612e62206324076578616d706c6503636f6d00"),
        (##"NXT \# 11 036e787400400001000020"##, "036e787400400001000020"),
    ]

    @Test("Text becomes the octets that BIND makes of it", arguments: rows)
    func converts(text: String, hex: String) throws {
        let (records, diagnostics) = try read("@ 3600 IN \(text)\n")
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        #expect(records.map(\.data) == [hex])
    }

    @Test("The text of data reads back as the same data", arguments: rows)
    func returns(text: String, hex: String) throws {
        let type = try #require(RecordType(String(text.prefix { $0 != " " })))
        let written = RecordData.text(type, try octets(hex))
        let (records, diagnostics) = try read("@ 3600 IN \(type) \(written)\n")
        #expect(diagnostics.isEmpty, "\(written): \(diagnostics)")
        #expect(records.map(\.data) == [hex], "\(written)")
    }

    @Test("Each type takes its data in the form of unknown types (RFC 3597 §5)", arguments: rows)
    func takesOpaque(text: String, hex: String) throws {
        let type = try #require(RecordType(String(text.prefix { $0 != " " })))
        let (records, diagnostics) = try read(
            "@ 3600 IN TYPE\(type.rawValue) ( \\# \(hex.utf8.count / 2) \(hex) )\n")
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        #expect(records.map(\.data) == [hex])
        #expect(records.map(\.type) == [type])
    }

    @Test("Every type that has a layout has a row")
    func isWhole() {
        let shown = Set(Self.rows.compactMap { RecordType(String($0.text.prefix { $0 != " " })) })
        #expect(RecordLayout.types.filter { !shown.contains($0) } == [])
    }

    private func octets(_ hex: String) throws -> [UInt8] {
        let digits = Array(hex)
        return try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
        }
    }
}
