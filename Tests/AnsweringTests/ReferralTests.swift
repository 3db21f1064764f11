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

    @Test("The addresses of a host, of each type, are there whole or not at all (RFC 2181 §9)")
    func wholeHosts() throws {
        let hosts = (1...6).map { host in
            let addresses = (1...3).map { "o\(host) A 192.0.2.\($0)\no\(host) AAAA 2001:db8::\($0)\n" }
            return "mix NS o\(host)\n" + addresses.joined()
        }
        let below = (1...20).map { "m.cut AAAA 2001:db8::\($0)\n" }.joined()
        let text =
            Self.zone + "\nmix NS ns.mix\nns.mix A 192.0.2.99\n" + hosts.joined()
            + "cut NS m.cut\n@ MX 1 m.cut\nal CNAME x.mix\n" + below
        let fixture = try Fixture(["example.com": text], options: AnswerOptions(minimalResponses: false))
        var counts: Set<Int> = []
        for size in 512...1232 as ClosedRange<UInt16> {
            let lines = try fixture.ask("al.example.com A", edns: size).text(2)
            for host in 1...6 {
                for type in ["A", "AAAA"] {
                    let count = lines.count { $0.hasPrefix("o\(host).") && $0.contains(" \(type) ") }
                    #expect(count == 0 || count == 3, "size \(size)")
                }
            }
            counts.insert(lines.count { $0.hasPrefix("o") })
            let further = try fixture.ask("example.com MX", edns: size).text(2).count { $0.hasPrefix("m.cut.") }
            #expect(further == 0 || further == 20, "size \(size)")
        }
        // A header of 12 octets, a question of 20, the alias of 20, seven NS records of 17, the address that is required
        // of 16 and an OPT record of 11 leave room in 512 for two hosts of 3 * (16 + 28) and the first type of one, and
        // in 1232 for all. Where the second type of a host doesn't fit, the first of the next one does, or not.
        #expect(counts.isSuperset(of: [15, 18, 21, 24, 27, 30, 36]) && counts.allSatisfy { $0 % 3 == 0 })
    }

    @Test("So it is where there are more than any message holds") func wholeHostsOfMany() throws {
        let hosts = (100..<124).map { host in
            "mix NS o\(host)\n" + (1...100).map { "o\(host) AAAA 2001:db8::\($0)\n" }.joined()
        }
        let fixture = try Fixture(
            ["example.com": Self.zone + "\n" + hosts.joined()], options: AnswerOptions(maximumUDPSize: 65535))
        let query = try TestQuery("www.mix.example.com A", edns: 65535)
        let lines = try TestAnswer(fixture.answer(query.message, room: 65535)).text(2)
        let counts = (100..<124).map { host in lines.count { $0.hasPrefix("o\(host).") } }
        // Each takes 100 * 28 octets: all take more than the 65,535 of a message.
        #expect(Set(counts) == [0, 100])
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
