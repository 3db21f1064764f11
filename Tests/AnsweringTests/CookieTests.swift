import Addresses
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@testable import Answering

@Suite("DNS cookies (RFC 7873, RFC 9018)")
struct CookieTests {
    static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.1
        www A 192.0.2.3
        sub NS ns.sub
        ns.sub A 192.0.2.9
        alias CNAME www
        vip A 192.0.2.140
        *.wild A 192.0.2.5
        """
    static let secret = "e5e973e5a6b2a43f48e7dc849e37bfcf"
    static let client = "2464c4abcf10c957"
    static let clock: UInt32 = 1_559_731_985

    static func fixture(_ secrets: [String] = [secret], required: Bool = false) throws -> Fixture {
        let secrets = secrets.compactMap { CookieSecret(octets($0)) }
        let entry = SteeringEntry(
            addresses: [WeightedAddress(address: .v4(IPv4Address(192, 0, 2, 141)), weight: 1)], timeToLive: 5,
            negativeTimeToLive: 5)
        let fixture = try Fixture(
            ["example.com": zone],
            options: AnswerOptions(cookies: CookieOptions(secrets: secrets, areRequired: required)),
            vips: ["192.0.2.140"], entries: [entry])
        fixture.time = clock
        return fixture
    }

    static func query(_ cookie: [UInt8], _ question: String = "www.example.com A") throws -> TestQuery {
        try TestQuery(question, edns: 1232).with(10, cookie)
    }

    /// A cookie made at a time, by the engine's own hand.
    static func cookie(_ time: UInt32, by secret: String = secret, for address: String = "192.0.2.53") throws
        -> [UInt8]
    {
        let fixture = try fixture([secret])
        fixture.time = time
        let answer = try TestAnswer(fixture.answer(query(octets(client)).message, from: address))
        return try #require(answer.cookie)
    }

    // The vectors of the reference implementation: key 00 01 … 0f, message 00 01 … of so many octets.
    @Test(
        "SipHash-2-4",
        arguments: [
            (0, "310e0edd47db6f72"), (1, "fd67dc93c539f874"), (7, "37d1018bf50002ab"), (8, "6224939a79f5f593"),
            (15, "e545be4961ca29a1"), (16, "db9bc2577fcc2a3f"), (20, "98eea21af25cd6be"),
            (32, "ce7cf2722f512771"), (63, "724506eb4c328a95"),
        ])
    func sipHash(_ count: Int, _ expected: String) throws {
        let message = (0..<UInt8(count)).map { $0 }
        var hash = SipHash(try #require(CookieSecret(Array(0..<16))))
        func word(_ octets: ArraySlice<UInt8>) -> UInt64 {
            octets.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        for start in stride(from: 0, to: count & ~7, by: 8) { hash.add(word(message[start..<(start + 8)])) }
        let result = hash.finish(word(message[(count & ~7)...]), count: count)
        #expect((0..<8).map { UInt8(truncatingIfNeeded: result >> (8 * $0)) } == octets(expected))
    }

    // RFC 9018 appendix A.
    @Test(
        "The cookies of RFC 9018",
        arguments: [
            (secret, client, "198.51.100.100", 1_559_731_985, "010000005cf79f111f8130c3eee29480"),
            (secret, client, "198.51.100.100", 1_559_734_385, "010000005cf7a871d4a564a1442aca77"),
            (secret, "fc93fc62807ddb86", "203.0.113.203", 1_559_734_700, "010000005cf7a9acf73a7810aca2381e"),
            (
                "dd3bdf9344b678b185a6f5cb60fca715", "22681ab97d52c298", "2001:db8:220:1:59de:d0f4:8769:82b8",
                1_559_741_817, "010000005cf7c57926556bd0934c72f8"
            ),
            (
                "445536bcd2513298075a5d379663c962", "22681ab97d52c298", "2001:db8:220:1:59de:d0f4:8769:82b8",
                1_559_741_961, "010000005cf7c609a6bb79d16625507a"
            ),
        ] as [(String, String, String, UInt32, String)])
    func vectors(_ secret: String, _ client: String, _ address: String, _ time: UInt32, _ server: String) throws
    {
        let fixture = try Self.fixture([secret], required: true)
        fixture.time = time
        var answer = try TestAnswer(fixture.answer(Self.query(octets(client)).message, from: address))
        #expect(answer.cookie == octets(client + server))
        #expect(answer.code == .badCookie)
        // And it is good.
        answer = try TestAnswer(fixture.answer(Self.query(octets(client + server)).message, from: address))
        #expect(answer.cookie == octets(client + server))
        #expect(answer.text(0) == ["www.example.com. 3600 A 192.0.2.3"])
        // But not for others, nor with another client's cookie.
        answer = try TestAnswer(fixture.answer(Self.query(octets(client + server)).message, from: "192.0.2.1"))
        #expect(answer.code == .badCookie)
        let other = try Self.query(octets("0011223344556677" + server))
        answer = try TestAnswer(fixture.answer(other.message, from: address))
        #expect(answer.code == .badCookie)
    }

    // RFC 9018 appendix A.3: they count in the hash, and the next cookie has none.
    @Test("Reserved octets are taken as they came") func reserved() throws {
        let fixture = try Self.fixture(required: true)
        let cookie = octets("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5")
        fixture.time = 0x5CF7_8F71 + 60
        let answer = try TestAnswer(fixture.answer(Self.query(cookie).message, from: "203.0.113.203"))
        #expect(answer.code == .noError)
        #expect(answer.cookie?.prefix(16) == octets("fc93fc62807ddb86010000005cf78fad")[...])
    }

    // RFC 9018 §4.3: an hour old, five minutes ahead; another one from half an hour on.
    @Test(
        "Time",
        arguments: [
            (0, true, true), (1799, true, true), (1800, true, false), (3600, true, false), (3601, false, false),
            (-300, true, true), (-301, false, false), (Int(Int32.max), false, false),
            (Int(Int32.min), false, false),
        ])
    func time(_ age: Int, _ isValid: Bool, _ isKept: Bool) throws {
        // Also where the clock goes round (2106).
        for now in [Self.clock, 100, UInt32.max] {
            let cookie = try Self.cookie(UInt32(truncatingIfNeeded: Int(now) - age))
            let fixture = try Self.fixture()
            fixture.time = now
            let answer = try TestAnswer(fixture.answer(Self.query(cookie).message))
            #expect(fixture.cookie == (isValid ? .valid : .invalid))
            #expect(answer.code == .noError)
            #expect(answer.cookie == (isKept ? cookie : try Self.cookie(now)))
        }
    }

    @Test("Only version 1 is ours") func version() throws {
        let fixture = try Self.fixture()
        var cookie = try Self.cookie(Self.clock)
        cookie[8] = 2
        let answer = try TestAnswer(fixture.answer(Self.query(cookie).message))
        #expect(fixture.cookie == .invalid)
        #expect(answer.cookie == (try Self.cookie(Self.clock)))
    }

    @Test("Every octet of a server cookie counts") func everyOctet() throws {
        let fixture = try Self.fixture()
        let cookie = try Self.cookie(Self.clock)
        for index in cookie.indices {
            var changed = cookie
            changed[index] ^= 1
            _ = fixture.answer(try Self.query(changed).message)
            #expect(fixture.cookie == .invalid, "octet \(index)")
        }
    }

    @Test("A rollover: the first secret makes cookies, all verify them") func rollover() throws {
        let new = "dd3bdf9344b678b185a6f5cb60fca715"
        let old = try Self.cookie(Self.clock - 5)
        let others = ["00112233445566778899aabbccddeeff", "445536bcd2513298075a5d379663c962"]
        for (secrets, isValid) in [
            ([Self.secret], true), ([new, Self.secret], true), ([new] + others + [Self.secret], true),
            ([new] + others, false),
        ] {
            let fixture = try Self.fixture(secrets, required: true)
            let answer = try TestAnswer(fixture.answer(Self.query(old).message))
            #expect(answer.code == (isValid ? .noError : .badCookie))
            // One that the old secret made is replaced at once.
            #expect(answer.cookie == (secrets[0] == Self.secret ? old : try Self.cookie(Self.clock, by: new)))
        }
    }

    // §4: 8 octets, or 16 to 40; §5.2.2: FORMERR, which has an OPT record (RFC 6891 §7).
    @Test("Length", arguments: 0...41) func length(_ count: Int) throws {
        let fixture = try Self.fixture()
        let cookie = (0..<count).map { _ in UInt8(7) }
        for query in [try Self.query(cookie), try Self.query(cookie).with(3)] {
            let answer = try TestAnswer(fixture.answer(query.message))
            if count == 8 || count >= 16 && count <= 40 {
                #expect(answer.code == .noError)
                #expect(answer.cookie?.count == 24)
                #expect(fixture.cookie == (count == 8 ? .clientOnly : .invalid))
            } else {
                #expect(answer.lines == ["FORMERR"])
                #expect(answer.opt?.data == [])
                #expect(fixture.cookie == .none)
            }
        }
    }

    @Test(
        "A cookie is given on every way that an answer takes, which is otherwise the same",
        arguments: [
            "www.example.com A", "example.com NS", "nothing.example.com A", "www.example.com AAAA",
            "x.sub.example.com A", "alias.example.com A", "vip.example.com A", "www.example.com ANY",
            "example.org A", "x.wild.example.com A", "example.com AXFR",
        ])
    func everywhere(_ question: String) throws {
        let fixture = try Self.fixture()
        let plain = try fixture.ask(question)
        let valid = try Self.cookie(Self.clock)
        for transport in [Transport.udp, .tcp] {
            for cookie in [octets(Self.client), valid, valid.reversed()] {
                for wantsDNSSEC in [false, true] {
                    var query = try Self.query(Array(cookie), question)
                    query.wantsDNSSEC = wantsDNSSEC
                    let answer = try TestAnswer(fixture.answer(query.message, over: transport))
                    #expect(answer.lines == plain.lines)
                    #expect(answer.cookie?.prefix(8) == cookie.prefix(8))
                    #expect(answer.opt?.ttl == (wantsDNSSEC ? 0x8000 : 0))
                }
            }
        }
        #expect(fixture.counters.value(of: .cookieClientOnly) == 4)
        #expect(fixture.counters.value(of: .cookieValid) == 4)
        #expect(fixture.counters.value(of: .cookieInvalid) == 4)
    }

    @Test("The first of several is the one (§5.2)") func several() throws {
        let fixture = try Self.fixture()
        let valid = try Self.cookie(Self.clock)
        for second in [valid, [1], octets("0011223344556677")] {
            let answer = try TestAnswer(fixture.answer(Self.query(valid).with(10, second).message))
            #expect(answer.code == .noError && answer.cookie == valid)
        }
        #expect(try TestAnswer(fixture.answer(Self.query([1]).with(10, valid).message)).code == .formatError)
    }

    @Test("No cookie is given unasked, nor without a secret") func none() throws {
        #expect(try Self.fixture().ask("www.example.com A", edns: 1232).opt?.data == [])
        #expect(try Self.fixture().ask("www.example.com A").opt == nil)
        let fixture = try Self.fixture([], required: true)
        for cookie in [octets(Self.client), [1, 2, 3]] {
            let answer = try TestAnswer(fixture.answer(Self.query(cookie).message))
            #expect(answer.code == .noError && answer.opt?.data == [])
        }
    }

    // RFC 7873 §5.2.3, §5.2.4; over TCP the address is known.
    @Test("Where a server cookie is required, BADCOOKIE is all that who lacks it gets over UDP")
    func required() throws {
        let fixture = try Self.fixture(required: true)
        let valid = try Self.cookie(Self.clock)
        let rows: [([UInt8]?, Transport, ResponseCode)] = [
            (nil, .udp, .noError), (octets(Self.client), .udp, .badCookie), (valid, .udp, .noError),
            (valid.reversed(), .udp, .badCookie), (Array(valid.dropLast()), .udp, .badCookie),
            (octets(Self.client), .tcp, .noError), (valid.reversed(), .tcp, .noError),
        ]
        for (cookie, transport, code) in rows {
            for question in ["www.example.com A", "alias.example.com A", "version.bind TXT"] {
                var query = try TestQuery(question, edns: 1232)
                if let cookie { query = query.with(10, cookie) }
                let answer = try TestAnswer(fixture.answer(query.message, over: transport))
                if code == .noError {
                    #expect(answer.code != .badCookie)
                } else {
                    #expect(answer.lines == ["BADCOOKIE"])
                }
                #expect((answer.cookie?.count ?? 0) == (cookie == nil ? 0 : 24))
            }
        }
        #expect(fixture.counters.value(of: .badCookie) == 9)
    }

    // RFC 7873 §5.4.
    @Test("A query of a cookie alone") func alone() throws {
        let valid = try Self.cookie(Self.clock)
        let rows: [([UInt8], ResponseCode, [UInt8]?)] = [
            (octets(Self.client), .noError, valid), (valid, .noError, valid),
            (Array(valid.prefix(8)) + valid.prefix(16), .badCookie, valid), ([1, 2], .formatError, nil),
        ]
        for required in [false, true] {
            let fixture = try Self.fixture(required: required)
            for (cookie, code, expected) in rows {
                let option: [UInt8] = [0, 10, 0, UInt8(cookie.count)] + cookie
                let opt = FormTests.opt.dropLast() + [UInt8(option.count)] + option
                for transport in [Transport.udp, .tcp] {
                    let message = FormTests.header(0, [0, 0, 0, 1]) + opt
                    let answer = try TestAnswer(fixture.answer(message, over: transport))
                    #expect(answer.code == code)
                    #expect(answer.header[2...] == [0, 0, 0, 1])
                    #expect(answer.cookie == expected)
                }
                // With a record it is none.
                let message = FormTests.header(0, [0, 1, 0, 1]) + [0] + FormTests.record.dropFirst(2) + opt
                #expect(try TestAnswer(fixture.answer(message)).code == .formatError)
            }
        }
    }

    @Test("Who has a cookie of ours has proved its address: its answers are not limited") func limits() throws {
        var limits = RateLimits()
        limits.responses = 1
        limits.slip = 0
        let fixture = try Fixture(
            ["example.com": Self.zone],
            options: AnswerOptions(
                rateLimiter: RateLimiter(limits),
                cookies: CookieOptions(secrets: [try #require(CookieSecret(octets(Self.secret)))])))
        fixture.time = Self.clock
        let valid = try Self.cookie(Self.clock)
        for (cookie, answered) in [(octets(Self.client), 1), (valid.reversed(), 0), (valid, 10)] {
            let query = try Self.query(Array(cookie)).message
            #expect((0..<10).count { _ in !fixture.answer(query).isEmpty } == answered)
        }
    }

    @Test("Whatever size is offered, an answer with options fits, cut short where it must be")
    func everySize() throws {
        let zone =
            Self.zone + "\n" + (1...34).map { "many A 10.0.0.\($0)" }.joined(separator: "\n")
        let fixture = try Fixture(
            ["example.com": zone],
            options: AnswerOptions(
                cookies: CookieOptions(secrets: [.random()]),
                identity: ServerIdentity(serverID: Array(repeating: 97, count: 20))))
        for size in 512...720 as ClosedRange<UInt16> {
            // Header, question, records, and OPT with a cookie and a name.
            for (query, octets) in [
                (try TestQuery("many.example.com A", edns: size).with(10, octets(Self.client)), 11 + 28),
                (
                    try TestQuery("many.example.com A", edns: size).with(3).with(10, octets(Self.client)),
                    11 + 28 + 24
                ),
            ] {
                let answer = try TestAnswer(fixture.answer(query.message))
                let whole = 12 + 22 + 34 * 16 + octets
                #expect(answer.flags.contains(.truncated) == (whole > Int(size)))
                #expect(answer.size == (whole > Int(size) ? 12 + 22 + octets : whole))
            }
        }
    }
}
