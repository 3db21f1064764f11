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
                // Not Authoritative (RFC 8914 §4.21).
                #expect(answer.opt?.data == (answer.code == .refused ? [0, 15, 0, 2, 0, 20] : []))
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

    // With an OPT record where one was seen in its section, so that the client sees that EDNS is known
    // (§6.1.1, §7); BIND, NSD and Knot leave it out unless an option's own data is what is wrong.
    @Test(
        "What is no OPT record is FORMERR",
        arguments: [
            (
                "two", FormTests.header(0, [1, 0, 0, 2]) + FormTests.question + FormTests.opt + FormTests.opt,
                true
            ),
            ("with an owner", question + [1, 97] + FormTests.opt, true),
            (
                "in the answer section",
                FormTests.header(0, [1, 1, 0, 0]) + FormTests.question + FormTests.opt,
                false
            ),
            (
                "in the authority section",
                FormTests.header(0, [1, 0, 1, 0]) + FormTests.question + FormTests.opt, false
            ),
            ("data that is missing", question + FormTests.opt.dropLast() + [4], false),
            ("half an option", question + FormTests.opt.dropLast() + [3, 0, 3, 0], true),
            (
                "an option longer than the data",
                question + FormTests.opt.dropLast() + [6, 0, 3, 0, 5, 1, 2], true
            ),
            (
                "a record behind it that is missing",
                FormTests.header(0, [1, 0, 0, 2]) + FormTests.question + FormTests.opt, true
            ),
        ] as [(String, [UInt8], Bool)])
    func malformed(_ name: String, _ message: [UInt8], _ hasOPT: Bool) throws {
        let answer = try TestAnswer(Fixture(["example.com": Self.zone]).answer(message))
        #expect(answer.lines == ["FORMERR"])
        #expect(answer.opt.map(\.data) == (hasOPT ? [] : nil))
        #expect(answer.size <= message.count)
    }

    // The probes of the peers with EDNS version 1 and something else that is wrong: the version alone counts.
    @Test(
        "The version comes before all else",
        arguments: [
            ("a class that isn't served", FormTests.header(0, [1, 0, 0, 1]) + otherClass + version1, 1),
            ("no question", FormTests.header(0, [0, 0, 0, 1]) + version1, 0),
            (
                "two questions",
                FormTests.header(0, [2, 0, 0, 1]) + FormTests.question + FormTests.question + version1, 0
            ),
            (
                "an opcode that isn't done",
                FormTests.header(0x1000, [1, 0, 0, 1]) + FormTests.question + version1, 0
            ),
            ("half an option", question + version1.dropLast() + [3, 0, 3, 0], 1),
            ("half a cookie", question + version1.dropLast() + [8, 0, 10, 0, 4, 1, 2, 3, 4], 1),
            (
                "a cookie", question + version1.dropLast() + [12, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8],
                1
            ),
        ] as [(String, [UInt8], UInt16)])
    func versionFirst(_ name: String, _ message: [UInt8], _ questions: UInt16) throws {
        let fixture = try Fixture(
            ["example.com": Self.zone], options: AnswerOptions(cookies: CookieOptions(secrets: [.random()])))
        let answer = try TestAnswer(fixture.answer(message))
        #expect(answer.code == .badVersion)
        #expect(answer.header[2...] == [questions, 0, 0, 1])
        #expect(answer.opt?.ttl == 0x0100_0000 && answer.opt?.data == [])
        #expect(fixture.counters.value(of: .badVersion) == 1)
    }

    static let version1: [UInt8] = [0, 0, 41, 4, 208, 0, 1, 0, 0, 0, 0]
    static let otherClass: [UInt8] = FormTests.question.dropLast(2) + [0, 9]

    @Test(
        "A message of another opcode has its OPT record answered, if it has the form of a query",
        arguments: [1, 2, 4, 5, 15] as [UInt16])
    func opcodes(_ opcode: UInt16) throws {
        let fixture = try Fixture(["example.com": Self.zone])
        let message = FormTests.header(opcode << 11, [1, 0, 0, 1]) + FormTests.question + FormTests.opt
        let answer = try TestAnswer(fixture.answer(message))
        #expect(answer.header == [0x1234, 0x8004 | opcode << 11, 0, 0, 0, 1])
        // Not Supported (RFC 8914 §4.22).
        #expect(answer.opt?.data == [0, 15, 0, 2, 0, 21])
        for cut in 1...11 {
            let answer = try TestAnswer(fixture.answer(message.dropLast(cut)))
            #expect(answer.header == [0x1234, 0x8004 | opcode << 11, 0, 0, 0, 0])
        }
    }

    // RFC 7830 §3, RFC 7871 §7.2.1; malformed ones too, as NSD and Knot have it.
    @Test(
        "Padding, client subnet and unknown options are ignored, and absent from the answer",
        arguments: [
            [0, 12, 0, 3, 0, 0, 0], [0, 12, 0, 3, 7, 7, 7], [0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2],
            [0, 8, 0, 7, 0, 1, 33, 0, 192, 0, 2], [0, 8, 0, 1, 0], [0xFF, 0xFE, 0, 1, 9], [0, 0, 0, 0],
            [0, 11, 0, 0], [0, 11, 0, 2, 0, 1], [0, 12, 0, 0, 0, 12, 0, 0],
        ] as [[UInt8]])
    func ignored(_ options: [UInt8]) throws {
        let fixture = try Fixture(["example.com": Self.zone])
        fixture.idleTimeout = 300
        var query = try TestQuery("www.example.com A", edns: 1232)
        query.options = options
        let answer = try TestAnswer(fixture.answer(query.message))
        #expect(answer.lines == (try fixture.lines("www.example.com A")))
        #expect(answer.opt?.data == [])
    }

    @Test("Flags that aren't known are ignored and not sent back (§6.1.4)", arguments: [0x7FFF, 0x4000, 1])
    func flags(_ flags: UInt16) throws {
        let fixture = try Fixture(["example.com": Self.zone])
        let opt: [UInt8] = [0, 0, 41, 4, 208, 0, 0] + TestQuery.big(flags) + [0, 0]
        let answer = try TestAnswer(
            fixture.answer(FormTests.header(0, [1, 0, 0, 1]) + FormTests.question + opt))
        #expect(answer.code == .noError && answer.opt?.ttl == 0)
    }
}
