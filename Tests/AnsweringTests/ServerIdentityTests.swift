import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing

@Suite("The server's own identity: NSID (RFC 5001), class CH")
struct ServerIdentityTests {
    static let identity = ServerIdentity(
        version: Array("Swerve".utf8), hostname: Array("host".utf8), serverID: Array("fra1".utf8))

    static func fixture(_ identity: ServerIdentity = identity, allowQuery: AccessList = .any) throws -> Fixture
    {
        try Fixture(
            ["example.com": FormTests.zone], options: AnswerOptions(allowQuery: allowQuery, identity: identity))
    }

    @Test(
        "NSID is given to who asks, whatever the option holds", arguments: [[], [1], [0, 0, 0]] as [[UInt8]])
    func serverID(_ data: [UInt8]) throws {
        let fixture = try Self.fixture()
        for question in ["www.example.com A", "nothing.example.com A"] {
            for transport in [Transport.udp, .tcp] {
                let query = try TestQuery(question, edns: 1232).with(3, data).with(3, data)
                let answer = try TestAnswer(fixture.answer(query.message, over: transport))
                #expect(answer.lines == (try fixture.lines(question)))
                #expect(answer.options == [3: Array("fra1".utf8)])
            }
        }
        #expect(fixture.counters.value(of: .serverIDs) == 4)
        #expect(try fixture.ask("www.example.com A", edns: 1232).opt?.data == [])
    }

    @Test(
        "Without a name to give, the option is ignored; an empty name is one",
        arguments: [nil, []] as [[UInt8]?])
    func withoutServerID(_ name: [UInt8]?) throws {
        let fixture = try Self.fixture(ServerIdentity(serverID: name))
        let answer = try TestAnswer(fixture.answer(TestQuery("www.example.com A", edns: 1232).with(3).message))
        #expect(answer.options == (name == nil ? [:] : [3: []]))
    }

    @Test("A name of any length leaves room for the question and the rest of the OPT record")
    func longest() throws {
        let label = String(repeating: "q", count: 63)
        for count in [127, 254, 255, 300] {
            let name = [UInt8](repeating: 120, count: count)
            let fixture = try Fixture(
                ["example.com": FormTests.zone],
                options: AnswerOptions(
                    cookies: CookieOptions(secrets: [.random()]), identity: ServerIdentity(serverID: name)))
            for question in [
                "\(label).\(label).\(label).example.com A", "www.example.com A", "x.example.org A",
            ] {
                let query = try TestQuery(question, edns: 512).with(3).with(10, Array(0..<8))
                let answer = try TestAnswer(fixture.answer(query.message))
                #expect(answer.size <= 512)
                #expect(answer.cookie?.count == 24)
                if question == "www.example.com A" { #expect(answer.options?[3] == Array(name.prefix(255))) }
            }
        }
    }

    // BIND 9.18, NSD 4.6 and Knot 3.2, of which BIND lacks version.server, and Knot answers TXT alone.
    @Test(
        "Names of class CH",
        arguments: [
            ("version.bind TXT", "Swerve"), ("version.server TXT", "Swerve"), ("hostname.bind TXT", "host"),
            ("id.server TXT", "fra1"), ("VERSION.Bind TXT", "Swerve"), ("version.bind ANY", "Swerve"),
            ("version.bind A", nil), ("version.bind SOA", nil), ("version.bind NS", nil),
            ("version.bind AXFR", nil), ("hostname.server TXT", nil), ("authors.bind TXT", nil),
            ("bind TXT", nil), ("x.version.bind TXT", nil), (". TXT", nil), ("www.example.com A", nil),
        ] as [(String, String?)])
    func chaos(_ question: String, _ text: String?) throws {
        let fixture = try Self.fixture()
        for edns in [nil, 1232] as [UInt16?] {
            var query = try TestQuery(question, edns: edns)
            query.recordClass = 3
            let answer = try TestAnswer(fixture.answer(query.message))
            #expect(answer.question == (try TestAnswer(fixture.answer(query.message)).question))
            if let text {
                let record = try #require(answer.sections[0].first)
                #expect(answer.lines.count == 2 && answer.header[1] == 0x8000)
                #expect(record.recordClass == 3 && record.ttl == 0 && record.type == .txt)
                #expect(record.owner == question.split(separator: " ")[0] + ".")
                #expect(record.data == [UInt8(text.utf8.count)] + Array(text.utf8))
            } else {
                #expect(answer.lines == ["REFUSED"])
                #expect(answer.extendedError == (edns == nil ? nil : 21))
            }
        }
    }

    @Test("What is not to be said is refused (as NSD says it: Prohibited)", arguments: 0..<4)
    func withheld(_ place: Int) throws {
        let names = ["version.bind", "version.server", "hostname.bind", "id.server"]
        var identity = Self.identity
        if place < 2 { identity.version = nil }
        if place == 2 { identity.hostname = nil }
        if place == 3 { identity.serverID = nil }
        let fixture = try Self.fixture(identity)
        for (index, name) in names.enumerated() {
            var query = try TestQuery("\(name) TXT", edns: 1232)
            query.recordClass = 3
            let answer = try TestAnswer(fixture.answer(query.message))
            let isWithheld = index == place || index < 2 && place < 2
            #expect(answer.code == (isWithheld ? .refused : .noError))
            #expect(answer.extendedError == (isWithheld ? 18 : nil))
        }
    }

    @Test("Who may not ask in general may not ask this (as with BIND)") func access() throws {
        var query = try TestQuery("version.bind TXT", edns: 1232)
        query.recordClass = 3
        let answer = try TestAnswer(Self.fixture(allowQuery: .none).answer(query.message))
        #expect(answer.lines == ["REFUSED"] && answer.extendedError == 18)
    }

    @Test("Texts of every length", arguments: [0, 1, 254, 255, 256]) func length(_ count: Int) throws {
        let fixture = try Self.fixture(ServerIdentity(version: Array(repeating: 97, count: count)))
        var query = try TestQuery("version.bind TXT")
        query.recordClass = 3
        let answer = try TestAnswer(fixture.answer(query.message))
        let kept = min(count, 255)
        #expect(answer.sections[0].map(\.data) == [[UInt8(kept)] + Array(repeating: 97, count: kept)])
    }

    @Test(
        "Other classes than IN, CH and ANY are refused", arguments: [0, 2, 4, 5, 254, 256, 65535] as [UInt16])
    func otherClasses(_ recordClass: UInt16) throws {
        for question in ["www.example.com A", "version.bind TXT"] {
            var query = try TestQuery(question, edns: 1232)
            query.recordClass = recordClass
            let answer = try TestAnswer(Self.fixture().answer(query.message))
            #expect(answer.lines == ["REFUSED"] && answer.extendedError == 21)
        }
    }
}

@Suite("Extended errors (RFC 8914), keepalive (RFC 7828)")
struct FurtherOptionTests {
    static func fixture() throws -> Fixture {
        try Fixture(
            ["example.com": FormTests.zone, "broken.example": nil, "closed.example": FormTests.zone],
            options: AnswerOptions(
                cookies: CookieOptions(secrets: [.random()]),
                identity: ServerIdentity(serverID: Array("a.rather.long.name".utf8))),
            allowQuery: ["closed.example": .none])
    }

