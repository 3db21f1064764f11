import Addresses
import Diagnostics
import Testing

@testable import Settings

@Suite("rate-limit")
struct RateLimitTests {
    private func limits(_ text: String) throws -> RateLimitSettings? {
        try readConfiguration("options { \(text) };").accepted().rateLimit
    }

    @Test("What is not written is as in BIND") func defaults() throws {
        #expect(try limits("") == nil)
        let limits = try #require(try limits("rate-limit { };"))
        #expect(limits == RateLimitSettings())
        #expect(limits.responsesPerSecond == 0 && limits.allPerSecond == 0 && limits.errorsPerSecond == nil)
        #expect(limits.window == 15 && limits.slip == 2 && limits.qpsScale == nil)
        #expect(limits.ipv4PrefixLength == 24 && limits.ipv6PrefixLength == 56)
        #expect(!limits.isLogOnly && limits.maximumTableSize == 20_000)
    }

    @Test func everythingWritten() throws {
        let limits = try #require(
            try limits(
                """
                rate-limit {
                    responses-per-second 5; referrals-per-second 6; nodata-per-second 7; nxdomains-per-second 8;
                    errors-per-second 9; all-per-second 1000; window 3600; slip 10; qps-scale 250;
                    ipv4-prefix-length 32; ipv6-prefix-length 64; exempt-clients { 10/8; }; log-only yes;
                    max-table-size 100; min-table-size 10;
                };
                """))
        #expect(limits.responsesPerSecond == 5 && limits.referralsPerSecond == 6 && limits.nodataPerSecond == 7)
        #expect(limits.nxdomainsPerSecond == 8 && limits.errorsPerSecond == 9 && limits.allPerSecond == 1000)
        #expect(limits.window == 3600 && limits.slip == 10 && limits.qpsScale == 250)
        #expect(limits.ipv4PrefixLength == 32 && limits.ipv6PrefixLength == 64)
        #expect(limits.exemptClients == AccessList([.init(.network(try #require(Prefix("10.0.0.0/8"))))]))
        #expect(limits.isLogOnly && limits.maximumTableSize == 100)
    }

    // named-checkconf 9.18 refuses what is refused here, with other words, and takes what is taken.
    @Test(
        "Mistakes",
        arguments: [
            ("responses-per-second ▸1001;", "a number of responses per second is from 0 to 1000, not 1001"),
            ("slip ▸11;", "a number of responses is from 0 to 10, not 11"),
            ("window ▸0;", "a number of seconds is from 1 to 3600, not 0"),
            ("window ▸3601;", "a number of seconds is from 1 to 3600, not 3601"),
            ("ipv4-prefix-length ▸7;", "a length is from 8 to 32, not 7"),
            ("ipv6-prefix-length ▸65;", "a length is from 16 to 64, not 65"),
            ("qps-scale ▸0;", "a number of responses is from 1 to 1000000000, not 0"),
            ("log-only ▸maybe;", "'yes' or 'no' is expected, not 'maybe'"),
            ("max-table-size ▸100;", "'max-table-size' is 100, less than the 500 of 'min-table-size'"),
            (
                "max-table-size ▸10; min-table-size 11;",
                "'max-table-size' is 10, less than the 11 of 'min-table-size'"
            ),
            ("slip 1; ▸slip 2;", "'slip' is written twice"),
            ("▸respones-per-second 5;", "unknown statement 'respones-per-second' in 'rate-limit'"),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText("options { rate-limit { \(marked) }; };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test("min-table-size takes max-table-size with it") func sizes() throws {
        #expect(try limits("rate-limit { min-table-size 50000; };")?.maximumTableSize == 50_000)
        #expect(try limits("rate-limit { min-table-size 1; };")?.maximumTableSize == 20_000)
    }
}

@Suite("Timeouts of TCP")
struct TCPTimeoutTests {
    @Test(
        "In tenths of a second, brought into BIND's range with a warning",
        arguments: [
            ("tcp-initial-timeout 25;", 2500, 30_000, nil), ("tcp-initial-timeout 24;", 2500, 30_000, 25),
            ("tcp-initial-timeout 1201;", 120_000, 30_000, 1200), ("tcp-idle-timeout 1;", 30_000, 100, nil),
            ("tcp-idle-timeout 0;", 30_000, 100, 1), ("tcp-idle-timeout 9999;", 30_000, 120_000, 1200),
            ("", 30_000, 30_000, nil),
        ] as [(String, Int, Int, Int?)])
    func timeouts(_ text: String, _ initial: Int, _ idle: Int, _ taken: Int?) throws {
        let result = readConfiguration("options { \(text) };")
        let settings = try result.accepted()
        #expect(settings.tcpInitialTimeout == .milliseconds(initial))
        #expect(settings.tcpIdleTimeout == .milliseconds(idle))
        #expect(result.warnings.count == (taken == nil ? 0 : 1))
        if let taken { #expect(result.warnings[0].message.hasSuffix("tenths of a second: \(taken) is taken")) }
    }
}
