import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("Types and transports")
struct TypeTests {
    static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        @ MX 10 mail
        ns1 A 192.0.2.1
        mail A 192.0.2.2
        mail AAAA 2001:db8::2
        many A 192.0.2.3
        many TXT text
        many TYPE65280 # 0102
        *.star A 192.0.2.4
        """

    @Test("Every type from 0 to 65535: what is there, or NODATA; what is no data is refused")
    func everyType() throws {
        let fixture = try Fixture(["example.com": Self.zone])
        var query = try TestQuery("many.example.com A")
        for type in UInt16.min...UInt16.max {
            query.type = type
            let answer = try TestAnswer(fixture.answer(query.message))
            switch type {
            case 1, 16, 65280: #expect(answer.sections.map(\.count) == [1, 0, 0], "type \(type)")
            // Not an apex (RFC 5936 §2.2.1).
            case 251, 252: #expect(answer.code == .notAuthorized, "type \(type)")
            case 255: #expect(answer.sections.map(\.count) == [1, 0, 0])
            case 253, 254: #expect(answer.code == .notImplemented, "type \(type)")
            case 41, 128...250: #expect(answer.code == .formatError, "type \(type)")
            default:
                #expect(answer.code == .noError, "type \(type)")
                #expect(answer.sections.map(\.count) == [0, 1, 0], "type \(type)")
            }
        }
    }

    @Test("ANY: one rrset over UDP (RFC 8482 §4.1), all over TCP") func any() throws {
        let fixture = try Fixture(["example.com": Self.zone])
        #expect(
            try fixture.lines("many.example.com ANY") == [
                "NOERROR aa", "an many.example.com. 3600 A 192.0.2.3",
            ])
        #expect(
            try fixture.lines("many.example.com ANY", over: .tcp) == [
                "NOERROR aa", "an many.example.com. 3600 A 192.0.2.3", "an many.example.com. 3600 TXT text",
                "an many.example.com. 3600 TYPE65280 # 0102",
            ])
        #expect(
            try fixture.lines("x.star.example.com ANY") == [
                "NOERROR aa", "an x.star.example.com. 3600 A 192.0.2.4",
            ])
    }

    static let full = [
        Row(
            "example.com MX", "NOERROR aa", "an example.com. 3600 MX 10 mail.example.com.",
            "ns example.com. 3600 NS ns1.example.com.", "ad mail.example.com. 3600 A 192.0.2.2",
            "ad mail.example.com. 3600 AAAA 2001:db8::2", "ad ns1.example.com. 3600 A 192.0.2.1"),
        Row(
            "example.com NS", "NOERROR aa", "an example.com. 3600 NS ns1.example.com.",
            "ad ns1.example.com. 3600 A 192.0.2.1"),
        // What is in the answer isn't repeated.
        Row(
            "ns1.example.com A", "NOERROR aa", "an ns1.example.com. 3600 A 192.0.2.1",
            "ns example.com. 3600 NS ns1.example.com."),
        Row(
            "x.star.example.com A", "NOERROR aa", "an x.star.example.com. 3600 A 192.0.2.4",
            "ns example.com. 3600 NS ns1.example.com.", "ad ns1.example.com. 3600 A 192.0.2.1"),
        Row(
            "nothing.example.com A", "NXDOMAIN aa",
            "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"),
    ]

    @Test("minimal-responses no adds servers and addresses", arguments: full) func answersFull(_ row: Row)
        throws
    {
        let fixture = try Fixture(["example.com": Self.zone], options: AnswerOptions(minimalResponses: false))
        #expect(try fixture.lines(row.question) == row.lines)
    }

    @Test("minimal-responses yes doesn't") func minimal() throws {
        let fixture = try Fixture(["example.com": Self.zone])
        #expect(
            try fixture.lines("example.com MX") == [
                "NOERROR aa", "an example.com. 3600 MX 10 mail.example.com.",
            ])
    }

    @Test("Additional records that don't fit are left out without TC (RFC 2181 §9)") func additional() throws {
        let names = (1...14).map { "@ MX \($0) m\($0)\nm\($0) A 192.0.2.\($0)\nm\($0) AAAA 2001:db8::\($0)" }
        let fixture = try Fixture(
            ["example.com": Self.zone + "\n" + names.joined(separator: "\n")],
            options: AnswerOptions(minimalResponses: false))
        let answer = try fixture.ask("example.com MX")
        #expect(!answer.flags.contains(.truncated))
        #expect(answer.sections[0].count == 15)
        #expect(answer.size <= 512)
        #expect(try fixture.ask("example.com MX", over: .tcp).sections[2].count > answer.sections[2].count)
    }

    @Test("A large rrset: TC over UDP, whole over TCP, pointers right") func large() throws {
        let records = (0..<1500).map { "big MX \($0) a.host\($0).far" }
        let fixture = try Fixture(["example.com": Self.zone + "\n" + records.joined(separator: "\n")])
        #expect(try fixture.ask("big.example.com MX", edns: 1232).flags.contains(.truncated))
        let answer = try fixture.ask("big.example.com MX", over: .tcp)
        #expect(
            Set(answer.text(0))
                == Set((0..<1500).map { "big.example.com. 3600 MX \($0) a.host\($0).far.example.com." }))
    }
}
