import Addresses
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@testable import Answering

@Suite("The accounts of limited responses")
struct RateTableTests {
    private static let zone =
        "@ SOA ns1 admin 1 3600 300 604800 300\n@ NS ns1\nns1 A 192.0.2.1\nwww A 192.0.2.2"

    private static func limits(_ rate: Int, tableSize: Int = 20_000) -> RateLimits {
        var limits = RateLimits()
        limits.responses = rate
        limits.tableSize = tableSize
        limits.slip = 0
        return limits
    }

    @Test(
        "A word holds all that there is to know",
        arguments: [
            (1, 0, 0, false, 0), (0xF_FFFF, -3_600_000, 65535, true, 10), (7, 1000, 32768, false, 9),
            (9, -1, 1, true, 1),
        ] as [(UInt64, Int, UInt16, Bool, Int)])
    func word(tag: UInt64, balance: Int, time: UInt16, isTold: Bool, slips: Int) {
        let account = RateAccount(tag: tag, balance: balance, time: time, isTold: isTold, slips: slips)
        #expect(account.tag == tag && account.balance == balance && account.time == time)
        #expect(account.isTold == isTold && account.slips == slips)
    }

    /// BIND's arithmetic, written down once more: balance before, seconds since, balance after.
    private static let debits: [(Int, Int, Int)] = [
        (10, 0, 9), (5, 0, 4), (5, 1, 9), (5, 3, 9), (0, 0, -1), (-10, 0, -11), (-10, 1, -1), (-10, 2, 9),
        (-149, 0, -150), (-150, 0, -150), (-150, 15, -1), (-150, 16, 9), (-150, 1, -141),
    ]

    @Test("A debit with 10 a second and a window of 15", arguments: debits)
    func debit(_ before: Int, _ seconds: Int, _ after: Int) {
        for start: UInt16 in [0, 100, 65530] {
            let old = RateAccount(tag: 1, balance: before, time: start, isTold: false, slips: 0)
            let now = start &+ UInt16(seconds)
            let result = RateAccount.debit(old, tag: 1, at: now, rate: 10, window: 15, slip: 2)
            #expect(result.account.balance == after)
            #expect(result.account.time == now)
            #expect((result.verdict == .pass) == (after >= 0))
        }
    }

    @Test("Workers that share an account let pass what one would, to the very response")
    func workers() async throws {
        let limiter = RateLimiter(Self.limits(1000), seed: 1)
        let (zone, _) = try compile("example.com", Self.zone)
        let store = SnapshotStore(
            Snapshot(
                catalog: ZoneCatalog([try DomainName("example.com"): ServedZone(zone: zone)]),
                options: AnswerOptions(rateLimiter: limiter)))
        let message = try TestQuery("www.example.com A").message
        let answered = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var responder = Responder(store: store, counters: WorkerCounters(), seed: UInt64(worker))
                    responder.time = 77
                    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 64)
                    defer { output.deallocate() }
                    let client = IPAddress.v4(IPv4Address(192, 0, 2, UInt8(worker)))
                    return message.withUnsafeBytes { bytes in
                        (0..<5000).count { _ in
                            responder.answer(bytes.bytes, from: client, port: 5353, over: .udp, into: output)
                                > 0
                        }
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(answered == 1000)
    }

    @Test("A flood of new clients does not push out those that are being limited", arguments: [8, 1000])
    func flood(tableSize: Int) throws {
        let fixture = try Fixture(
            ["example.com": Self.zone],
            options: AnswerOptions(rateLimiter: RateLimiter(Self.limits(2, tableSize: tableSize), seed: 3)))
        let query = try TestQuery("www.example.com A").message
        for _ in 0..<5 { _ = fixture.answer(query, from: "192.0.2.1") }
        // New networks are answered, however many there are; but one that has the tag of 20 bits that the limited one
        // has, which depends on the process, is taken for it. More than three of them are so once in 10^8 runs.
        let left = (0..<20_000).count { index in
            fixture.answer(query, from: "10.\(index >> 8).\(index & 255).1").isEmpty
        }
        #expect(left <= 3)
        #expect(fixture.answer(query, from: "192.0.2.1").isEmpty)
    }

    @Test("Where all are being limited, the one that was used least lately makes room") func full() throws {
        let limiter = RateLimiter(Self.limits(1, tableSize: 8), seed: 3)
        let fixture = try Fixture(["example.com": Self.zone], options: AnswerOptions(rateLimiter: limiter))
        let query = try TestQuery("www.example.com A").message
        for index in 0..<9 {
            fixture.time = UInt32(index)
            for _ in 0..<15 { _ = fixture.answer(query, from: "10.0.\(index).1") }
        }
        fixture.time = 9
        #expect((1..<9).allSatisfy { fixture.answer(query, from: "10.0.\($0).1").isEmpty })
        #expect(!fixture.answer(query, from: "10.0.0.1").isEmpty)
    }

    @Test("The start of limiting is told once, with whom and what it is about") func notices() throws {
        var limits = Self.limits(1)
        (limits.nxdomains, limits.errors) = (1, 1)
        let limiter = RateLimiter(limits, seed: 3)
        let fixture = try Fixture(["example.com": Self.zone], options: AnswerOptions(rateLimiter: limiter))
        fixture.time = 1000
        for _ in 0..<3 {
            for question in ["WwW.example.com A", "nx.example.com A", "example.org A"] {
                _ = fixture.answer(try TestQuery(question).message, from: "192.0.2.9")
                _ = fixture.answer(try TestQuery(question).message, from: "2001:db8::1")
            }
        }
        let (notices, lost) = limiter.takeNotices()
        #expect(lost == 0)
        let words = notices.map { "\($0.kind) \($0.client) \($0.name) \($0.type.rawValue)" }
        #expect(
            Set(words) == [
                "answer 192.0.2.0/24 www.example.com. 1", "answer 2001:db8::/56 www.example.com. 1",
                "nxdomain 192.0.2.0/24 example.com. 0", "nxdomain 2001:db8::/56 example.com. 0",
                "error 192.0.2.0/24 . 0", "error 2001:db8::/56 . 0",
            ])
        #expect(notices.count == 6)
        for notice in notices {
            let now = try #require(limiter.standing(of: notice.account, kind: notice.kind, at: 1001))
            #expect(now == (1, true))
            let later = try #require(limiter.standing(of: notice.account, kind: notice.kind, at: 1100))
            #expect(later == (100, false))
        }
        #expect(limiter.takeNotices().notices.isEmpty)
    }

    @Test("More starts than there is room for are counted") func manyNotices() throws {
        let limiter = RateLimiter(Self.limits(1), seed: 3)
        let fixture = try Fixture(["example.com": Self.zone], options: AnswerOptions(rateLimiter: limiter))
        let query = try TestQuery("www.example.com A").message
        for index in 0..<200 {
            for _ in 0..<3 { _ = fixture.answer(query, from: "10.0.\(index).1") }
        }
        let (notices, lost) = limiter.takeNotices()
        #expect(notices.count == RateNotices.capacity)
        #expect(notices.count + lost == 200)
    }
}
