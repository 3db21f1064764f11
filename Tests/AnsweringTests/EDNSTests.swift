import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("EDNS (RFC 6891)")
struct EDNSTests {
    static let zone =
        "@ SOA ns1 admin 1 3600 300 604800 300\n@ NS ns1\nns1 A 192.0.2.1\nwww A 192.0.2.3\n"
        + (1...100).map { "many A 10.0.0.\($0)" }.joined(separator: "\n")

    @Test("The answer has our size, version 0, the DO bit as it came, and no options")
    func shape() throws {
        let fixture = try Fixture(["example.com": Self.zone])
        for wantsDNSSEC in [false, true] {
            var query = try TestQuery("www.example.com A", edns: 4096)
            query.wantsDNSSEC = wantsDNSSEC
            query.options = [0xFD, 0xE9, 0, 2, 1, 2]
            let opt = try TestAnswer(fixture.answer(query.message)).opt
            #expect(opt?.owner == ".")
            #expect(opt?.recordClass == 1232)
            #expect(opt?.ttl == (wantsDNSSEC ? 0x8000 : 0))
            #expect(opt?.data == [])
        }
    }

    @Test(
        "A bare OPT record is answered by one, on every way that an answer takes",
        arguments: [
            "www.example.com A", "example.com NS", "nothing.example.com A", "www.example.com AAAA",
            "x.sub.example.com A", "alias.example.com A", "vip.example.com A", "www.example.com ANY",
            "example.org A", "x.wild.example.com A", "many.example.com A",
        ])
    func bare(_ question: String) throws {
        let zone =
            Self.zone
            + "\nsub NS ns.sub\nns.sub A 192.0.2.9\nalias CNAME www\nvip A 192.0.2.140\n*.wild A 192.0.2.5"
        let entry = SteeringEntry(
            addresses: [WeightedAddress(address: .v4(IPv4Address(192, 0, 2, 141)), weight: 1)], timeToLive: 5,
            negativeTimeToLive: 5)
        let fixture = try Fixture(["example.com": zone], vips: ["192.0.2.140"], entries: [entry])
        let plain = try fixture.ask(question, over: .tcp)
        for wantsDNSSEC in [false, true] {
            var query = try TestQuery(question, edns: 4096)
            query.wantsDNSSEC = wantsDNSSEC
            // Otherwise the same, whether a prepared block is copied or the answer put together.
            for options in [[], [0xFD, 0xE9, 0, 0]] as [[UInt8]] {
                query.options = options
                let answer = try TestAnswer(fixture.answer(query.message, over: .tcp))
                #expect(answer.lines == plain.lines)
                #expect(answer.opt?.recordClass == 1232)
                #expect(answer.opt?.ttl == (wantsDNSSEC ? 0x8000 : 0))
                #expect(answer.opt?.data == [])
            }
        }
        // Each was counted once.
        let codes: [Counter] = [.noError, .nameError, .refused]
        #expect(codes.map { fixture.counters.value(of: $0) }.reduce(0, +) == 5)
        #expect(fixture.counters.value(of: .tcp4Queries) == 5)
        #expect(fixture.counters.value(of: .steered) == (question.hasPrefix("vip") ? 5 : 0))
    }

    @Test("Another version is BADVERS, whatever is asked (§6.1.3)", arguments: [1, 2, 255] as [UInt8])
    func version(_ version: UInt8) throws {
        let fixture = try Fixture(["example.com": Self.zone])
        for question in ["www.example.com A", "nothing.example.com A", "example.org A"] {
            var query = try TestQuery(question, edns: 1232)
            query.ednsVersion = version
            let answer = try TestAnswer(fixture.answer(query.message))
            #expect(answer.lines == ["BADVERS"])
            #expect(answer.opt?.ttl == 0x0100_0000)
            #expect(answer.question != nil)
        }
    }

    // The most octets of an answer: the smaller of both sizes, at least 512 (§6.2.3, §6.2.5).
    @Test(
        "Size",
        arguments: [
            (nil, 1232, 512), (0, 1232, 512), (511, 1232, 512), (700, 1232, 700), (4096, 1232, 1232),
            (4096, 4096, 4096), (65535, 512, 512),
        ]
            as [(UInt16?, UInt16, Int)])
    func size(_ offered: UInt16?, _ ours: UInt16, _ limit: Int) throws {
        let count = (limit - (offered == nil ? 0 : 11) - 12 - 22) / 16
        for records in [count, count + 1] {
            let zone =
                Self.zone + "\n"
                + (0..<records).map { "just A 10.1.\($0 / 250).\($0 % 250)" }.joined(separator: "\n")
            let fixture = try Fixture(["example.com": zone], options: AnswerOptions(maximumUDPSize: ours))
            let answer = try fixture.ask("just.example.com A", edns: offered)
            #expect(answer.size <= limit)
            #expect(answer.flags.contains(.truncated) == (records > count))
            // Whole or not at all (RFC 2181 §9).
            #expect(answer.sections[0].count == (records > count ? 0 : records))
            let whole = try fixture.ask("just.example.com A", edns: offered, over: .tcp)
            #expect(whole.sections[0].count == records)
        }
    }

    static let question = FormTests.header(0, [1, 0, 0, 1]) + FormTests.question

    @Test(
        "What is no OPT record is FORMERR without one",
        arguments: [
            ("two", FormTests.header(0, [1, 0, 0, 2]) + FormTests.question + FormTests.opt + FormTests.opt),
            ("with an owner", question + [1, 97] + FormTests.opt),
            ("in the answer section", FormTests.header(0, [1, 1, 0, 0]) + FormTests.question + FormTests.opt),
            (
                "in the authority section",
                FormTests.header(0, [1, 0, 1, 0]) + FormTests.question + FormTests.opt
            ),
            ("data that is missing", question + FormTests.opt.dropLast() + [4]),
            ("half an option", question + FormTests.opt.dropLast() + [3, 0, 3, 0]),
            ("an option longer than the data", question + FormTests.opt.dropLast() + [6, 0, 3, 0, 5, 1, 2]),
        ])
    func malformed(_ name: String, _ message: [UInt8]) throws {
        let answer = try TestAnswer(Fixture(["example.com": Self.zone]).answer(message))
        #expect(answer.lines == ["FORMERR"])
        #expect(answer.opt == nil)
    }
}
