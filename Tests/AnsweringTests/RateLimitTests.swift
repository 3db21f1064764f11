import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing

@Suite("Limits of responses (BIND's rate-limit)")
struct RateLimitTests {
    private static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.1
        www A 192.0.2.2
        *.w A 192.0.2.3
        *.w TXT text
        *.v A 192.0.2.4
        sub NS ns.sub
        ns.sub A 192.0.2.5
        d DNAME www
        al CNAME www
        ad CNAME nothing
        """

    private static func fixture(_ change: (inout RateLimits) -> Void = { $0.responses = 5 }) throws -> Fixture {
        var limits = RateLimits()
        change(&limits)
        // What BIND takes for those that are not written.
        if limits.responses > 0 {
            for path in [\RateLimits.referrals, \.nodata, \.nxdomains, \.errors]
            where limits[keyPath: path] == 0 {
                limits[keyPath: path] = limits.responses
            }
        }
        let fixture = try Fixture(
            ["example.com": zone, "closed.example": zone],
            options: AnswerOptions(rateLimiter: RateLimiter(limits, seed: 1)),
            allowQuery: ["closed.example": .none])
        fixture.time = 1_000_000
        return fixture
    }

    /// What becomes of queries: `.` answered, `T` cut short, `x` not answered. `#` in a question is the
    /// number of the query.
    private static func burst(
        _ fixture: Fixture, _ question: String, count: Int = 14, from client: String = "192.0.2.53",
        recordClass: UInt16 = 1
    ) throws -> String {
        var result = ""
        for index in 0..<count {
            var query = try TestQuery(question.replacing("#", with: "\(index)"))
            query.recordClass = recordClass
            let answer = fixture.answer(query.message, from: client)
            if answer.isEmpty {
                result += "x"
            } else {
                result += try TestAnswer(answer).flags.contains(.truncated) ? "T" : "."
            }
        }
        return result
    }

    /// Each row in the second after the one before it, as BIND 9.18 answered them with
    /// `responses-per-second 5`, the same zone and the same questions.
    private static let rows: [(String, String)] = [
        ("www.example.com A", ".....TxTxTxTxT"),
        // Without records the type doesn't matter.
        ("www.example.com TXT", ".....TxTxTxTxT"), ("www.example.com TYPE10#", "xTxTxTxTxTxTxT"),
        // The names at a wildcard are one, those of all wildcards in a zone too, but not all types.
        ("x#.w.example.com TYPE100", ".....TxTxTxTxT"),
        ("nx#.example.com A", ".....TxTxTxTxT"),
        ("x#.w.example.com A", ".....TxTxTxTxT"), ("x#.v.example.com A", "xTxTxTxTxTxTxT"),
        ("x#.w.example.com TXT", ".....TxTxTxTxT"),
        ("x#.sub.example.com A", ".....TxTxTxTxT"),
        ("x#.d.example.com A", ".....TxTxTxTxT"),
        ("al.example.com A", ".....TxTxTxTxT"), ("ad.example.com A", ".....TxTxTxTxT"),
        ("x#.org A", ".....xxxxxxxxx"), ("x#.closed.example A", "xxxxxxxxxxxxxx"),
        ("example.com AXFR", "xxxxxxxxxxxxxx"),
        ("sub.example.com DS", ".....TxTxTxTxT"),
        ("www.example.com A", ".....TxTxTxTxT"),
    ]

    @Test(
        "What is no name is accounted as an error, whatever was asked before",
        arguments: [".", "com A", "www.example.com"], [1, 60, 140, 400])
    func brokenNames(before: String, length: Int) throws {
        let fixture = try Self.fixture { $0.errors = 3 }
        let header = try TestQuery("com A").message.prefix(12)
        // Labels without an end, of one octet and of 63; a pointer.
        for tail in [[1, 97], [63] + [UInt8](repeating: 97, count: 63)] {
            let message = Array((header + (0..<length).flatMap { _ in tail }).prefix(12 + length)) + [0xC0]
            _ = fixture.answer(try TestQuery(before.contains(" ") ? before : before + " A").message)
            _ = fixture.answer(message)
        }
        // Three in a second: two of them are those above, and two more what is refused; none is cut short.
        let broken = header + [1, 97, 0xC0, 12, 0, 1, 0, 1]
        let answers = (0..<10).map { _ in fixture.answer(Array(broken)) }
        #expect(answers.filter { !$0.isEmpty }.count == (before == "www.example.com" ? 1 : 0))
        #expect(answers.allSatisfy { $0.isEmpty || $0[3] & 15 == 1 })
    }

    @Test("What responses are accounted to is what BIND accounts them to") func accounts() throws {
        let fixture = try Self.fixture()
        for (question, expected) in Self.rows {
            fixture.time += 1
            #expect(try Self.burst(fixture, question) == expected, "\(question)")
        }
        let counters = fixture.counters
        let all = Self.rows.map(\.1).joined()
        #expect(counters.value(of: .rateLimitDropped) == UInt64(all.filter { $0 == "x" }.count))
        #expect(counters.value(of: .rateLimitSlipped) == UInt64(all.filter { $0 == "T" }.count))
        #expect(counters.value(of: .udp4Queries) == UInt64(all.count))
    }

    @Test(
        "Every how manyth slips",
        arguments: [
            (0, "..xxxxxxxx"), (1, "..TTTTTTTT"), (2, "..TxTxTxTx"), (3, "..TxxTxxTx"), (10, "..Txxxxxxx"),
        ])
    func slip(_ slip: Int, _ expected: String) throws {
        let fixture = try Self.fixture {
            $0.responses = 2
            $0.slip = slip
        }
        #expect(try Self.burst(fixture, "www.example.com A", count: 10) == expected)
    }

    /// What is limited, a question that it is about, and one that it isn't.
    private static let kinds: [(ResponseKind, String, String)] = [
        (.answer, "www.example.com A", "x.sub.example.com A"),
        (.referral, "x.sub.example.com A", "www.example.com A"),
        (.nodata, "www.example.com TXT", "www.example.com A"),
        (.nxdomain, "nx.example.com A", "www.example.com TXT"),
        (.error, "example.org A", "nx.example.com A"),
    ]

    @Test("Each kind has its own limit, 0 is none", arguments: kinds)
    func kind(_ kind: ResponseKind, _ limited: String, _ other: String) throws {
        let fixture = try Self.fixture {
            switch kind {
            case .referral: $0.referrals = 3
            case .nodata: $0.nodata = 3
            case .nxdomain: $0.nxdomains = 3
            case .error: $0.errors = 3
            default:
                $0.responses = 3
                // Not what is taken for those that are not written.
                ($0.referrals, $0.nodata, $0.nxdomains, $0.errors) = (1000, 1000, 1000, 1000)
            }
        }
        #expect(try Self.burst(fixture, limited, count: 6) == (kind == .error ? "...xxx" : "...TxT"))
        #expect(try Self.burst(fixture, other, count: 20) == String(repeating: ".", count: 20))
    }

    @Test("all-per-second: over all names and kinds, and nothing slips") func all() throws {
        let fixture = try Self.fixture {
            $0.responses = 5
            $0.all = 8
        }
        #expect(try Self.burst(fixture, "www.example.com A", count: 6) == ".....T")
        #expect(try Self.burst(fixture, "nx.example.com A", count: 6) == "..xxxx")
    }

    @Test("A debt is worth a window of seconds at most, and is paid off at the rate") func window() throws {
        let fixture = try Self.fixture {
            $0.responses = 2
            $0.window = 3
            $0.slip = 0
        }
        // 2 - 100, but no less than -3 * 2; then 2 each second: -4, -2, 0, 2.
        #expect(try Self.burst(fixture, "www.example.com A", count: 100).prefix(4) == "..xx")
        var answered: [String] = []
        for _ in 0..<5 {
            fixture.time += 1
            answered.append(try Self.burst(fixture, "www.example.com A", count: 1))
        }
        // Each try costs one: -6+2-1, -5+2-1, -4+2-1, -3+2-1, -2+2-1.
        #expect(answered == ["x", "x", "x", "x", "x"])
        fixture.time += 2
        // -1+4 is more than 2.
        #expect(try Self.burst(fixture, "www.example.com A", count: 4) == "..xx")
        fixture.time += 4
        #expect(try Self.burst(fixture, "www.example.com A", count: 4) == "..xx")
    }

    @Test("A clock that goes back makes no account older than it is, or new") func clock() throws {
        let fixture = try Self.fixture { $0.responses = 2 }
        #expect(try Self.burst(fixture, "www.example.com A", count: 4) == "..Tx")
        fixture.time -= 5
        #expect(try Self.burst(fixture, "www.example.com A", count: 2) == "Tx")
        // Farther back nothing is known, as in BIND.
        fixture.time -= 600
        #expect(try Self.burst(fixture, "www.example.com A", count: 4) == "..Tx")
    }

    /// Clients, and whether the second one shares the first one's account.
    private static let networks: [(String, String, Bool)] = [
        ("192.0.2.1", "192.0.2.254", true), ("192.0.2.1", "192.0.3.1", false),
        ("2001:db8:0:100::1", "2001:db8:0:1ff::2", true), ("2001:db8:0:100::1", "2001:db8:0:200::1", false),
        ("192.0.2.1", "2001:db8::1", false),
    ]

    @Test("A client is a network: 24 bits, and 56 of IPv6", arguments: networks)
    func network(_ first: String, _ second: String, _ isSame: Bool) throws {
        let fixture = try Self.fixture()
        #expect(try Self.burst(fixture, "www.example.com A", count: 7, from: first) == ".....Tx")
        #expect(try Self.burst(fixture, "www.example.com A", count: 2, from: second) == (isSame ? "Tx" : ".."))
    }

    @Test("Prefix lengths as configured") func prefixes() throws {
        let fixture = try Self.fixture {
            $0.responses = 1
            $0.ipv4PrefixLength = 32
            $0.ipv6PrefixLength = 64
            $0.slip = 1
        }
        for client in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"] {
            #expect(try Self.burst(fixture, "www.example.com A", count: 2, from: client) == ".T")
        }
        #expect(try Self.burst(fixture, "www.example.com A", count: 1, from: "2001:db8::2") == "T")
    }

    @Test("Who is exempt, and who asks over TCP, is not limited") func exempt() throws {
        let fixture = try Self.fixture {
            $0.responses = 1
            $0.slip = 1
            $0.exemptClients = AccessList([
                AccessList.Element(.network(Prefix(.v4(IPv4Address(198, 51, 100, 7)))), isNegated: true),
                AccessList.Element(.network(Prefix("198.51.100.0/24") ?? Prefix(.v4(.any)))),
            ])
        }
        #expect(try Self.burst(fixture, "www.example.com A", count: 9, from: "198.51.100.1") == ".........")
        #expect(try Self.burst(fixture, "www.example.com A", count: 3, from: "198.51.100.7") == ".TT")
        for _ in 0..<9 {
            #expect(
                try fixture.ask("www.example.com A", over: .tcp, from: "198.51.100.7").sections[0].count == 1)
        }
    }

    @Test(
        "A cut answer has its question, its code and TC, and is no longer than the query",
        arguments: [nil, 1232])
    func cut(edns: UInt16?) throws {
        let fixture = try Self.fixture {
            $0.responses = 1
            $0.slip = 1
        }
        for (question, code) in [("www.example.com A", ResponseCode.noError), ("nx.example.com A", .nameError)]
        {
            _ = try fixture.ask(question, edns: edns)
            let query = try TestQuery(question, edns: edns).message
            let bytes = fixture.answer(query)
            let answer = try TestAnswer(bytes)
            // QR, AA, TC.
            #expect(answer.header[1] == 0x8600 | code.rawValue)
            #expect(answer.question == "\(question.replacing(" ", with: ". "))")
            #expect(answer.sections.map(\.count) == [0, 0, 0])
            #expect(bytes.count == query.count)
        }
    }

    /// One response a second, each one beyond it slipped, and cookies.
    private static func cookieFixture(areRequired: Bool = false) throws -> Fixture {
        var limits = RateLimits()
        limits.responses = 1
        limits.slip = 1
        let options = AnswerOptions(
            rateLimiter: RateLimiter(limits, seed: 1),
            cookies: CookieOptions(secrets: [.random()], areRequired: areRequired))
        let fixture = try Fixture(["example.com": zone], options: options)
        fixture.time = 1_000_000
        return fixture
    }

    @Test("Who speaks cookies is told BADCOOKIE instead of TC, and with the cookie is not limited")
    func cookies() throws {
        let fixture = try Self.cookieFixture()
        let query = try CookieTests.query([1, 2, 3, 4, 5, 6, 7, 8])
        #expect(try TestAnswer(fixture.answer(query.message)).code == .noError)
        let answer = try TestAnswer(fixture.answer(query.message))
        #expect(answer.code == .badCookie)
        #expect(answer.flagText == "")
        #expect(answer.sections.map(\.count) == [0, 0, 0])
        let cookie = try #require(answer.cookie)
        let proved = try CookieTests.query(cookie).message
        for _ in 0..<10 { #expect(try TestAnswer(fixture.answer(proved)).code == .noError) }
        // Somebody else's is worth nothing.
        #expect(try TestAnswer(fixture.answer(proved, from: "192.0.2.54")).code == .badCookie)
    }

    @Test("Who must have a cookie and asks for one gets it over the limit too, as often as slip says")
    func requiredCookies() throws {
        let fixture = try Self.cookieFixture(areRequired: true)
        let query = try CookieTests.query([1, 2, 3, 4, 5, 6, 7, 8]).message
        for _ in 0..<10 {
            let answer = try TestAnswer(fixture.answer(query))
            #expect(answer.code == .badCookie)
            #expect(answer.cookie != nil)
        }
    }

    @Test("log-only: counted, and sent") func logOnly() throws {
        let fixture = try Self.fixture {
            $0.responses = 2
            $0.isLogOnly = true
        }
        #expect(try Self.burst(fixture, "www.example.com A", count: 10) == "..........")
        #expect(fixture.counters.value(of: .rateLimitLogged) == 8)
        #expect(fixture.counters.value(of: .rateLimitDropped) == 0)
    }

    @Test("Malformed queries and other opcodes are failures") func failures() throws {
        for message in [
            FormTests.header(), FormTests.header(0x1000) + FormTests.question,
            FormTests.header(0, [2, 0, 0, 0]) + FormTests.question,
            FormTests.header(0, [1, 1, 0, 0]) + FormTests.question,
        ] {
            let fixture = try Self.fixture { $0.errors = 3 }
            #expect((0..<5).map { _ in fixture.answer(message).isEmpty } == [false, false, false, true, true])
        }
    }

    @Test("qps-scale: limits shrink with the load, but not for who uses TCP") func scale() throws {
        var limits = RateLimits()
        limits.responses = 8
        limits.slip = 0
        limits.qpsScale = 100
        let limiter = RateLimiter(limits, seed: 1)
        let fixture = try Fixture(["example.com": Self.zone], options: AnswerOptions(rateLimiter: limiter))
        for (total, count) in [(50.0, 8), (100, 8), (200, 4), (800, 1), (1e9, 1)] {
            limiter.scale(toTotal: total)
            fixture.time += 100
            let answered = try Self.burst(fixture, "www.example.com A", count: 10)
            #expect(answered.filter { $0 == "." }.count == count, "\(total): \(answered)")
        }
        fixture.time += 100
        _ = try fixture.ask("www.example.com A", over: .tcp, from: "192.0.2.200")
        #expect(try Self.burst(fixture, "www.example.com A", count: 10) == "........xx")
    }
}
