import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

/// A fixed sequence of numbers (SplitMix64), so that a failure can be seen again.
struct Sequence: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

@Suite("Hostile input: an answer that can be read, or silence")
struct HostileTests {
    static let zone = [
        AliasTests.zone, "dn 600 DNAME target", "*.w MX 10 mail.w", "*.w MX 20 ns1", "t.w TXT text",
        "@ MX 1 www",
        "*.y.w CNAME x.dn", "_s SRV 1 2 3 www",
    ].joined(separator: "\n")

    static func fixture(minimal: Bool = true) throws -> Fixture {
        let fixture = try Fixture(
            ["example.com": zone],
            options: AnswerOptions(
                minimalResponses: MinimalResponses(minimal), cookies: CookieOptions(secrets: [.random()]),
                identity: ServerIdentity(
                    version: Array("v".utf8), hostname: [], serverID: Array(repeating: 115, count: 255))))
        fixture.idleTimeout = 300
        return fixture
    }

    /// What holds for whatever comes in.
    static func check(_ fixture: Fixture, _ message: [UInt8], over transport: Transport = .udp) throws {
        let answer = fixture.answer(message, over: transport)
        if answer.isEmpty {
            #expect(message.count < 12 || message[2] & 0x80 != 0)
            return
        }
        let parsed = try TestAnswer(answer)
        #expect(parsed.flags.contains(.response))
        #expect(parsed.header[0] == UInt16(message[0]) << 8 | UInt16(message[1]))
        if transport == .udp { #expect(answer.count <= (parsed.opt == nil ? 512 : 1232)) }
        if [ResponseCode.formatError, .refused, .notImplemented].contains(parsed.code) {
            // A server cookie and a bare extended error apart.
            #expect(answer.count <= message.count + 16 + 6)
        }
    }

    @Test("Every truncation of valid queries") func truncations() throws {
        let fixture = try Self.fixture()
        for question in ["www.example.com A", "a.b.w.example.com MX", ". NS"] {
            for edns in [nil, 1232] as [UInt16?] {
                var query = try TestQuery(question, edns: edns)
                query.options = [0, 3, 0, 0, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
                for count in 0...query.message.count {
                    try Self.check(fixture, Array(query.message.prefix(count)))
                }
            }
        }
    }

    @Test("Every octet of a query set to every value") func everyOctet() throws {
        let fixture = try Self.fixture()
        var query = try TestQuery("a.b.w.example.com MX", edns: 1232)
        for options in [[0, 3, 0, 0, 0, 11, 0, 0], [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]] as [[UInt8]] {
            query.options = options
            for place in query.message.indices {
                var message = query.message
                for octet in UInt8.min...UInt8.max {
                    message[place] = octet
                    try Self.check(fixture, message)
                    try Self.check(fixture, message, over: .tcp)
                }
            }
        }
    }

    @Test("Random octets behind a header, seeded") func randomOctets() throws {
        let fixture = try Self.fixture()
        var random = Sequence(state: 42)
        for _ in 0..<40000 {
            let count = Int.random(in: 0...80, using: &random)
            var message = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if count >= 12 {
                // Otherwise hardly one gets past the header.
                message[2] &= 1
                for place in stride(from: 4, to: 12, by: 2) { message[place] = 0 }
                message[5] = 1
                for place in [7, 9, 11] { message[place] &= 3 }
            }
            try Self.check(fixture, message)
        }
    }

    @Test("Random questions about a zone of every kind of name", arguments: [true, false])
    func randomQuestions(_ minimal: Bool) throws {
        let fixture = try Self.fixture(minimal: minimal)
        var random = Sequence(state: 7)
        let labels = ["www", "w", "dn", "*", "sub", "a", "c1", "x", "y", "gone", "star", "ns1", "alias", "WWW"]
        for _ in 0..<20000 {
            let depth = Int.random(in: 0...6, using: &random)
            let name = (0..<depth).compactMap { _ in labels.randomElement(using: &random) }
            var query = try TestQuery((name + ["example", "com"]).joined(separator: ".") + " A")
            query.type = [1, 2, 5, 6, 15, 16, 28, 33, 39, 43, 255, 257].randomElement(using: &random) ?? 1
            query.ednsSize = Bool.random(using: &random) ? nil : UInt16.random(in: 0...65535, using: &random)
            try Self.check(fixture, query.message, over: Bool.random(using: &random) ? .udp : .tcp)
        }
    }

    @Test("Names at the limits: 255 octets, 127 labels, labels of 63, any octet in a label")
    func limits() throws {
        let fixture = try Self.fixture()
        let tail: [UInt8] = [7] + Array("example".utf8) + [3] + Array("com".utf8) + [0]
        func ask(_ name: [UInt8]) throws -> ResponseCode {
            let message = FormTests.header() + name + [0, 1, 0, 1]
            try Self.check(fixture, message)
            return try TestAnswer(fixture.answer(message)).code
        }
        func label(_ count: Int) -> [UInt8] { [UInt8(count)] + Array(repeating: 97, count: count) }
        #expect(try ask(label(63) + label(63) + label(63) + label(49) + tail) == .nameError)
        #expect(try ask(label(63) + label(63) + label(63) + label(50) + tail) == .formatError)
        #expect(try ask((0..<121).flatMap { _ in label(1) } + tail) == .nameError)
        #expect(try ask((0..<122).flatMap { _ in label(1) } + tail) == .formatError)
        #expect(try ask((0..<127).flatMap { _ in label(1) } + [0]) == .refused)
        #expect(try ask((0..<128).flatMap { _ in label(1) } + [0]) == .formatError)
        #expect(try ask(label(63) + tail) == .nameError)
        #expect(try ask([64] + Array(repeating: 97, count: 64) + tail) == .formatError)
        for octet in UInt8.min...UInt8.max { #expect(try ask([2, octet, octet] + tail) == .nameError) }
    }

    @Test("Synthesised names at the limits don't outgrow a message") func synthesis() throws {
        let fixture = try Self.fixture()
        for count in 1...63 {
            let label = String(repeating: "q", count: count)
            for suffix in ["dn", "w", "y.w"] {
                let name = "\(label).\(label).\(label).\(suffix).example.com"
                guard let query = try? TestQuery("\(name) MX", edns: 1232) else { continue }
                try Self.check(fixture, query.message)
            }
        }
    }

    @Test(
        "Whatever size is offered, what doesn't fit leaves nothing behind",
        arguments: ["example.com MX", "in.example.com A", "cut.example.com A", "example.com ANY"])
    func everySize(_ question: String) throws {
        let addresses = (1...12).map { number in
            """
            m.cut A 192.0.2.\(number)
            n.cut AAAA 2001:db8::\(number)
            far NS o\(number)
            o\(number) A 192.0.2.\(number)
            o\(number) AAAA 2001:db8::\(number)
            """
        }
        let zone = """
            @ SOA ns1 admin 1 3600 300 604800 300
            @ NS ns1
            ns1 A 192.0.2.1
            @ MX 1 m.cut
            @ MX 2 n.cut
            cut NS m.cut
            cut NS n.cut
            in CNAME x.far
            """
        let fixture = try Fixture(
            ["example.com": zone + "\n" + addresses.joined(separator: "\n")],
            options: AnswerOptions(minimalResponses: false))
        for size in 512...1232 as ClosedRange<UInt16> {
            let answer = fixture.answer(try TestQuery(question, edns: size).message)
            #expect(answer.count <= Int(size))
            // Octets behind the last record are a mistake to TestAnswer.
            #expect(throws: Never.self, "size \(size)") { try TestAnswer(answer) }
        }
    }

    @Test("Less room than 512 octets is no room") func noRoom() throws {
        let fixture = try Self.fixture()
        let query = try TestQuery("www.example.com A").message
        #expect(fixture.answer(query, room: 511).isEmpty)
        #expect(!fixture.answer(query, room: 512).isEmpty)
    }

    @Test(
        "More octets than there is room for are not written, whatever the options allow", arguments: [0, 8, 24])
    func littleRoom(_ cookie: Int) throws {
        // Each text takes 112 octets of an answer.
        let texts = (100..<200).map { "t TXT \($0)" + String(repeating: "x", count: 96) }
        let fixture = try Fixture(
            ["example.com": "@ SOA ns1 admin 1 1 1 1 1\n@ NS ns.elsewhere.\n" + texts.joined(separator: "\n")],
            options: AnswerOptions(
                maximumUDPSize: 65535, cookies: CookieOptions(secrets: [.random()])))
        var query = try TestQuery("t.example.com TXT", edns: 65535)
        if cookie > 0 { query = query.with(10, [UInt8](repeating: 1, count: cookie)) }
        // A header of 12 octets, a question of 19, the records, an OPT record of 11, and a cookie of 4 + 24.
        let whole = 12 + 19 + 100 * 112 + 11 + (cookie > 0 ? 28 : 0)
        for room in [65535, 11270, 11269, 11242, 11241, 4096, 512] {
            let answer = try TestAnswer(fixture.answer(query.message, room: room))
            #expect(answer.size <= room)
            #expect(answer.flags.contains(.truncated) == (room < whole))
            #expect(answer.sections[0].isEmpty == (room < whole))
        }
    }
}
