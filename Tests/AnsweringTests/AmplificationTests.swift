import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("What is refused or malformed is answered with no more octets than it had")
struct AmplificationTests {
    private static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.1
        www A 192.0.2.2
        long TXT \(String(repeating: "x", count: 400))
        d DNAME www
        """

    private static func fixture(_ form: MinimalResponses = .no) throws -> Fixture {
        try Fixture(
            ["example.com": zone, "closed.example": zone, "broken.example": nil],
            options: AnswerOptions(minimalResponses: form, minimalAny: false),
            allowQuery: ["closed.example": .none])
    }

    private static func option(_ code: UInt16, _ data: [UInt8]) -> [UInt8] {
        TestQuery.big(code) + TestQuery.big(UInt16(data.count)) + data
    }

    /// Queries to begin with: what is asked, and with what behind it.
    private static func messages() throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        let questions = [
            "www.example.com A", "long.example.com TXT", "example.com ANY", "x.org A", "www.closed.example A",
            "closed.example ANY", "www.broken.example A", "example.com AXFR", ". NS", "x.d.example.com A",
            "\(String(repeating: "a.", count: 120))d.example.com A",
        ]
        let cookie = option(10, [1, 2, 3, 4, 5, 6, 7, 8])
        let options: [[UInt8]] = [
            [], cookie, option(10, [1, 2, 3]), option(10, Array(repeating: 9, count: 24)), option(3, []),
            option(8, [0, 1, 24, 0, 192, 0, 2]), option(12, Array(repeating: 0, count: 60)),
            option(11, [0, 9]),
            option(65001, [1]), [0, 10, 0, 99],
        ]
        for question in questions {
            for recordClass: UInt16 in [1, 3, 4, 255] {
                var query = try TestQuery(question)
                query.recordClass = recordClass
                messages.append(query.message)
                if recordClass == 4 { continue }
                for (index, options) in options.enumerated() {
                    query.ednsSize = 4096
                    query.ednsVersion = index % 4 == 1 ? 1 : 0
                    query.wantsDNSSEC = recordClass == 255
                    query.options = options
                    messages.append(query.message)
                }
            }
            // Signed by a key that nobody knows.
            let query = try TestQuery(question)
            for algorithm in ["hmac-sha256", "x", ""] {
                let name: [UInt8] =
                    algorithm.isEmpty ? [0] : [UInt8(algorithm.utf8.count)] + Array(algorithm.utf8) + [0]
                for mac in [[], [UInt8](repeating: 7, count: 32)] as [[UInt8]] {
                    let data =
                        name + [0, 0, 0x65, 0, 0, 1, 1, 0x2C] + TestQuery.big(UInt16(mac.count)) + mac
                        + [0x12, 0x34, 0, 0, 0, 0]
                    var message = query.message
                    message[11] = 1
                    messages.append(
                        message + [1, 107, 0, 0, 250, 0, 255, 0, 0, 0, 0] + TestQuery.big(UInt16(data.count))
                            + data)
                }
            }
        }
        return messages
    }

    /// Octets of an answer without its cookie and a bare extended error.
    private static func counted(_ answer: [UInt8]) throws -> Int {
        var count = answer.count
        guard let opt = try TestAnswer(answer).opt else { return count }
        var place = 0
        while place + 4 <= opt.data.count {
            let code = Int(opt.data[place]) << 8 | Int(opt.data[place + 1])
            let length = Int(opt.data[place + 2]) << 8 | Int(opt.data[place + 3])
            if code == 10 || code == 15 && length == 2 { count -= 4 + length }
            place += 4 + length
        }
        return count
    }

    private static func check(_ fixture: Fixture, _ message: [UInt8]) throws -> Bool {
        for transport in [Transport.udp, .tcp] {
            let answer = fixture.answer(message, over: transport)
            if answer.isEmpty { continue }
            let code = try TestAnswer(answer).code
            // With these there are records to give; YXDOMAIN comes with the DNAME that says why.
            if [ResponseCode.noError, .nameError, .nameExists].contains(code) { continue }
            let counted = try Self.counted(answer)
            if counted > message.count {
                Issue.record("\(code), \(counted) octets for \(message.count) over \(transport): \(message)")
                return false
            }
        }
        return true
    }

    @Test("As they are, and cut at every octet") func cut() throws {
        let fixture = try Self.fixture()
        for message in try Self.messages() {
            // Of long names every octet is like the others.
            for count in 0...message.count where count < 80 || count > message.count - 80 {
                if try !Self.check(fixture, Array(message[..<count])) { return }
            }
        }
    }

    @Test("With every octet of the header, and of what follows the name, another one") func octets() throws {
        let fixture = try Self.fixture()
        // Every thirteenth, which are of all kinds: a row of options has ten of them.
        for (index, message) in try Self.messages().enumerated() where index % 13 == 0 {
            let places = Array(2..<12) + Array(max(12, message.count - 28)..<message.count)
            for place in places {
                var other = message
                for value: UInt8 in [0, 1, 0x28, 0x80, 0xFF] {
                    other[place] = value
                    if try !Self.check(fixture, other) { return }
                }
            }
        }
    }

    @Test("Many octets at a time, repeatably") func random() throws {
        let fixture = try Self.fixture()
        var random = RepeatableBits(state: 20)
        let messages = try Self.messages()
        for _ in 0..<20_000 {
            var message = messages[Int(random.next() % UInt64(messages.count))]
            for _ in 0..<(1 + random.next() % 6) {
                let place = 2 + Int(random.next() % UInt64(message.count - 2))
                message[place] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 4 == 0 { message.removeLast(Int(random.next() % UInt64(message.count))) }
            if try !Self.check(fixture, message) { return }
        }
    }

    @Test("Octets that never were a query") func noise() throws {
        let fixture = try Self.fixture()
        var random = RepeatableBits(state: 5)
        for _ in 0..<20_000 {
            var message = (0..<(random.next() % 100)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            // Half of them are no answers, and of opcode 0.
            if message.count > 2 && random.next() % 2 == 0 { message[2] &= 0x07 }
            if try !Self.check(fixture, message) { return }
        }
    }
}

/// The same numbers in every run.
private struct RepeatableBits {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
