import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("Steered answers")
struct SteeringTests {
    static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.140
        www 86400 A 192.0.2.140
        www AAAA 2001:db8::140
        www TXT beside
        two A 192.0.2.140
        two A 192.0.2.141
        mixed A 192.0.2.140
        mixed A 198.51.100.1
        plain A 198.51.100.1
        alias CNAME www
        alone A 192.0.2.140
        short CNAME alone
        open CNAME plain
        *.wild A 192.0.2.140
        dn DNAME wild
        sub NS ns.sub
        ns.sub A 192.0.2.140
        mail MX 10 www
        """
    static let vips = ["192.0.2.140", "192.0.2.141", "2001:db8::140"]

    static func address(_ text: String, _ weight: UInt32 = 1) throws -> WeightedAddress {
        WeightedAddress(address: try #require(IPAddress(text)), weight: weight)
    }

    /// Every set answered with the same addresses of its family.
    static func fixture(
        _ v4: [(String, UInt32)], ttl: UInt32 = 30, negative: UInt32 = 7, single: Bool = false,
        options: AnswerOptions = AnswerOptions()
    ) throws -> Fixture {
        let sets = try Fixture(["example.com": zone], vips: vips).sets
        let entries = try sets.map { set in
            SteeringEntry(
                addresses: try set.type == .a ? v4.map { try address($0.0, $0.1) } : [],
                timeToLive: ttl, negativeTimeToLive: negative, isSingle: single)
        }
        return try Fixture(["example.com": zone], options: options, vips: vips, entries: entries)
    }

    static func soa(_ ttl: Int) -> String {
        "ns example.com. \(ttl) SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"
    }

    static let up = [
        Row("www.example.com A", "NOERROR aa", "an www.example.com. 30 A 203.0.113.9"),
        Row("WWW.example.com A", "NOERROR aa", "an WWW.example.com. 30 A 203.0.113.9"),
        Row("mixed.example.com A", "NOERROR aa", "an mixed.example.com. 30 A 203.0.113.9"),
        Row("plain.example.com A", "NOERROR aa", "an plain.example.com. 3600 A 198.51.100.1"),
        Row(
            "alias.example.com A", "NOERROR aa", "an alias.example.com. 3600 CNAME www.example.com.",
            "an www.example.com. 30 A 203.0.113.9"),
        Row(
            "short.example.com A", "NOERROR aa", "an alone.example.com. 30 A 203.0.113.9",
            "an short.example.com. 3600 CNAME alone.example.com."),
        Row(
            "open.example.com A", "NOERROR aa", "an open.example.com. 3600 CNAME plain.example.com.",
            "an plain.example.com. 3600 A 198.51.100.1"),
        Row("x.y.wild.example.com A", "NOERROR aa", "an x.y.wild.example.com. 30 A 203.0.113.9"),
        Row(
            "x.dn.example.com A", "NOERROR aa", "an dn.example.com. 3600 DNAME wild.example.com.",
            "an x.dn.example.com. 3600 CNAME x.wild.example.com.", "an x.wild.example.com. 30 A 203.0.113.9"),
        // A name server of the zone, and glue, are never steered.
        Row("ns1.example.com A", "NOERROR aa", "an ns1.example.com. 3600 A 192.0.2.140"),
        Row(
            "www.sub.example.com A", "NOERROR", "ns sub.example.com. 3600 NS ns.sub.example.com.",
            "ad ns.sub.example.com. 3600 A 192.0.2.140"),
        Row(
            "example.com NS", "NOERROR aa", "an example.com. 3600 NS ns1.example.com.",
            "ad ns1.example.com. 3600 A 192.0.2.140"),
        // The AAAA set has none here: withdrawn.
        Row("www.example.com AAAA", "NOERROR aa", soa(7)),
        Row("www.example.com TXT", "NOERROR aa", "an www.example.com. 3600 TXT beside"),
        Row("www.example.com MX", "NOERROR aa", soa(300)),
    ]

    @Test("Up", arguments: up) func answersUp(_ row: Row) throws {
        #expect(try Self.fixture([("203.0.113.9", 1)]).lines(row.question) == row.lines)
    }

    static let withdrawn = [
        Row("www.example.com A", "NOERROR aa", soa(7)),
        Row(
            "alias.example.com A", "NOERROR aa", "an alias.example.com. 3600 CNAME www.example.com.", soa(7)),
        Row(
            "short.example.com A", "NOERROR aa", "an short.example.com. 3600 CNAME alone.example.com.", soa(7)
        ),
        Row(
            "short.example.com AAAA", "NOERROR aa", "an short.example.com. 3600 CNAME alone.example.com.",
            soa(300)),
        Row("a.b.wild.example.com A", "NOERROR aa", soa(7)),
        Row("www.example.com ANY", "NOERROR aa", "an www.example.com. 3600 TXT beside"),
        Row("two.example.com ANY", "NOERROR aa", soa(7)),
        Row("ns1.example.com A", "NOERROR aa", "an ns1.example.com. 3600 A 192.0.2.140"),
        Row("nothing.example.com A", "NXDOMAIN aa", soa(300)),
    ]

    @Test("Withdrawn", arguments: withdrawn) func answersWithdrawn(_ row: Row) throws {
        let fixture = try Self.fixture([])
        #expect(try fixture.lines(row.question) == row.lines)
        #expect(fixture.counters.value(of: .steered) == 0)
    }

    @Test("A bound above the zone's negative TTL changes nothing") func bound() throws {
        #expect(
            try Self.fixture([], negative: 4000).lines("www.example.com A") == ["NOERROR aa", Self.soa(300)])
    }

    @Test("All: each address once, the first in proportion to the weights") func proportion() throws {
        let fixture = try Self.fixture([("192.0.2.1", 1), ("192.0.2.2", 3), ("192.0.2.3", 0)])
        var first: [String: Int] = [:]
        for _ in 0..<8000 {
            let answer = try fixture.ask("two.example.com A").text(0)
            #expect(Set(answer).count == 3)
            first[answer[0], default: 0] += 1
        }
        // A quarter of 8,000 is 2,000; the standard deviation is 39.
        #expect((1800...2200).contains(first["two.example.com. 30 A 192.0.2.1"] ?? 0))
        #expect(first["two.example.com. 30 A 192.0.2.3"] == nil)
    }

    @Test("Single: one address, in proportion; evenly if no weight is above 0") func single() throws {
        for (weights, expected) in [([1, 3], 2000), ([0, 0], 4000)] as [([UInt32], Int)] {
            let fixture = try Self.fixture(
                [("192.0.2.1", weights[0]), ("192.0.2.2", weights[1])], single: true)
            var count = 0
            for _ in 0..<8000 {
                let answer = try fixture.ask("two.example.com A").text(0)
                #expect(answer.count == 1)
                if answer == ["two.example.com. 30 A 192.0.2.1"] { count += 1 }
            }
            #expect((expected - 250...expected + 250).contains(count))
        }
    }

    @Test("Additional addresses follow steering, and what is down is left out") func additional() throws {
        let options = AnswerOptions(minimalResponses: false)
        let up = try Self.fixture([("203.0.113.9", 1)], options: options)
        #expect(
            try up.ask("mail.example.com MX").text(2) == [
                "www.example.com. 30 A 203.0.113.9", "ns1.example.com. 3600 A 192.0.2.140",
            ])
        for single in [false, true] {
            let down = try Self.fixture([], single: single, options: options)
            #expect(try down.ask("mail.example.com MX").text(2) == ["ns1.example.com. 3600 A 192.0.2.140"])
        }
    }

    @Test("A view that lacks a set leaves it as the zone has it") func shortView() throws {
        let fixture = try Fixture(["example.com": Self.zone], vips: Self.vips, entries: [])
        #expect(
            try fixture.lines("www.example.com A") == ["NOERROR aa", "an www.example.com. 86400 A 192.0.2.140"])
    }

    @Test("A new view is seen after refresh, not before") func publication() throws {
        let fixture = try Self.fixture([("203.0.113.9", 1)])
        let before = fixture.store.generation
        let view = SteeringView(
            fixture.sets.map { _ in
                SteeringEntry(addresses: [], timeToLive: 30, negativeTimeToLive: 7)
            })
        fixture.store.publish(fixture.store.current.with(view: view))
        #expect(fixture.store.generation != before)
        #expect(try fixture.ask("www.example.com A").sections[0].count == 1)
        fixture.refresh()
        #expect(try fixture.lines("www.example.com A") == ["NOERROR aa", Self.soa(7)])
        #expect(fixture.counters.value(of: .steered) == 1)
        #expect(fixture.counters.value(of: .withdrawn) == 1)
    }

    @Test("An answer that doesn't fit is cut") func truncated() throws {
        let addresses = (0..<40).map { ("192.0.2.\($0)", UInt32(1)) }
        let fixture = try Self.fixture(addresses)
        let answer = try fixture.ask("www.example.com A")
        #expect(answer.flags.contains(.truncated))
        #expect(answer.sections[0].isEmpty)
        #expect(try fixture.ask("www.example.com A", over: .tcp).sections[0].count == 40)
    }
}
