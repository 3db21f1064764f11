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
        one CNAME host
        soon 60 CNAME host
        host A 192.0.2.6
        later CNAME host
        late CNAME v6
        v6 AAAA 2001:db8::6
        text CNAME letters
        letters TXT abc
        letters TXT def
        ent CNAME deep
        x.deep A 192.0.2.7
        top CNAME @
        above CNAME host
        *.above A 192.0.2.8
        *.single CNAME host
        lower CNAME x.low
        low A 192.0.2.9
        x.low A 192.0.2.10
        under CNAME x.cut
        cut NS ns1
        x.cut A 192.0.2.11
        """

    /// What the zone says at the end of a negative answer.
    static let soa = "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"

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
        // To a name with nothing but an address, of the same TTL or another, before it or behind.
        Row(
            "one.example.com A", "NOERROR aa", "an host.example.com. 3600 A 192.0.2.6",
            "an one.example.com. 3600 CNAME host.example.com."),
        Row(
            "soon.example.com A", "NOERROR aa", "an host.example.com. 3600 A 192.0.2.6",
            "an soon.example.com. 60 CNAME host.example.com."),
        Row(
            "LATER.example.com A", "NOERROR aa", "an LATER.example.com. 3600 CNAME host.example.com.",
            "an host.example.com. 3600 A 192.0.2.6"),
        Row(
            "one.example.com AAAA", "NOERROR aa", "an one.example.com. 3600 CNAME host.example.com.", soa),
        Row("one.example.com MX", "NOERROR aa", "an one.example.com. 3600 CNAME host.example.com.", soa),
        Row(
            "late.example.com AAAA", "NOERROR aa", "an late.example.com. 3600 CNAME v6.example.com.",
            "an v6.example.com. 3600 AAAA 2001:db8::6"),
        Row("late.example.com A", "NOERROR aa", "an late.example.com. 3600 CNAME v6.example.com.", soa),
        Row(
            "text.example.com TXT", "NOERROR aa", "an letters.example.com. 3600 TXT abc",
            "an letters.example.com. 3600 TXT def", "an text.example.com. 3600 CNAME letters.example.com."),
        Row("ent.example.com A", "NOERROR aa", "an ent.example.com. 3600 CNAME deep.example.com.", soa),
        Row("top.example.com A", "NOERROR aa", "an top.example.com. 3600 CNAME example.com.", soa),
        // A wildcard below an alias is none of its concern.
        Row(
            "above.example.com A", "NOERROR aa", "an above.example.com. 3600 CNAME host.example.com.",
            "an host.example.com. 3600 A 192.0.2.6"),
        Row("x.above.example.com A", "NOERROR aa", "an x.above.example.com. 3600 A 192.0.2.8"),
        Row(
            "a.long.name.single.example.com A", "NOERROR aa",
            "an a.long.name.single.example.com. 3600 CNAME host.example.com.",
            "an host.example.com. 3600 A 192.0.2.6"),
        // A name that another zone has, whatever stands in the one above it.
        Row(
            "lower.example.com A", "NOERROR aa", "an lower.example.com. 3600 CNAME x.low.example.com.",
            "an x.low.example.com. 60 A 198.51.100.8"),
        Row(
            "under.example.com A", "NOERROR aa", "an under.example.com. 3600 CNAME x.cut.example.com.",
            "an x.cut.example.com. 60 A 198.51.100.9"),
    ]

    /// The zones served, with two below the first, of which one is delegated.
    static let zones = [
        "example.com": zone,
        "child.example.org":
            "@ SOA ns.example.net. admin 1 2 3 4 5\n@ NS ns.example.net.\nwww 60 A 198.51.100.7",
        "low.example.com":
            "@ SOA ns.example.net. admin 1 2 3 4 5\n@ NS ns.example.net.\nx 60 A 198.51.100.8",
        "cut.example.com":
            "@ SOA ns.example.net. admin 1 2 3 4 5\n@ NS ns.example.net.\nx 60 A 198.51.100.9",
    ]

    @Test(arguments: rows) func alias(_ row: Row) throws {
        #expect(try Fixture(Self.zones).lines(row.question) == row.lines)
    }

    @Test("What a zone knows of an alias's end is what following it finds") func shortWay() throws {
        // Of a zone alone all that is known is made use of; of one that isn't open to all, nothing.
        let alone = ["example.com": Self.zone]
        let short = try Fixture(alone)
        let long = try Fixture(
            alone, allowQuery: ["example.com": AccessList([try AccessTests.network("192.0.2.0/24")])])
        let names = Set(Self.zone.split(separator: "\n").compactMap { $0.split(separator: " ").first })
        for name in names {
            let owner = name == "@" ? "example.com" : "\(name.replacing("*", with: "a.bc.def")).example.com"
            for type in [
                "A", "AAAA", "MX", "TXT", "NS", "SOA", "CNAME", "DS", "NSEC", "RRSIG", "ANY", "TYPE99",
            ] {
                let question = "\(owner) \(type)"
                for edns in [nil, 512, 1232] as [UInt16?] {
                    var query = try TestQuery(question, edns: edns)
                    query.options = edns == 1232 ? [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8] : []
                    let (one, other) = (short.answer(query.message), long.answer(query.message))
                    #expect(one == other, "\(question)")
                }
            }
        }
        #expect(short.counters.value(of: .noError) == long.counters.value(of: .noError))
        #expect(short.counters.value(of: .nameError) == long.counters.value(of: .nameError))
    }

    @Test("What an alias leads to and doesn't fit is left out whole, with TC") func large() throws {
        let text = String(repeating: "x", count: 200)
        let fixture = try Fixture([
            "example.com": Self.zone + "\nbig CNAME bulk\n"
                + (0..<3).map { "bulk TXT \($0)\(text)" }.joined(separator: "\n")
        ])
        let answer = try fixture.ask("big.example.com TXT")
        #expect(answer.flags.contains(.truncated))
        #expect(answer.text(0) == ["big.example.com. 3600 CNAME bulk.example.com."])
        #expect(try fixture.ask("big.example.com TXT", edns: 1232).sections[0].count == 4)
        #expect(try fixture.ask("big.example.com TXT", over: .tcp).sections[0].count == 4)
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
