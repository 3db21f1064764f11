import Diagnostics
import Testing

@testable import ZoneFiles

@Suite("Mistakes in zone files")
struct MistakeTests {
    /// What is written on line 3, and what is to be said.
    static let rows: [(line: String, expected: String)] = [
        // Values
        ("www IN A 192.0.2.300", "3:10: error: invalid IPv4 address '192.0.2.300'"),
        ("www A 192.0.2", "3:7: error: invalid IPv4 address '192.0.2'"),
        ("www A 192.0.2.01", "3:7: error: invalid IPv4 address '192.0.2.01'"),
        ("www A 192.0.2.1.", "3:7: error: invalid IPv4 address '192.0.2.1.'"),
        ("www A 2001:db8::1", "3:7: error: invalid IPv4 address '2001:db8::1'"),
        ("www A 0x7f000001", "3:7: error: invalid IPv4 address '0x7f000001'"),
        ("www AAAA 192.0.2.1", "3:10: error: invalid IPv6 address '192.0.2.1'"),
        ("www AAAA 1:2:3:4:5:6:7", "3:10: error: invalid IPv6 address '1:2:3:4:5:6:7'"),
        ("www AAAA 1:2:3:4:5:6:7:8:9", "3:10: error: invalid IPv6 address '1:2:3:4:5:6:7:8:9'"),
        ("www AAAA 1:2:3:4:5:6:7:8::", "3:10: error: invalid IPv6 address '1:2:3:4:5:6:7:8::'"),
        ("www AAAA 1::2::3", "3:10: error: invalid IPv6 address '1::2::3'"),
        ("www AAAA :1", "3:10: error: invalid IPv6 address ':1'"),
        ("www AAAA 1:", "3:10: error: invalid IPv6 address '1:'"),
        ("www AAAA 12345::", "3:10: error: invalid IPv6 address '12345::'"),
        ("www AAAA fe80::1%eth0", "3:10: error: invalid IPv6 address 'fe80::1%eth0'"),
        ("www AAAA ::ffff:192.0.2.256", "3:10: error: invalid IPv6 address '::ffff:192.0.2.256'"),
        ("@ MX 65536 mail", "3:6: error: preference 65536 is out of range"),
        ("@ MX -1 mail", "3:6: error: invalid preference '-1'"),
        ("@ MX mail", "3:6: error: invalid preference 'mail'"),
        ("@ MX 10", "3:8: error: the exchange is missing"),
        ("@ MX 10 a b", "3:11: error: unexpected 'b' after the end of the data"),
        ("@ SRV 0 0 65536 a", "3:11: error: port 65536 is out of range"),
        ("@ SRV 0 0 99999999999999999999 a", "3:11: error: port 99999999999999999999 is out of range"),
        ("@ SOA a b 4294967296 1 1 1 1", "3:11: error: serial 4294967296 is out of range"),
        ("@ SOA a b 1 1x 1 1 1", "3:13: error: invalid refresh '1x'"),
        ("@ SOA a b 1 1 1 1", "3:18: error: the minimum is missing"),
        ("@ CAA 256 issue x", "3:7: error: flags 256 is out of range"),
        ("@ CAA 0 is-sue x", "3:9: error: invalid tag 'is-sue'"),
        ("@ DS 1 8 2 0A0B", "3:6: error: invalid data for DS: the digest has 2 octets, its algorithm makes 32"),
        ("@ DS 1 8 9 0A0", "3:12: error: the digest has an odd number of hexadecimal digits"),
        ("@ DS 1 8 9 0A0G", "3:15: error: invalid hexadecimal digit 'G' in the digest"),
        ("@ DS 1 8 9", "3:11: error: the digest is missing"),
        ("@ DS 1 RSASHA265 2 00", "3:8: error: unknown algorithm 'RSASHA265'"),
        ("@ DNSKEY 256 3 8 AwEAAQ=", "3:18: error: base64 of the public-key ends early"),
        ("@ DNSKEY 256 3 8 AwEA!Q==", "3:22: error: invalid base64 digit '!' in the public-key"),
        ("@ DNSKEY 256 3 8 AwEAAR==", "3:24: error: invalid base64 digit '=' in the public-key"),
        (
            "@ RRSIG A 8 2 1 20260230000000 20260101000000 1 a. AA==",
            "3:17: error: invalid expiration '20260230000000'"
        ),
        ("@ NSEC a", "3:9: error: the type is missing"),
        ("@ NSEC a A FOO", "3:12: error: unknown type 'FOO'"),
        ("@ LOC 91 N 0 E 0", "3:7: error: latitude's degrees 91 is out of range"),
        ("@ LOC 90 0 0.001 N 0 E 0", "3:7: error: latitude is more than 90 degrees"),
        ("@ LOC 42 60 N 0 E 0", "3:10: error: latitude's minutes 60 is out of range"),
        ("@ LOC 42 N 181 E 0", "3:12: error: longitude's degrees 181 is out of range"),
        ("@ LOC 42 N 71 W 42849672.96", "3:17: error: altitude '42849672.96' is out of range"),
        ("@ LOC 42 N 71 W 1M", "3:17: error: invalid altitude '1M'"),
        ("@ LOC 42 E 71 W 0", "3:10: error: unexpected 'E' in the latitude"),
        ("@ SVCB 65536 .", "3:8: error: priority 65536 is out of range"),
        ("@ SVCB 1 . mandatory", "3:8: error: invalid data for SVCB: mandatory is no list of keys"),
        (
            "@ SVCB 1 . mandatory=mandatory",
            "3:8: error: invalid data for SVCB: mandatory names itself"
        ),
        (
            "@ SVCB 1 . mandatory=port",
            "3:8: error: invalid data for SVCB: mandatory names port, which is not there"
        ),
        ("@ SVCB 1 . port=1 alpn=h2 port=2 port=3", "3:27: error: parameter port is there twice"),
        ("@ SVCB 1 . port=1 port=2", "3:19: error: parameter port is there twice"),
        ("@ SVCB 1 . prot=1", "3:12: error: unknown parameter 'prot'"),
        ("@ SVCB 1 . key1=h2", "3:8: error: invalid data for SVCB: alpn ends inside a protocol"),
        ("@ SVCB 1 . no-default-alpn", "3:8: error: invalid data for SVCB: no-default-alpn needs alpn"),
        ("@ APL 1:192.0.2.0/277", "3:7: error: invalid data for APL: invalid prefix '1:192.0.2.0/277'"),
        ("@ APL 65537:192.0.2.0/21", "3:7: error: invalid data for APL: invalid prefix '65537:192.0.2.0/21'"),
        ("@ APL !!1:192.0.2.0/21", "3:7: error: invalid data for APL: invalid prefix '!!1:192.0.2.0/21'"),
        ("@ APL 1:192.0.2.0/21x", "3:7: error: invalid data for APL: invalid prefix '1:192.0.2.0/21x'"),
        ("@ APL 1:192.0.2.0/", "3:7: error: invalid data for APL: invalid prefix '1:192.0.2.0/'"),
        ("@ APL 1:192.0.2.0/33", "3:7: error: invalid data for APL: an IPv4 prefix has more than 32 bits"),
        (
            "@ TXT \"\(String(repeating: "a", count: 256))\"",
            "3:7: error: text of 256 octets is longer than 255"
        ),
        ("@ TXT \\256", "3:7: error: invalid escape '\\256'"),
        ("@ TXT \"a\\25\"", "3:9: error: invalid escape '\\25'"),
        ("@ TXT", "3:6: error: the text is missing"),
        // RFC 3597, which libldns lets pass for any type
        ("@ A \\# 0", "3:5: error: invalid data for A: data ends inside the address: 0 of 4 octets are there"),
        (
            "@ MX \\# 0",
            "3:6: error: invalid data for MX: data ends inside the preference: 0 of 2 octets are there"
        ),
        ("@ A \\# 5 0102030405", "3:5: error: invalid data for A: 1 octets too many at the end"),
        ("@ A \\# 4 010203", "3:8: error: 3 octets follow, not 4"),
        ("@ TYPE731 1", "3:11: error: the data of TYPE731 can't be read"),
        ("@ NULL x", "3:8: error: the data of NULL has no text form of its own"),
        (
            "@ CNAME \\# 2 C00C",
            "3:9: error: invalid data for CNAME: the target has a compression pointer or a label of more than 63 octets"
        ),
        // Types, classes, TTLs
        ("www AX 192.0.2.1", "3:5: error: unknown type 'AX'"),
        ("www 1x A 192.0.2.1", "3:5: error: invalid TTL '1x'"),
        ("www 1h30 A 192.0.2.1", "3:5: error: invalid TTL '1h30'"),
        ("www 4294967296 A 192.0.2.1", "3:5: error: TTL 4294967296 is out of range"),
        ("@ MX 18446744073709551617 a", "3:6: error: preference 18446744073709551617 is out of range"),
        ("www 99999999999999999999 A 192.0.2.1", "3:5: error: TTL 99999999999999999999 is out of range"),
        ("www 4000w4000w4000w1h4000w A 192.0.2.1", "3:5: error: TTL 4000w4000w4000w1h4000w is out of range"),
        ("www 8000w A 192.0.2.1", "3:5: error: TTL 8000w is out of range"),
        ("@ A6 129 ::1 a", "3:6: error: prefix length 129 is out of range"),
        ("@ NXT a TYPE128", "3:9: error: NXT has no place for type TYPE128"),
        ("@ NSEC a ANY", "3:10: error: no zone holds records of type ANY"),
        ("@ WKS 192.0.2.1 nosuch 25", "3:17: error: unknown protocol 'nosuch'"),
        ("@ WKS 192.0.2.1 tcp nosuch", "3:21: error: unknown service 'nosuch' of protocol tcp"),
        ("@ WKS 192.0.2.1 tcp 65536", "3:21: error: port 65536 is out of range"),
        ("@ HIP 2 200 AwEAAQ==", "3:9: error: the tag is not of 1 to 255 pairs of hexadecimal digits"),
        ("@ HIP 2 2001 AwEAAQ=", "3:14: error: base64 of the key ends early"),
        ("@ KEY 256 3 8", "3:7: error: invalid data for KEY: the key is empty"),
        ("@ LOC 42 n 71 W 0", "3:10: error: unexpected 'n' in the latitude"),
        (
            "@ SVCB 1 . dohpath=q{?dns}",
            "3:8: error: invalid data for SVCB: dohpath is no path with the variable 'dns'"
        ),
        ("@ NS a.@", "3:8: error: '@' in name 'a.@'"), ("@.a A 192.0.2.1", "3:1: error: '@' in name '@.a'"),
        ("www 1 2 A 192.0.2.1", "3:7: error: unexpected '2' where the type is expected"),
        ("www IN IN A 192.0.2.1", "3:8: error: the class stands here twice"),
        ("www CH A 192.0.2.1", "3:5: error: class CH can't be served"),
        ("www CLASS3 A 192.0.2.1", "3:5: error: class CLASS3 can't be served"),
        ("www ANY x", "3:5: error: no zone holds records of type ANY"),
        ("www OPT \\# 0", "3:5: error: no zone holds records of type OPT"),
        ("www", "3:4: error: the type is missing"),
        ("www IN", "3:7: error: the type is missing"),
        ("  $TTL 1", "3:3: error: unknown type '$TTL'"),
        // Names
        ("\(String(repeating: "a", count: 64)) A 192.0.2.1", "3:1: error: label exceeds 63 octets"),
        ("@ NS a.\(String(repeating: "b", count: 64)).c", "3:8: error: label exceeds 63 octets"),
        ("@ NS \(String(repeating: "abcdefg.", count: 32))", "3:6: error: name is longer than 255 octets"),
        ("@ NS a..b", "3:6: error: empty label in name 'a..b'"),
        ("@ NS .a", "3:6: error: empty label in name '.a'"),
        ("@ NS ..", "3:6: error: empty label in name '..'"),
        ("@ NS a\\300", "3:7: error: invalid escape '\\300'"),
        ("@ NS \"a\"", "3:6: error: the name server can't be in quotes"),
        ("a\"b A 192.0.2.1", "3:2: error: quote inside 'a'"),
        ("\"a\" A 192.0.2.1", "3:1: error: the owner can't be in quotes"),
        // Stray bytes
        ("www A 192.0.2.1 )", "3:17: error: ')' without a '(' before it"),
        (") www A 192.0.2.1", "3:1: error: ')' without a '(' before it"),
        ("www A\u{0} 192.0.2.1", "3:6: error: control byte 0x00"),
        ("\u{1}www A 192.0.2.1", "3:1: error: control byte 0x01"),
        ("www TXT a\u{7}b", "3:10: error: control byte 0x07"),
        ("www A 192.0.2.1 \u{7F}", "3:17: error: control byte 0x7F"),
        ("www A\r 192.0.2.1", "3:6: error: carriage return that ends no line"),
        ("www TXT \"a\"b", "3:12: error: no blank after the closing quote"),
        // Directives
        ("$TTL", "3:5: error: the TTL is missing"),
        ("$TTL 1x", "3:6: error: invalid TTL '1x'"),
        ("$TTL 1 2", "3:8: error: unexpected '2' after the end of the data"),
        ("$ORIGIN", "3:8: error: the origin is missing"),
        ("$ORIGIN a..b.", "3:9: error: empty label in name 'a..b.'"),
        ("$ORIGN a.", "3:1: error: unknown directive '$ORIGN'"),
        ("$INCLUDE", "3:9: error: the file is missing"),
        (
            "$INCLUDE /nonexistent/zone",
            "3:10: error: can't open '/nonexistent/zone': No such file or directory"
        ),
        ("$INCLUDE /", "3:10: error: can't open '/': Is a directory"),
        ("$INCLUDE /dev/zero", "3:10: error: can't open '/dev/zero': Not a regular file"),
        ("$GENERATE 3-1 a$ A 192.0.2.$", "3:11: error: invalid range '3-1'"),
        ("$GENERATE 1-2/0 a$ A 192.0.2.$", "3:11: error: invalid range '1-2/0'"),
        ("$GENERATE 1 a$ A 192.0.2.$", "3:11: error: invalid range '1'"),
        ("$GENERATE 0-2147483647 a$ A 192.0.2.1", "3:11: error: more than 1048576 records"),
        ("$GENERATE 1-2 a${0,3,z} A 192.0.2.1", "3:15: error: invalid modifier '${0,3,z}'"),
        ("$GENERATE 1-2 a${0 A 192.0.2.1", "3:15: error: '${' is never closed"),
        ("$GENERATE 1-300 a$ A 192.0.2.$", "3:22: error: invalid IPv4 address '192.0.2.256'"),
        ("$GENERATE 1-2 a$ A", "3:19: error: the data is missing"),
    ]