    @Test(
        "Why there is no answer, told by EDNS only",
        arguments: [
            ("www.example.com A", .noError, nil), ("no.example.com A", .nameError, nil),
            ("www.example.org A", .refused, 20), ("www.broken.example A", .serverFailure, 24),
            ("www.closed.example A", .refused, 18), ("example.com AXFR", .refused, 21),
            ("example.com IXFR", .refused, 21),
        ] as [(String, ResponseCode, UInt16?)])
    func extendedErrors(_ question: String, _ code: ResponseCode, _ error: UInt16?) throws {
        let fixture = try Self.fixture()
        let answer = try fixture.ask(question, edns: 1232)
        #expect(answer.code == code && answer.extendedError == error)
        #expect(try fixture.ask(question).opt == nil)
        let withCookie = try TestQuery(question, edns: 1232).with(10, Array(0..<8))
        #expect(try TestAnswer(fixture.answer(withCookie.message)).extendedError == error)
    }

    @Test("A query that is refused or malformed gets no more octets than it had, cookie and error apart")
    func noAmplification() throws {
        let fixture = try Self.fixture()
        fixture.idleTimeout = 300
        let padding = [UInt8](repeating: 0, count: 18)
        for transport in [Transport.udp, .tcp] {
            for (question, type) in [
                ("www.example.org A", 1), ("example.com A", 252), ("www.closed.example A", 1),
            ]
                as [(String, UInt16)]
            {
                var query = try TestQuery(question, edns: 1232)
                query.type = type
                let asked = query.with(3).with(11)
                var answer = try TestAnswer(fixture.answer(asked.message, over: transport))
                #expect(answer.code == .refused && answer.options?[3] == nil)
                #expect(answer.size <= asked.message.count + 6)
                #expect(fixture.hasAdvertisedTimeout == (transport == .tcp))
                // Who wants the name pads the question.
                answer = try TestAnswer(fixture.answer(asked.with(12, padding).message, over: transport))
                #expect(answer.options?[3]?.count == 18)
                let cookie = asked.with(10, Array(0..<8)).message
                answer = try TestAnswer(fixture.answer(cookie, over: transport))
                #expect(answer.size <= cookie.count + 6 + 16)
            }
        }
    }

    // §3.2.1, §3.3.1, §3.4; a filled option is FORMERR, as Unbound has it.
    @Test("Keepalive: over TCP, to who asks, if there is something to tell") func keepalive() throws {
        let fixture = try Self.fixture()
        let query = try TestQuery("www.example.com A", edns: 1232)
        for (idleTimeout, transport, options, expected) in [
            (300, .tcp, [:], nil), (300, .tcp, [11: []], [1, 44]), (0, .tcp, [11: []], [0, 0]),
            (nil, .tcp, [11: []], nil), (300, .udp, [11: []], nil), (300, .udp, [11: [0, 1]], nil),
        ] as [(UInt16?, Transport, [UInt16: [UInt8]], [UInt8]?)] {
            fixture.idleTimeout = idleTimeout
            let asked = options.reduce(query) { $0.with($1.key, $1.value) }
            let answer = try TestAnswer(fixture.answer(asked.message, over: transport))
            #expect(answer.code == .noError)
            #expect(answer.options?[11] == expected)
            #expect(fixture.hasAdvertisedTimeout == (expected != nil))
        }
        fixture.idleTimeout = 300
        for filled in [[0], [0, 1], [0, 0]] as [[UInt8]] {
            for asked in [query.with(11, filled), query.with(11).with(11, filled)] {
                let answer = try TestAnswer(fixture.answer(asked.message, over: .tcp))
                #expect(answer.lines == ["FORMERR"] && answer.opt?.data == [])
            }
        }
    }

    @Test("All options at once") func all() throws {
        let fixture = try Self.fixture()
        fixture.idleTimeout = 300
        let query = try TestQuery("www.example.com A", edns: 1232).with(11).with(12, [0]).with(10, Array(0..<8))
            .with(8, [0, 1, 0, 0]).with(3)
        let answer = try TestAnswer(fixture.answer(query.message, over: .tcp))
        #expect(answer.lines == (try fixture.lines("www.example.com A")))
        #expect(answer.options?.keys.sorted() == [3, 10, 11])
    }
}
