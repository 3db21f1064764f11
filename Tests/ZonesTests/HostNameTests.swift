import DNSWire
import TestZones
import Testing
import Zones

@Suite("Names that hosts may have (check-names)")
struct HostNameTests {
    private static let base =
        "@ SOA ns.example.net. admin.example.net. 7 3600 300 604800 300\n@ NS ns.example.net.\n"

    /// The lines of names that no host may have, after the base's two.
    private func badLines(_ origin: String, _ text: String) throws -> [UInt64] {
        let (zone, issues) = try compile(origin, Self.base + text)
        #expect(zone != nil)
        return issues.filter { $0.kind == .badName }.compactMap(\.location).sorted()
    }

    @Test(
        "A name that a record leads to is looked at as a whole, in the zone and outside",
        arguments: [
            ("example.com", "@ MX 10 a_b\na_b A 192.0.2.1", [3 as UInt64, 4]),
            ("example.com", "@ MX 10 a.b_c\na.b_c A 192.0.2.1", [3, 4]),
            ("example.com", "@ MX 10 a_b", [3]), ("example.com", "@ SRV 0 0 1 a.-b", [3]),
            ("example.com", "@ MX 10 a.b\na.b A 192.0.2.1", []),
            ("example.com", "@ MX 10 @\n@ A 192.0.2.1", []),
            ("example.com", "@ MX 10 a_b.example.net.", [3]), ("example.com", "@ MX 10 a.b_c.", [3]),
            ("example.com", "@ MX 10 a.example.net.", []),
            // Here no name of the zone is one; of owners only what is below the apex is looked at.
            ("_x.example.com", "@ MX 10 a\na A 192.0.2.1", [3]),
            ("_x.example.com", "@ MX 10 @\n@ A 192.0.2.1", [3]),
            ("_x.example.com", "@ MX 10 a.example.com.", []),
            ("a._x.example.com", "@ MX 10 b\nb A 192.0.2.1", [3]),
        ]) func targets(_ origin: String, _ text: String, _ lines: [UInt64]) throws
    {
        #expect(try badLines(origin, text) == lines)
    }

    @Test(
        "PTR records lead to hosts where names are addresses, and nowhere else",
        arguments: [
            ("2.0.192.in-addr.arpa", [3 as UInt64]), ("2.0.192.IN-ADDR.ARPA", [3]), ("in-addr.arpa", [3]),
            ("8.b.d.0.1.0.0.2.ip6.arpa", [3]), ("ip6.arpa", [3]),
            ("example.com", []), ("arpa", []), ("x-in-addr.arpa", []), ("ip6.arpb", []), ("6.ip6x.arpa", []),
            ("in-addr.arpa.example.com", []),
        ]) func pointers(_ origin: String, _ lines: [UInt64]) throws
    {
        #expect(try badLines(origin, "1 PTR a_b.") == lines)
        #expect(try badLines(origin, "1 PTR a-b.c.") == [])
    }
}
