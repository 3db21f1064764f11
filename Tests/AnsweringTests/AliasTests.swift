import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("Aliases (RFC 1034 §3.6.2, §4.3.2)")
struct AliasTests {
    static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.1
        www CNAME web
        web A 192.0.2.3
        web MX 10 mail.web
        web MX 20 ns1
        two CNAME www
        out CNAME www.example.net.
        gone CNAME nothing
        wild CNAME x.star
        *.star A 192.0.2.4
        *.alias CNAME web
        self CNAME self
        c1 CNAME c2
        c2 CNAME c1
        down CNAME host.sub
        sub NS ns.sub
        ns.sub A 192.0.2.5
        child CNAME www.child.example.org.
        """

    static let rows = [
        Row(
            "www.example.com A", "NOERROR aa", "an web.example.com. 3600 A 192.0.2.3",
            "an www.example.com. 3600 CNAME web.example.com."),
        Row("www.example.com CNAME", "NOERROR aa", "an www.example.com. 3600 CNAME web.example.com."),
        Row("www.example.com ANY", "NOERROR aa", "an www.example.com. 3600 CNAME web.example.com."),
        Row(
            "two.example.com A", "NOERROR aa", "an two.example.com. 3600 CNAME www.example.com.",
            "an web.example.com. 3600 A 192.0.2.3", "an www.example.com. 3600 CNAME web.example.com."),
        // Names in the data of what an alias led to are written out and compressed anew.
        Row(
            "two.example.com MX", "NOERROR aa", "an two.example.com. 3600 CNAME www.example.com.",
            "an web.example.com. 3600 MX 10 mail.web.example.com.",
            "an web.example.com. 3600 MX 20 ns1.example.com.",
            "an www.example.com. 3600 CNAME web.example.com."),
        // RFC 2308 §2.2: NODATA of the name at the end, its zone's SOA.
        Row(
            "www.example.com TXT", "NOERROR aa", "an www.example.com. 3600 CNAME web.example.com.",
            "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"),
        // RFC 2308 §2.1, RFC 6604 §3: the code is that of the last name.
        Row(
            "gone.example.com A", "NXDOMAIN aa", "an gone.example.com. 3600 CNAME nothing.example.com.",
            "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"),
        Row("out.example.com A", "NOERROR aa", "an out.example.com. 3600 CNAME www.example.net."),
        Row(
            "wild.example.com A", "NOERROR aa", "an wild.example.com. 3600 CNAME x.star.example.com.",
            "an x.star.example.com. 3600 A 192.0.2.4"),
        Row(
            "a.b.alias.example.com A", "NOERROR aa", "an a.b.alias.example.com. 3600 CNAME web.example.com.",
            "an web.example.com. 3600 A 192.0.2.3"),
        // NSD and Knot: what the loop has, once.
        Row("self.example.com A", "NOERROR aa", "an self.example.com. 3600 CNAME self.example.com."),
        Row(
            "c1.example.com A", "NOERROR aa", "an c1.example.com. 3600 CNAME c2.example.com.",
            "an c2.example.com. 3600 CNAME c1.example.com."),
        // AA speaks of the first name (RFC 1035 §4.1.1).
        Row(
            "down.example.com A", "NOERROR aa", "an down.example.com. 3600 CNAME host.sub.example.com.",
            "ns sub.example.com. 3600 NS ns.sub.example.com.", "ad ns.sub.example.com. 3600 A 192.0.2.5"),
        // Into another zone that is served here.
        Row(
            "child.example.com A", "NOERROR aa",
            "an child.example.com. 3600 CNAME www.child.example.org.",
            "an www.child.example.org. 60 A 198.51.100.7"),
    ]

    @Test(arguments: rows) func alias(_ row: Row) throws {
        let other = "@ SOA ns.example.net. admin 1 2 3 4 5\n@ NS ns.example.net.\nwww 60 A 198.51.100.7"
        let fixture = try Fixture(["example.com": Self.zone, "child.example.org": other])
        #expect(try fixture.lines(row.question) == row.lines)
    }

    @Test("A chain has an end, however long it is made") func longChain() throws {
        let links = (0..<200).map { "d\($0) CNAME d\($0 + 1)" }.joined(separator: "\n")
        let fixture = try Fixture(["example.com": Self.zone + "\n" + links])
        let answer = try fixture.ask("d0.example.com A", over: .tcp)
        #expect(answer.code == .noError)
        // As many as a NameSet holds, 32; NSD 18, Knot 5, BIND 11 or so.
        #expect(answer.sections[0].count == 32)
    }

    @Test("A chain that doesn't fit is cut at a whole record, with TC") func truncated() throws {
        let label = String(repeating: "x", count: 60)
        let links = (0..<9).map {
            "c\($0) CNAME \(label).\(label).c\($0 + 1)\n\(label).\(label).c\($0 + 1) CNAME c\($0 + 1)"
        }
        let fixture = try Fixture([
            "example.com": Self.zone.split(separator: "\n").filter { !$0.hasPrefix("c") }.joined(
                separator: "\n")
                + "\n" + links.joined(separator: "\n")
        ])
        let answer = try fixture.ask("c0.example.com A")
        #expect(answer.flags.contains(.truncated))
        #expect(answer.size <= 512)
        #expect(answer.sections[0].count > 1)
        #expect(try fixture.ask("c0.example.com A", over: .tcp).sections[0].count == 18)
    }
}
