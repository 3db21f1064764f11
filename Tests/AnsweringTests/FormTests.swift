import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("The form of a query (RFC 1035 §4.1, RFC 9619, RFC 8906)")
struct FormTests {
    static let zone = "@ SOA ns1 admin 1 3600 300 604800 300\n@ NS ns1\nns1 A 192.0.2.1\nwww A 192.0.2.3"

    static let question: [UInt8] = [
        3, 119, 119, 119, 7, 101, 120, 97, 109, 112, 108, 101, 3, 99, 111, 109, 0, 0, 1, 0, 1,
    ]
    static let record: [UInt8] = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4]
    static let opt: [UInt8] = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]

    static func header(_ flags: UInt16 = 0, _ counts: [UInt8] = [1, 0, 0, 0]) -> [UInt8] {
        [0x12, 0x34] + TestQuery.big(flags) + counts.flatMap { [0, $0] }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let message: [UInt8]
        /// The answer's flags and code word, and its four counts; nil for silence.
        let header: [UInt16]?

        init(_ name: String, _ message: [UInt8], _ header: [UInt16]?) {
            self.name = name
            self.message = message
            self.header = header
        }

        var testDescription: String { name }
    }

    // What BIND 9.18, NSD 4.6 and Knot 3.2 agree on, or two of them, unless a comment says otherwise.
    static let cases = [
        Case("plain", header() + question, [0x8400, 1, 1, 0, 0]),
        Case("RD is copied", header(0x0100) + question, [0x8500, 1, 1, 0, 0]),
        // RFC 4035 §3.1.6: CD is cleared, as NSD and Knot do.
        Case("other flags are not", header(0x06F5) + question, [0x8400, 1, 1, 0, 0]),
        Case("an answer", header(0x8000) + question, nil),
        Case("11 octets", Array((header() + question).prefix(11)), nil),
        Case("no octets", [], nil),
        Case("a header alone", header(), [0x8001, 0, 0, 0, 0]),
        Case("no question", header(0, [0, 0, 0, 0]), [0x8001, 0, 0, 0, 0]),
        Case("no question but EDNS", header(0, [0, 0, 0, 1]) + opt, [0x8001, 0, 0, 0, 1]),
        Case("two questions", header(0, [2, 0, 0, 0]) + question + question, [0x8001, 0, 0, 0, 0]),
        Case("256 questions", [0x12, 0x34, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] + question, [0x8001, 0, 0, 0, 0]),
        Case("a question without class", header() + question.dropLast(2), [0x8001, 0, 0, 0, 0]),
        Case("a name that is a pointer", header() + [0xC0, 12, 0, 1, 0, 1], [0x8001, 0, 0, 0, 0]),
        Case(
            "a name that ends in a pointer", header() + [3, 119, 119, 119, 0xC0, 12, 0, 1, 0, 1],
            [0x8001, 0, 0, 0, 0]),
        Case("a label of type 01", header() + [0x41, 0, 0, 0, 1, 0, 1], [0x8001, 0, 0, 0, 0]),
        Case("a label of type 10", header() + [0x80, 0, 0, 0, 1, 0, 1], [0x8001, 0, 0, 0, 0]),
        Case("an octet behind the question", header() + question + [0], [0x8400, 1, 1, 0, 0]),
        Case("an OPT record that isn't counted", header() + question + opt, [0x8400, 1, 1, 0, 0]),
        Case(
            "octets behind OPT", header(0, [1, 0, 0, 1]) + question + opt + [1, 2, 3], [0x8400, 1, 1, 0, 1]),
        Case(
            "a record in the answer section", header(0, [1, 1, 0, 0]) + question + record, [0x8400, 1, 1, 0, 0]),
        Case(
            "a record in the authority section", header(0, [1, 0, 1, 0]) + question + record,
            [0x8400, 1, 1, 0, 0]),
        Case("a counted record that is missing", header(0, [1, 0, 0, 1]) + question, [0x8001, 1, 0, 0, 0]),
        Case("a counted answer that is missing", header(0, [1, 1, 0, 0]) + question, [0x8001, 1, 0, 0, 0]),
        Case(
            "a record that ends early", header(0, [1, 1, 0, 0]) + question + record.dropLast(),
            [0x8001, 1, 0, 0, 0]),
        Case(
            "a record whose name is a pointer to itself",
            header(0, [1, 1, 0, 0]) + question + [0xC0, 33] + record.dropFirst(2), [0x8001, 1, 0, 0, 0]),
        Case(
            "a record whose name points ahead",
            header(0, [1, 1, 0, 0]) + question + [0xC0, 40] + record.dropFirst(2), [0x8001, 1, 0, 0, 0]),
        Case("class CH", header() + question.dropLast(2) + [0, 3], [0x8005, 1, 0, 0, 0]),
        Case("class NONE", header() + question.dropLast(2) + [0, 254], [0x8005, 1, 0, 0, 0]),
        Case("class 0", header() + question.dropLast(2) + [0, 0], [0x8005, 1, 0, 0, 0]),
        // RFC 1034 §4.3.2: never with authority.
        Case("class ANY", header() + question.dropLast(2) + [0, 255], [0x8000, 1, 1, 0, 0]),
        Case("another zone", header() + [3, 111, 114, 103, 0, 0, 1, 0, 1], [0x8005, 1, 0, 0, 0]),
        Case("the root", header() + [0, 0, 2, 0, 1], [0x8005, 1, 0, 0, 0]),
        Case("AXFR", header() + question.dropLast(4) + [0, 252, 0, 1], [0x8009, 1, 0, 0, 0]),
        Case("IXFR", header() + question.dropLast(4) + [0, 251, 0, 1], [0x8009, 1, 0, 0, 0]),
    ]

    @Test(arguments: cases) func form(_ row: Case) throws {
        let answer = try Fixture(["example.com": Self.zone]).answer(row.message)
        guard let header = row.header else {
            #expect(answer.isEmpty)
            return
        }
        let parsed = try TestAnswer(answer)
        #expect(parsed.header == [0x1234] + header)
        // A refusal is never longer than what it refuses.
        if parsed.code != .noError { #expect(answer.count <= max(row.message.count, 12)) }
    }

    @Test("Every opcode but QUERY is NOTIMP, with or without a question", arguments: 1...15)
    func opcode(_ opcode: UInt16) throws {
        let fixture = try Fixture(["example.com": Self.zone])
        let flags = opcode << 11
        for message in [
            Self.header(flags) + Self.question, Self.header(flags, [0, 0, 0, 0]), Self.header(flags),
        ] {
            #expect(try TestAnswer(fixture.answer(message)).header == [0x1234, 0x8004 | flags, 0, 0, 0, 0])
        }
    }

    @Test("Port 0 gets no answer") func portZero() throws {
        let fixture = try Fixture(["example.com": Self.zone])
        #expect(fixture.answer(Self.header() + Self.question, port: 0).isEmpty)
        #expect(fixture.counters.value(of: .droppedShort) == 1)
    }

    @Test("The question's letter case comes back, and in the owners that point to it")
    func letterCase() throws {
        let answer = try Fixture(["example.com": Self.zone]).ask("wWw.EXAMPLE.cOm A")
        #expect(answer.question == "wWw.EXAMPLE.cOm. A")
        #expect(answer.text(0) == ["wWw.EXAMPLE.cOm. 3600 A 192.0.2.3"])
    }

    @Test("A zone that could not be read is SERVFAIL") func broken() throws {
        let fixture = try Fixture(["example.com": Self.zone, "broken.example": nil])
        #expect(try fixture.lines("www.broken.example A") == ["SERVFAIL"])
        #expect(try fixture.ask("www.example.com A").code == .noError)
        #expect(fixture.counters.value(of: .serverFailure) == 1)
    }

    @Test("A signature by a key that nobody knows: NOTAUTH and BADKEY (RFC 8945 §5.2.1)")
    func signature() throws {
        let algorithm: [UInt8] = [11] + Array("hmac-sha256".utf8) + [0]
        let data = algorithm + [0, 0, 0x65, 0, 0, 1, 1, 0x2C, 0, 4, 9, 9, 9, 9, 0x12, 0x34, 0, 0, 0, 0]
        let signed: [UInt8] = [1, 107, 0, 0, 250, 0, 255, 0, 0, 0, 0, 0, UInt8(data.count)] + data
        let fixture = try Fixture(["example.com": Self.zone])
        let message = Self.header(0, [1, 0, 0, 1]) + Self.question + signed
        let answer = try TestAnswer(fixture.answer(message))
        #expect(answer.code == .notAuthorized)
        #expect(
            answer.sections[2].map(\.data) == [
                algorithm + [0, 0, 0x65, 0, 0, 1, 1, 0x2C, 0, 0, 0x12, 0x34, 0, 17, 0, 0]
            ])
        for cut in 1..<signed.count {
            #expect(try TestAnswer(fixture.answer(message.dropLast(cut))).code == .formatError)
        }
        // Another class, a TTL (§4.2): what goes back would be no TSIG record.
        for place in [5, 6, 7, 10] {
            var other = message
            other[message.count - signed.count + place] = 1
            #expect(try TestAnswer(fixture.answer(other)).code == .formatError)
        }
        // Not the last record (§5.1).
        let early = Self.header(0, [1, 0, 0, 2]) + Self.question + signed + Self.opt
        #expect(try TestAnswer(fixture.answer(early)).code == .formatError)
    }
}
