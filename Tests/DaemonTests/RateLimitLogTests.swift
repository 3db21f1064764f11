import Addresses
import Answering
import DNSWire
import Settings
import Testing

@testable import Daemon

@Suite("What is logged of limited responses")
struct RateLimitLogTests {
    private static func notice(_ account: UInt64, _ kind: ResponseKind = .nxdomain) throws -> RateNotice {
        RateNotice(
            account: account, kind: kind, client: try #require(Prefix("192.0.2.0/24")),
            name: try DomainName("www.example.com"), type: .a, recordClass: 1)
    }

    @Test(
        "In BIND's words",
        arguments: [
            (.answer, "limit responses to 192.0.2.0/24 for www.example.com IN A"),
            (.referral, "limit referral responses to 192.0.2.0/24 for www.example.com IN"),
            (.nodata, "limit NODATA responses to 192.0.2.0/24 for www.example.com IN"),
            (.nxdomain, "limit NXDOMAIN responses to 192.0.2.0/24 for www.example.com"),
            (.error, "limit error responses to 192.0.2.0/24"), (.all, "limit all responses to 192.0.2.0/24"),
        ] as [(ResponseKind, String)])
    func words(_ kind: ResponseKind, _ text: String) throws {
        for isLogOnly in [false, true] {
            var log = RateLimitLog(isLogOnly: isLogOnly)
            let notice = try Self.notice(1, kind)
            let would = isLogOnly ? "would " : ""
            let starts = log.lines(for: [notice], lost: 0) { _ in (0, true) }
            #expect(starts == [.init(isWarning: true, text: would + text)])
            // A start that is told again is none.
            #expect(log.lines(for: [notice], lost: 0) { _ in (30, true) } == [])
            #expect(log.lines(for: [], lost: 0) { _ in (59, false) } == [])
            #expect(log.lines(for: [], lost: 0) { _ in (60, true) } == [])
            let stops = log.lines(for: [], lost: 0) { _ in (60, false) }
            #expect(
                stops == [
                    .init(isWarning: false, text: "\(would)stop \(text.replacing("limit ", with: "limiting "))")
                ])
            #expect(log.lines(for: [], lost: 0) { _ in nil } == [])
        }
    }

    @Test("Some lines a second, whatever happens; the rest as a number") func bounds() throws {
        var log = RateLimitLog(isLogOnly: false)
        let starts = log.lines(for: try (0..<30).map { try Self.notice($0) }, lost: 500) { _ in (0, true) }
        #expect(starts.count == 11)
        #expect(starts.last?.text == "limit 520 more kinds of responses or clients")
        // What is not kept any more has ended.
        #expect(log.lines(for: [], lost: 0) { _ in nil }.count == 10)
        for second in 1..<300 {
            _ = log.lines(for: try (0..<10).map { try Self.notice(UInt64(second * 10 + $0)) }, lost: 0) { _ in
                (0, true)
            }
        }
        // A thousand are followed to their end.
        var stops = 0
        while case let lines = log.lines(for: [], lost: 0, standing: { _ in nil }), !lines.isEmpty {
            stops += lines.count
        }
        #expect(stops == 1000)
    }

    @Test("Queries a second: over the window that has passed, or in this one if more")
    func rate() {
        var rate = QueryRate()
        // (queries so far, second): per second
        let rows: [(UInt64, Int, Double)] = [
            (1000, 100, 1), (1050, 101, 50), (1100, 102, 50), (2000, 112, 1000.0 / 12),
            (2010, 115, 1010.0 / 15),
            (2010, 116, 1010.0 / 15), (4000, 117, 1990.0 / 2), (4000, 130, 1990.0 / 15),
            // The counters began anew.
            (10, 131, 1990.0 / 15),
        ]
        for (total, second, expected) in rows {
            let found = rate.take(total, at: second, window: 15)
            #expect(abs(found - expected) < 1, "\(total) \(second): \(found)")
        }
    }

    @Test("The limiter stays with its accounts as long as its limits are the same")
    func following() throws {
        var settings = RateLimitSettings()
        #expect(RateLimiter.following(nil, keeping: nil) == nil)
        #expect(RateLimiter.following(settings, keeping: nil) == nil)
        settings.responsesPerSecond = 5
        let first = try #require(RateLimiter.following(settings, keeping: nil))
        #expect(first.limits.nxdomains == 5 && first.limits.all == 0 && first.limits.tableSize == 20_000)
        #expect(RateLimiter.following(settings, keeping: first) === first)
        settings.nxdomainsPerSecond = 0
        let second = try #require(RateLimiter.following(settings, keeping: first))
        #expect(second !== first && second.limits.nxdomains == 0 && second.limits.errors == 5)
        #expect(RateLimiter.following(nil, keeping: second) == nil)
    }
}