    @Test("A mistake is named at its place, and reading goes on", arguments: rows)
    func isNamed(line: String, expected: String) throws {
        let (records, diagnostics) = try read(
            "$TTL 1h\nbefore A 192.0.2.1\n\(line)\nafter A 192.0.2.2\n")
        #expect(places(diagnostics) == [expected])
        #expect(records.first?.owner == "before.example.com.")
        #expect(records.last?.owner == "after.example.com.")
    }

    @Test("A mistake is shown with its line, a caret and what was probably meant")
    func isShown() throws {
        let (_, diagnostics) = try read("\n\nwww 60 IN\tA 192.0.2.300 ; web\n")
        #expect(
            diagnostics.map(\.description) == [
                """
                zone:3:13: error: invalid IPv4 address '192.0.2.300'
                    www 60 IN\tA 192.0.2.300 ; web
                             \t  ^~~~~~~~~~~
                zone:3:13: hint: each of the four numbers is at most 255
                """
            ])
    }

    @Test(
        "A hint tells what was probably meant",
        arguments: [
            ("www AAA 2001:db8::1", "did you mean 'AAAA'?"),
            ("www CNAM a", "did you mean 'CNAME'?"),
            ("$INCLUDES a", "did you mean '$INCLUDE'?"),
            ("@ MX 10", "MX is written as: preference exchange"),
            ("@ SRV 1 2 3", "SRV is written as: priority weight port target"),
            ("@ MX 65536 a", "the preference is a number from 0 to 65535"),
            ("@ DS 1 RSASHA265 2 00", "did you mean 'RSASHA256'?"),
            ("@ SVCB 1 . apln=h2", "did you mean 'alpn'?"),
            ("www A 2001:db8::1", "an IPv6 address belongs into an AAAA record"),
        ])
    func hints(line: String, expected: String) throws {
        let (_, diagnostics) = try read("$TTL 1h\n\(line)\n")
        #expect(diagnostics.map(\.hint) == [expected])
    }

    @Test(
        "What can be read but is probably not meant is a warning",
        arguments: [
            (
                "www.example.com A 192.0.2.1",
                "2:1: warning: name 'www.example.com' has no dot at its end and gets the origin added"
            ),
            (
                "@ MX 10 mail.EXAMPLE.com",
                "2:9: warning: name 'mail.EXAMPLE.com' has no dot at its end and gets the origin added"
            ),
            ("m\u{FC}nchen A 192.0.2.1", "2:1: warning: name 'm\u{FC}nchen' has octets outside ASCII"),
            ("@@ A 192.0.2.1", "2:1: warning: name '@@' has an at sign in it"),
            ("a TXT \"a\u{7}b\"", "2:7: warning: quoted text has a control byte in it"),
            ("@ RP admin@example.com. .", "2:6: warning: name 'admin@example.com.' has an at sign in it"),
            (
                "$TTL 2147483648\na A 192.0.2.1",
                "2:6: warning: TTL 2147483648 is above 2147483647 and counts as 0"
            ),
            (
                "a A 192.0.2.1\n$ORIGIN b\n AAAA 2001:db8::1",
                "4:2: warning: the record belongs to a.example.com., which stands before the last $ORIGIN"
            ),
        ])
    func warns(text: String, expected: String) throws {
        let (records, diagnostics) = try read("$TTL 1h\n\(text)\n")
        #expect(places(diagnostics) == [expected])
        #expect(!records.isEmpty)
    }

    @Test("An open parenthesis is reported where it was opened, and later mistakes are found too")
    func openParenthesis() throws {
        let (records, diagnostics) = try read(
            """
            $TTL 1h
            @ SOA ns1 admin (
                1 1h 5M
                7D 1D
            ns1 A 192.0.2.1
            www A 192.0.2.300
            """)
        #expect(
            places(diagnostics) == [
                "2:17: error: '(' is never closed", "6:7: error: invalid IPv4 address '192.0.2.300'",
            ])
        #expect(records.map(\.owner) == ["ns1.example.com."])
    }

    @Test(
        "A quote that isn't closed is reported where it was opened",
        arguments: [
            ("a TXT \"v=spf1 -all\nb A 192.0.2.1\n", ["1:7: error: quoted text is never closed"]),
            ("a TXT \"one\nb TXT \"two\"\nc A 192.0.2.1\n", ["1:7: error: quoted text is never closed"]),
            ("a TXT ( \"one\n \"two\" )\nc A 192.0.2.1\n", ["1:9: error: quoted text is never closed"]),
            ("a TXT \"one", ["1:7: error: quoted text is never closed"]),
        ])
    func openQuote(text: String, expected: [String]) throws {
        let (_, diagnostics) = try read("$TTL 1h ; \n" + text)
        #expect(
            places(diagnostics)
                == expected.map { "2" + $0.dropFirst() })
    }

    @Test("Lines without an owner after a broken one are not the owner's before it")
    func brokenOwner() throws {
        let (records, diagnostics) = try read(
            "$TTL 1\na A 192.0.2.1\nb..c A 192.0.2.2\n  A 192.0.2.3\nd A 192.0.2.4\n")
        #expect(places(diagnostics) == ["3:1: error: empty label in name 'b..c'"])
        #expect(records.map(\.owner) == ["a.example.com.", "d.example.com."])
    }

    @Test("Of many mistakes the first hundred are told, of the others the number")
    func many() throws {
        let (_, diagnostics) = try read(String(repeating: "a 60 A 1.2.3\n", count: 250))
        #expect(diagnostics.count == 101)
        #expect(diagnostics.last?.message == "and 150 more errors")
        #expect(diagnostics[99].position?.line == 100)
    }

    @Test(
        "Of many warnings too",
        arguments: ["a@b 60 A 192.0.2.1\n", "a 60 TXT \"\u{1}\"\n", "$ORIGIN example.com.\n 60 A 192.0.2.1\n"])
    func manyWarnings(_ text: String) throws {
        let (records, diagnostics) = try read("a 60 A 192.0.2.1\n" + String(repeating: text, count: 250))
        #expect(records.count == 251)
        #expect(diagnostics.count == 101)
        #expect(diagnostics.last?.message == "and 150 more warnings")
    }

    @Test("A record without an owner or a TTL where none came before")
    func nothingBefore() throws {
        #expect(
            places(try read("  60 A 192.0.2.1").diagnostics) == [
                "1:3: error: record without an owner, and none before it"
            ])
        #expect(
            places(try read("a A 192.0.2.1").diagnostics) == [
                "1:1: error: record without a TTL, and none before it"
            ])
    }
}
