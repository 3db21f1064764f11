import Addresses
import Diagnostics
import Testing

@testable import Settings

@Suite("Access lists as they are written")
struct AccessListReadingTests {
    @Test(
        "Who may ask",
        arguments: [
            ("any;", "192.0.2.1", true), ("none;", "192.0.2.1", false), ("!none;", "192.0.2.1", true),
            ("192.0.2.1;", "192.0.2.1", true), ("192.0.2.1;", "192.0.2.2", false),
            ("192.0.2.0/24;", "192.0.2.255", true), ("192.0.2/24;", "192.0.2.9", true),
            ("10/8;", "10.255.0.1", true),
            ("!192.0.2.1; any;", "192.0.2.1", false), ("! 192.0.2.1; any;", "192.0.2.2", true),
            ("any; !192.0.2.1;", "192.0.2.1", true), ("2001:db8::/32;", "2001:db8:1::1", true),
            ("\"inner\";", "198.51.100.7", true), ("inner;", "198.51.100.8", false),
            ("INNER;", "198.51.100.7", true),
            ("!inner; any;", "198.51.100.7", false), ("{ 192.0.2.1; !192.0.2.2; }; any;", "192.0.2.2", true),
            ("!{ !192.0.2.1; any; }; any;", "192.0.2.1", true), ("later;", "203.0.113.1", true),
            ("", "192.0.2.1", false),
            ("\"any\";", "192.0.2.1", true), ("::1; 127.0.0.1;", "::1", true),
        ])
    func decides(_ elements: String, _ address: String, _ expected: Bool) throws {
        let text = """
            acl inner { 198.51.100.7; };
            options { allow-query { \(elements) }; };
            acl "later" { 203.0.113.0/24; };
            """
        let address = try #require(IPAddress(address))
        #expect(try readConfiguration(text).accepted().allowQuery.allows(address) == expected)
    }

    @Test func hostsOwnNetworks() throws {
        let settings = try readConfiguration("options { allow-query { localhost; localnets; }; };").accepted()
        #expect(settings.allowQuery == AccessList([.init(.localhost), .init(.localnets)]))
    }

    @Test(
        "Mistakes",
        arguments: [
            ("options { allow-query { ▸10.0.0.300; }; };", "invalid address '10.0.0.300'"),
            ("options { allow-query { ▸1.2.3; }; };", "invalid address '1.2.3'"),
            ("options { allow-query { ▸10.0.0.0/33; }; };", "invalid network '10.0.0.0/33'"),
            ("options { allow-query { ▸10.0.0.1/24; }; };", "'10.0.0.1/24' has bits set beyond its first 24"),
            (
                "options { allow-query { ▸fe80::1%eth0; }; };",
                "an address with a zone can't be used 'fe80::1%eth0'"
            ),
            (
                "options { allow-query { ▸key \"k\"; }; };",
                "access by key can't be enforced: messages are not verified yet"
            ),
            ("options { allow-query { ▸geoip country US; }; };", "access by location can't be enforced"),
            ("options { allow-query { ▸nobody; }; };", "no list is named 'nobody'"),
            ("options { allow-query { 10/8 ▸11/8; }; };", "unexpected '11/8' in '10/8'"),
            ("options { allow-query { 10/8\n▸11/8; }; };", "missing ';' before '11/8'"),
            ("acl a { b; }; acl b { ▸a; };", "the list 'a' holds itself"),
            ("acl a { any; }; acl ▸A { none; };", "the list 'A' is defined twice"),
            ("acl ▸any { 10/8; };", "'any' is defined already and can't be changed"),
            ("acl unused { ▸x; };", "no list is named 'x'"),
            ("acl▸;", "the name of a list is expected before ';'"),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText(marked)
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test("Lists that double each other have a bound")
    func doubling() {
        var text = "acl a0 { 10/8; 11/8; };\n"
        for index in 1...40 { text += "acl a\(index) { a\(index - 1); a\(index - 1); };\n" }
        let result = readConfiguration(text)
        #expect(result.errors.first?.message == "this list has more than 65536 elements")
    }

    @Test("Lists in lists have a bound")
    func chain() {
        var text = "acl a99999 { any; };\n"
        for index in 0..<99_999 where index < 5000 || index == 99_998 {
            text += "acl a\(index) { a\(index + 1); };\n"
        }
        #expect(
            readConfiguration(text).errors.contains { $0.message == "lists may hold lists 64 deep at most" })
    }
}
