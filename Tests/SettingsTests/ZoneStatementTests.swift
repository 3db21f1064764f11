import Addresses
import DNSWire
import Diagnostics
import Testing

@testable import Settings

@Suite("Zone statements")
struct ZoneStatementTests {
    @Test func reads() throws {
        let text = """
            options { allow-transfer { 10.0.0.1; }; };
            zone "Example.COM." IN { type primary; file "/z/a"; allow-query { 10/8; }; };
            zone example.net { type MASTER; file "b"; allow-transfer { none; }; };
            zone "2.0.192.in-addr.arpa" { type master; file "c"; allow-transfer { any; }; };
            zone "." { type primary; file "root"; };
            """
        let zones = try readConfiguration(text).accepted().zones
        #expect(
            zones.map(\.name.description) == ["Example.COM.", "example.net.", "2.0.192.in-addr.arpa.", "."])
        #expect(zones.map(\.file) == ["/z/a", "/etc/swerve/b", "/etc/swerve/c", "/etc/swerve/root"])
        #expect(zones.map { $0.allowQuery != nil } == [true, false, false, false])
        #expect(zones.map(\.position.line) == [2, 3, 4, 5])
        #expect(zones.map(\.position.column) == [6, 6, 6, 6])
        // That of the options, none, its own, that of the options.
        #expect(zones.map(\.allowTransferPosition?.line) == [1, nil, 4, 1])
    }

    @Test("Limits of zones are those of the options where the zone says nothing")
    func limits() throws {
        let text = """
            options { max-records-per-type 200; max-types-per-name 0; max-name-depth 9; };
            zone a { type primary; file "a"; max-records 5; max-records-per-type 3; max-name-depth 0; };
            zone b { type primary; file "b"; };
            """
        let limits = try readConfiguration(text).accepted().zones.map(\.limits)
        #expect(limits.map(\.records) == [5, nil])
        #expect(limits.map(\.recordsPerType) == [3, 200])
        #expect(limits.map(\.typesPerName) == [0, 0])
        #expect(limits.map(\.nameDepth) == [0, 9])
        #expect(readConfiguration("options { max-records many; };").settings == nil)
    }

    @Test(
        "Zones of a resolver are told about, once",
        arguments: ["hint", "forward", "redirect", "static-stub", "delegation-only"])
    func resolverZones(_ type: String) throws {
        let result = readConfiguration("zone \"a\" { type \(type); forwarders { 10.0.0.1; }; file \"x\"; };")
        #expect(try result.accepted().zones.isEmpty)
        #expect(result.warnings.count == 1)
    }

    @Test(
        "Mistakes",
        arguments: [
            ("zone ▸\"a\" { file \"f\"; };", "the zone 'a' has no 'type'"),
            ("zone ▸\"a\" { type primary; };", "the zone 'a' has no 'file'"),
            (
                "zone \"a\" { type ▸secondary; primaries { 10.0.0.1; }; };",
                "a zone of type 'secondary' can't be served yet"
            ),
            ("zone \"a\" { type ▸slave; file \"f\"; };", "a zone of type 'slave' can't be served yet"),
            ("zone \"a\" { type ▸mirror; };", "a zone of type 'mirror' can't be served yet"),
            ("zone \"a\" { type ▸stub; };", "a zone of type 'stub' can't be served yet"),
            ("zone \"a\" { type ▸prime; };", "unknown type 'prime'"),
            (
                "zone \"a\" { type primary; file \"f\"; }; zone ▸\"A.\" { type primary; file \"g\"; };",
                "the zone 'A.' is written twice"
            ), ("zone ▸\"a..b\" { type primary; file \"f\"; };", "'a..b' is no domain name: a label is empty"),
            ("zone \"a\" ▸CH { type primary; file \"f\"; };", "zones are of class IN here, not 'CH'"),
            ("zone \"a\" { type primary; file \"f\"; ▸file \"g\"; };", "'file' is written twice"),
            ("zone \"a\" { type primary; file \"f\"; ▸fiel \"g\"; };", "unknown statement 'fiel' in 'zone'"),
            (
                "zone \"a\" { type primary; file \"f\"; ▸recursion no; };",
                "unknown statement 'recursion' in 'zone'"
            ),
            (
                "zone \"a\" { type primary; file \"f\"; ▸inline-signing yes; };",
                "zones can't be signed here: sign the file"
            ),
            (
                "zone \"a\" { type primary; file \"f\"; ▸update-policy local; };",
                "dynamic updates can't be done"
            ),
            (
                "zone \"a\" { type primary; file \"f\"; ▸allow-update { key k; }; };",
                "dynamic updates can't be done: 'none' is all that can be allowed"
            ), ("zone \"a\" { type primary; file \"f\"; ▸database \"ldap\"; };", "zones come from files only"),
            ("zone \"a\" { ▸in-view \"v\"; };", "views can't be served yet"),
            ("▸view \"v\" { zone \"a\" { type primary; file \"f\"; }; };", "views can't be served yet"),
            ("▸dnssec-policy \"p\" { };", "zones can't be signed here: sign the file"),
            ("▸dlz \"d\" { database \"x\"; };", "zones come from files only"),
            ("▸dyndb \"d\" \"x.so\" { };", "zones come from files only"),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText(marked)
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test("Statements at the top that have no effect")
    func topStatements() throws {
        let text = """
            key "k" { algorithm hmac-sha256; secret "abcd"; };
            logging { channel c { file "x" versions 3 size 5m; severity info; }; category default { c; }; };
            statistics-channels { inet 127.0.0.1 port 8053 allow { localhost; }; };
            trust-anchors { . initial-key 257 3 8 "AwEAAa
              z/tAm8y"; };
            masters m { 10.0.0.1; };
            primaries p port 53 { 10.0.0.1 key k; };
            server 10.0.0.1 { keys { k; }; };
            plugin query "filter-aaaa.so" { };
            tls t { cert-file "c"; key-file "k"; };
            """
        let result = readConfiguration(text)
        _ = try result.accepted()
        #expect(
            result.warnings.map(\.message) == [
                "messages are not signed or verified yet: 'key', 'tls' have no effect",
                "the log goes to standard error: 'logging' has no effect",
                "counters are shown by 'swervectl stats': 'statistics-channels' has no effect",
                "this server does not validate: 'trust-anchors' has no effect",
                "zones are not transferred and secondaries not notified yet: 'masters', 'primaries', 'server' have "
                    + "no effect", "plugins are not loaded: 'plugin' has no effect",
            ])
    }
}
