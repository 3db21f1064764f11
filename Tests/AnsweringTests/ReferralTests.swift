import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("Delegations (RFC 1034 §4.2.1, RFC 9471)")
struct ReferralTests {
    static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.1
        sub NS ns1.sub
        sub NS ns.sib
        sub NS ns1
        sub NS ns.example.net.
        sub 1800 DS # 000108020000000000000000000000000000000000000000000000000000000000000000
        ns1.sub A 192.0.2.7
        ns1.sub AAAA 2001:db8::7
        sib NS ns.sib
        ns.sib A 192.0.2.8
        """

    static let referral = [
        "NOERROR", "ns sub.example.com. 3600 NS ns.example.net.",
        "ns sub.example.com. 3600 NS ns.sib.example.com.",
        "ns sub.example.com. 3600 NS ns1.example.com.", "ns sub.example.com. 3600 NS ns1.sub.example.com.",
        "ad ns.sib.example.com. 3600 A 192.0.2.8", "ad ns1.example.com. 3600 A 192.0.2.1",
        "ad ns1.sub.example.com. 3600 A 192.0.2.7", "ad ns1.sub.example.com. 3600 AAAA 2001:db8::7",
    ]

    @Test(arguments: [
        "sub.example.com A", "sub.example.com NS", "x.sub.example.com A", "ns1.sub.example.com A",
        "a.very.deep.name.under.sub.example.com TXT", "x.sub.example.com DS", "sub.example.com ANY",
    ]) func referral(_ question: String) throws {
        #expect(try Fixture(["example.com": Self.zone]).lines(question) == Self.referral)
    }

    static let rows = [
        // RFC 4035 §3.1.4.1: the parent answers for the DS, with authority, also that there is none.
        Row(
            "sub.example.com DS", "NOERROR aa",
            "an sub.example.com. 1800 DS # 000108020000000000000000000000000000000000000000000000000000000000000000"
        ),
        Row(
            "sib.example.com DS", "NOERROR aa",
            "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"),
        // BIND, NSD and Knot, also with minimal responses: the servers' addresses.
        Row(
            "example.com NS", "NOERROR aa", "an example.com. 3600 NS ns1.example.com.",
            "ad ns1.example.com. 3600 A 192.0.2.1"),
    ]

    @Test(arguments: rows) func authority(_ row: Row) throws {
        #expect(try Fixture(["example.com": Self.zone]).lines(row.question) == row.lines)
    }

    @Test("Required glue that doesn't fit sets TC, other glue is left out (RFC 9471 §3)")
    func truncation() throws {
        let servers = (1...12).map {
            "big NS ns\($0).big\nns\($0).big A 192.0.2.\($0)\nns\($0).big AAAA 2001:db8::\($0)"
        }
        let others = (1...12).map { "mix NS ns\($0).big" }
        let text =
            Self.zone + "\n" + servers.joined(separator: "\n") + "\nmix NS ns.mix\nns.mix A 192.0.2.99\n"
            + others.joined(separator: "\n")
        let fixture = try Fixture(["example.com": text])
        let required = try fixture.ask("www.big.example.com A")
        #expect(required.flags.contains(.truncated))
        #expect(required.sections[1].count == 12)
        #expect(required.sections[2].isEmpty)
        let whole = try fixture.ask("www.big.example.com A", edns: 1232)
        #expect(!whole.flags.contains(.truncated))
        #expect(whole.sections[2].count == 24)
        let optional = try fixture.ask("www.mix.example.com A")
        #expect(!optional.flags.contains(.truncated))
        #expect(optional.text(2) == ["ns.mix.example.com. 3600 A 192.0.2.99"])
    }

    @Test("Parent and child served here: the longest match, but DS from the parent")
    func parentAndChild() throws {
        let child = "@ SOA ns1.sub.example.com. admin 9 8 7 6 5\n@ NS ns1.sub.example.com.\nns1 A 192.0.2.7"
        let fixture = try Fixture(["example.com": Self.zone, "sub.example.com": child])
        let soa = try fixture.ask("sub.example.com SOA")
        #expect(soa.flags.contains(.authoritative))
        #expect(soa.sections[0].count == 1)
        #expect(try fixture.ask("sub.example.com DS").text(0).count == 1)
        // Without the parent the child says what it knows.
        let alone = try Fixture(["sub.example.com": child])
        #expect(
            try alone.lines("sub.example.com DS") == [
                "NOERROR aa", "ns sub.example.com. 5 SOA ns1.sub.example.com. admin.sub.example.com. 9 8 7 6 5",
            ])
    }
}
