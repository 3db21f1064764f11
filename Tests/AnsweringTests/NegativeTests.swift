import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("What is not there (RFC 2308, RFC 8020)")
struct NegativeTests {
    static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.1
        www A 192.0.2.3
        a.b.c A 192.0.2.4
        """
    static let negative = "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"

    static let rows = [
        Row("www.example.com AAAA", "NOERROR aa", negative),
        Row("nothing.example.com A", "NXDOMAIN aa", negative),
        Row("very.deep.and.long.name.of.nothing.example.com A", "NXDOMAIN aa", negative),
        Row("below.www.example.com A", "NXDOMAIN aa", negative),
        // Empty non-terminals exist (RFC 8020 §2).
        Row("c.example.com A", "NOERROR aa", negative),
        Row("b.c.example.com ANY", "NOERROR aa", negative),
        Row("x.c.example.com A", "NXDOMAIN aa", negative),
        Row("www.example.com DS", "NOERROR aa", negative),
        Row("example.com DS", "NOERROR aa", negative),
    ]

    @Test(arguments: rows) func denial(_ row: Row) throws {
        #expect(try Fixture(["example.com": Self.zone]).lines(row.question) == row.lines)
    }

    // RFC 2308 §5: the smaller of the SOA's TTL and its last field.
    @Test(
        "TTL",
        arguments: [(86400, 300, 300), (60, 300, 60), (300, 300, 300), (86400, 0, 0)]
            as [(UInt32, UInt32, UInt32)])
    func timeToLive(_ ttl: UInt32, _ minimum: UInt32, _ expected: UInt32) throws {
        let zone = "@ \(ttl) SOA ns1 admin 1 2 3 4 \(minimum)\n@ NS ns1\nns1 A 192.0.2.1"
        let fixture = try Fixture(["example.com": zone])
        #expect(try fixture.ask("x.example.com A").sections[1].first?.ttl == expected)
        // The SOA itself keeps its own.
        #expect(try fixture.ask("example.com SOA").sections[0].first?.ttl == ttl)
    }

    @Test(
        "The root zone",
        arguments: [
            Row("nothing. A", "NXDOMAIN aa", "ns . 5 SOA ns.example. admin. 1 2 3 4 5"),
            Row(". SOA", "NOERROR aa", "an . 3600 SOA ns.example. admin. 1 2 3 4 5"),
            Row(". NS", "NOERROR aa", "an . 3600 NS ns.example.", "ad ns.example. 3600 A 192.0.2.1"),
            Row(
                "www.example A", "NOERROR", "ns example. 3600 NS ns.example.", "ad ns.example. 3600 A 192.0.2.1"
            ),
            Row("example DS", "NOERROR aa", "ns . 5 SOA ns.example. admin. 1 2 3 4 5"),
            Row(". DS", "NOERROR aa", "ns . 5 SOA ns.example. admin. 1 2 3 4 5"),
        ]) func root(_ row: Row) throws
    {
        let zone =
            "@ SOA ns.example. admin. 1 2 3 4 5\n@ NS ns.example.\nexample. NS ns.example.\nns.example. A 192.0.2.1"
        #expect(try Fixture([".": zone]).lines(row.question) == row.lines)
    }

    @Test("A zone of a name of 255 octets") func longApex() throws {
        let labels = [63, 63, 63, 59].map { String(repeating: "a", count: $0) }
        let origin = "b." + labels.joined(separator: ".")
        let zone = "@ SOA . . 1 2 3 4 5\n@ NS ns.example.net.\n@ TXT here"
        let fixture = try Fixture([origin: zone])
        #expect(try fixture.ask("\(origin) TXT", edns: 1232).sections[0].count == 1)
        #expect(try fixture.ask("\(origin) A", edns: 1232).sections[1].count == 1)
    }
}
