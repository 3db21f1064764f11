import DNSWire
import Diagnostics
import Testing

@testable import ZoneFiles

@Suite("Master files (RFC 1035 §5)")
struct MasterFileTests {
    /// `owner ttl type` of each record.
    private func summary(_ text: String) throws -> [String] {
        let (records, diagnostics) = try read(text)
        #expect(places(diagnostics) == [])
        return records.map { "\($0.owner) \($0.ttl) \($0.type)" }
    }

    @Test(
        "TTL and class stand in any order, or are inherited",
        arguments: [
            "a 60 IN A 192.0.2.1", "a IN 60 A 192.0.2.1", "a 60 A 192.0.2.1", "a 1m IN A 192.0.2.1",
            "a in 1M a 192.0.2.1", "a CLASS1 60 TYPE1 192.0.2.1", "a\t60\tIN\tA\t192.0.2.1",
            "$TTL 60\na A 192.0.2.1", "$TTL 60\na IN A 192.0.2.1", "$ttl 0m60s\na class1 A 192.0.2.1",
            "a 60 IN A 192.0.2.1 ; comment", "a 60 IN A 192.0.2.1;comment", "a 60 IN A 192.0.2.1 ",
            "a ( 60 IN\n A\n\n ; comment )\n 192.0.2.1 )", "a 60 IN A (192.0.2.1)", "a 60 IN A ((192.0.2.1)\n)",
            "a 60 A 192.0.2.1\r\n\r\n", "a.example.com. 60 A 192.0.2.1",
            "$ORIGIN com.\na.example 60 A 192.0.2.1", "$ORIGIN org.\n$ORIGIN example.com.\na 60 A 192.0.2.1",
            "$ORIGIN b\n$ORIGIN @\n$ORIGIN example.com.\na 60 A 192.0.2.1", "$ORIGIN a\n@ 60 A 192.0.2.1",
            "\\a 60 A 192.0.2.1", "\\097 60 A 192.0.2.1", "\n\n   \n\t; x\na 60 A 192.0.2.1",
            "a 60 A \\# 4 c0 00 02 01", "a 60 A \\# ( 4\nc0000201 )",
        ])
    func forms(text: String) throws {
        for end in ["", "\n"] {
            let (records, diagnostics) = try read(text + end)
            #expect(places(diagnostics) == [])
            #expect(
                records == [FoundRecord(owner: "a.example.com.", type: .a, ttl: 60, data: "c0000201")])
        }
    }

    @Test("A line that begins with a blank belongs to the owner before")
    func inheritedOwner() throws {
        #expect(
            try summary("$TTL 5\na A 192.0.2.1\n  AAAA ::1\n\n; comment\n\tTXT x\nb MX 1 a\n 7 NS b\n") == [
                "a.example.com. 5 A", "a.example.com. 5 AAAA", "a.example.com. 5 TXT", "b.example.com. 5 MX",
                "b.example.com. 7 NS",
            ])
    }

    @Test("Without $TTL the last TTL stated holds (RFC 1035 §5.1), with it $TTL (RFC 2308 §4)")
    func inheritedTTL() throws {
        #expect(
            try summary("a 7 A 192.0.2.1\nb A 192.0.2.1\n$TTL 9\nc 8 A 192.0.2.1\nd A 192.0.2.1\n") == [
                "a.example.com. 7 A", "b.example.com. 7 A", "c.example.com. 8 A", "d.example.com. 9 A",
            ])
    }

    @Test("Without any TTL the SOA's minimum is taken, with a warning, as BIND does")
    func minimumAsTTL() throws {
        let (records, diagnostics) = try read("@ SOA a b 1 2 3 4 5\n@ NS a\n")
        #expect(records.map(\.ttl) == [5, 5])
        #expect(places(diagnostics) == ["1:1: warning: no TTL stated: the SOA's minimum of 5 s is taken"])
        #expect(
            try read("@ SOA a b 1 2 3 4 5\na 7 A 192.0.2.1\nb A 192.0.2.1\n").records.map(\.ttl) == [5, 7, 5])
        // RFC 2181 §8
        #expect(try read("@ SOA a b 1 2 3 4 3000000000\n@ NS a\n").records.map(\.ttl) == [3_000_000_000, 0])
    }

    @Test(
        "TTLs with units",
        arguments: [
            ("0", 0), ("1s", 1), ("1m", 60), ("1h", 3600), ("1d", 86400), ("1w", 604_800), ("1h30m", 5400),
            ("1W2D3H4M5S", 788_645), ("30m1h", 5400), ("1h1h", 7200), ("2147483647", 2_147_483_647),
            ("0001", 1),
        ] as [(String, UInt32)])
    func units(text: String, seconds: UInt32) throws {
        #expect(try read("a \(text) A 192.0.2.1").records.map(\.ttl) == [seconds])
        #expect(try read("$TTL \(text)\na A 192.0.2.1").records.map(\.ttl) == [seconds])
    }

    @Test(
        "Names: relative, absolute, escaped, as long as names get",
        arguments: [
            ("@", "example.com."), (".", "."), ("a", "a.example.com."), ("a.", "a."),
            ("a.b", "a.b.example.com."),
            ("*", "*.example.com."), ("a\\.b", "a\\.b.example.com."), ("\\@", "\\@.example.com."),
            ("\\@\\@", "\\@\\@.example.com."), ("\\000", "\\000.example.com."),
            ("\\032\\\\", "\\032\\\\.example.com."),
            ("_sip._tcp", "_sip._tcp.example.com."), ("A-1", "A-1.example.com."), ("1", "1.example.com."),
            (
                String(repeating: "x", count: 63) + ".",
                String(repeating: "x", count: 63) + "."
            ),
            // 127 labels of one octet are 255 octets with the root.
            (String(repeating: "x.", count: 127), String(repeating: "x.", count: 127)),
        ])
    func names(text: String, expected: String) throws {
        let (records, diagnostics) = try read("\(text) 1 CNAME \(text)\n")
        #expect(places(diagnostics) == [])
        #expect(records.map(\.owner) == [expected])
        let data = try #require(records.first?.data)
        #expect(data == hexadecimal(try DomainName(expected).wire))
    }

    @Test(
        "Texts: quoted or not, escaped, as long as they get",
        arguments: [
            ("a", "0161"), ("\"\"", "00"), ("\"a b\"", "03612062"), ("a b", "01610162"),
            ("\"a\"\"b\"", "01610162"), ("\\\"", "0122"), ("\"\\\"\"", "0122"), ("a\\ b", "03612062"),
            ("\"a;b\"", "03613b62"), ("a\\;b", "03613b62"), ("\"(\"", "0128"), ("\\065", "0141"),
            ("\"a\tb\"", "03610962"), ("(\"a\"\n\"b\")", "01610162"), ("\"\u{E4}\"", "02c3a4"), ("@", "0140"),
        ])
    func texts(text: String, expected: String) throws {
        let (records, diagnostics) = try read("@ 1 TXT \(text)\n")
        #expect(places(diagnostics) == [])
        #expect(records.map(\.data) == [expected])
    }

    @Test("A text of 255 octets, and as many texts as fit into a record")
    func longTexts() throws {
        let text = "\"\(String(repeating: "\\097", count: 255))\" "
        // 255 × 256 octets and one text of 254 are 65,535.
        let last = "\"\(String(repeating: "a", count: 254))\""
        let (records, diagnostics) = try read("@ 1 TXT \(String(repeating: text, count: 255))\(last)\n")
        #expect(places(diagnostics) == [])
        #expect(records.first.map { $0.data.utf8.count } == 2 * 65535)
        let (_, tooLong) = try read("@ 1 TXT \(String(repeating: text, count: 256))\n")
        #expect(places(tooLong) == ["1:1: error: data is longer than 65535 octets"])
    }

    @Test(
        "IPv6 addresses in every form of RFC 4291 §2.2",
        arguments: [
            ("::", "00000000000000000000000000000000"), ("::1", "00000000000000000000000000000001"),
            ("1::", "00010000000000000000000000000000"), ("1::8", "00010000000000000000000000000008"),
            ("1:2:3:4:5:6:7:8", "00010002000300040005000600070008"),
            ("1:2:3:4:5:6:7::", "00010002000300040005000600070000"),
            ("::2:3:4:5:6:7:8", "00000002000300040005000600070008"),
            ("1:2:3::7:8", "00010002000300000000000000070008"),
            ("ABCD:ef01::", "abcdef01000000000000000000000000"),
            ("::ffff:192.0.2.1", "00000000000000000000ffffc0000201"),
            ("64:ff9b::192.0.2.33", "0064ff9b0000000000000000c0000221"),
            ("1:2:3:4:5:6:192.0.2.1", "000100020003000400050006c0000201"),
        ])
    func ipv6(text: String, expected: String) throws {
        let (records, diagnostics) = try read("@ 1 AAAA \(text)\n")
        #expect(places(diagnostics) == [])
        #expect(records.map(\.data) == [expected])
    }

    @Test(
        "$GENERATE, each as BIND 9.18 makes it",
        arguments: [
            ("1-2 a$ A 192.0.2.$", ["a1 c0000201", "a2 c0000202"]),
            ("1-2 b$ MX \"10 mail\"", ["b1 000a046d61696c076578616d706c6503636f6d00"]),
            ("1-1 b$ MX 10 mail", ["b1 000a046d61696c076578616d706c6503636f6d00"]),
            ("1-1 a$ TXT \"host $\"", ["a1 04686f73740131"]),
            ("1-1 z$ TXT \"\\\"a b\\\" c$\"", ["z1 03612062026331"]),
            ("1-2 d${0,3,d} A 192.0.2.$", ["d001 c0000201", "d002 c0000202"]),
            ("1-2 e${-1,2,x} 600 IN A 192.0.2.$", ["e00 c0000201", "e01 c0000202"]),
            ("1-1 f\\$ A 192.0.2.$", ["f\\$ c0000201"]), ("1-1 g$$ A 192.0.2.$", ["g\\$ c0000201"]),
            ("9-17/4 i${1,4,X} A 192.0.2.$", ["i000A c0000209", "i000E c000020d", "i0012 c0000211"]),
            ("1-2 j${10} A 192.0.2.$", ["j11 c0000201", "j12 c0000202"]),
            ("9-9 k${0,3,o} A 192.0.2.$", ["k011 c0000209"]),
            ("300-300 m${0,1,n} A 192.0.2.1", ["mc.2.1 c0000201"]),
        ])
    func generates(text: String, expected: [String]) throws {
        let (records, diagnostics) = try read("$TTL 9\n$GENERATE \(text) ; comment\nlast A 192.0.2.9\n")
        #expect(places(diagnostics) == [])
        let found = records.dropLast().map { "\($0.owner.replacing(".example.com.", with: "")) \($0.data)" }
        #expect(found.prefix(expected.count) == expected[...])
        #expect(records.last?.owner == "last.example.com.")
    }

    @Test("A line without an owner behind a $GENERATE belongs to the owner before that, as in BIND")
    func generatedOwners() throws {
        for generated in ["h$ A 192.0.2.$", "h$ A 192.0.2.1.$"] {
            let (records, _) = try read("$TTL 9\nwww A 192.0.2.9\n$GENERATE 1-2 \(generated)\n TXT x\n")
            #expect(records.last == FoundRecord(owner: "www.example.com.", type: .txt, ttl: 9, data: "0178"))
        }
    }

    @Test(
        "$GENERATE of nibbles ends with a dot where the width says so, as in BIND",
        arguments: [("h${1,4,n}", "ha.0."), ("l${0,7,n}", "l9.0.0.0.example.com."), ("n${0,2,N}", "n9.")])
    func nibbles(pattern: String, expected: String) throws {
        #expect(try read("$TTL 9\n$GENERATE 9-9 \(pattern) A 192.0.2.1\n").records.map(\.owner) == [expected])
    }
}
