import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("Wildcards (RFC 4592 §2.2.1)")
struct WildcardTests {
    // The zone of RFC 4592 §2.2.1, with addresses for its servers and a target in the zone.
    static let zone = """
        @ SOA ns.example.com. admin.example.com. 1 3600 300 604800 300
        @ NS ns.example.com.
        @ NS ns.example.net.
        * TXT this is a wildcard
        * MX 10 host1
        sub.* TXT this is not a wildcard
        host1 A 192.0.2.1
        _ssh._tcp.host1 SRV 0 0 22 host1
        _ssh._tcp.host2 SRV 0 0 22 host1
        subdel NS ns.example.com.
        subdel NS ns.example.net.
        """

    static let negative = "ns example. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300"

    static let rows = [
        // "The following responses would be synthesized from one of the wildcards in the zone"
        Row("host3.example. MX", "NOERROR aa", "an host3.example. 3600 MX 10 host1.example."),
        Row("host3.example. A", "NOERROR aa", negative),
        Row("foo.bar.example. TXT", "NOERROR aa", "an foo.bar.example. 3600 TXT this is a wildcard"),
        // "would not be synthesized from any of the wildcards in the zone"
        Row("host1.example. MX", "NOERROR aa", negative),
        Row("sub.*.example. MX", "NOERROR aa", negative),
        Row("_telnet._tcp.host1.example. SRV", "NXDOMAIN aa", negative),
        Row(
            "host.subdel.example. A", "NOERROR", "ns subdel.example. 3600 NS ns.example.com.",
            "ns subdel.example. 3600 NS ns.example.net."),
        Row("ghost.*.example. MX", "NXDOMAIN aa", negative),
        // §4.1 and §2.3: the wildcard's own name is a name like others.
        Row("*.example. TXT", "NOERROR aa", "an *.example. 3600 TXT this is a wildcard"),
        Row("*.example. A", "NOERROR aa", negative),
        // An empty non-terminal blocks it (§2.2.2): _tcp.host1 exists, host2 exists.
        Row("_tcp.host1.example. TXT", "NOERROR aa", negative),
        Row("host2.example. MX", "NOERROR aa", negative),
        Row("x.host2.example. MX", "NXDOMAIN aa", negative),
        // Compression against a longer name, whose pointers move.
        Row("a.b.c.d.e.f.example. MX", "NOERROR aa", "an a.b.c.d.e.f.example. 3600 MX 10 host1.example."),
    ]

    @Test(arguments: rows) func wildcard(_ row: Row) throws {
        let fixture = try Fixture(["example": Self.zone])
        #expect(try fixture.lines(row.question) == row.lines)
    }

    @Test("A compressed name in a synthesised record keeps to the question's suffix")
    func compression() throws {
        let fixture = try Fixture(["example": Self.zone])
        let answer = try fixture.ask("some.where.example MX")
        // Header 12, question 20 + 4, record: pointer 2, fixed 10, preference 2, "host1" 6, pointer 2.
        #expect(answer.size == 12 + 24 + 2 + 10 + 2 + 6 + 2)
    }
}
