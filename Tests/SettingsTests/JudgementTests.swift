import Diagnostics
import Health
import Testing

@testable import Settings

@Suite("Statements of judgement")
struct JudgementStatementTests {
    private func server(_ text: String) throws -> VirtualServerSettings {
        let result = readConfiguration(
            "director { backend ipvs; virtual-server tcp 192.0.2.1 port 80 { real-server 10.0.0.1; \(text) }; };"
        )
        return try #require(try result.accepted().director.virtualServers.first)
    }

    @Test("Of a check")
    func check() throws {
        let check = try server(
            """
            check connect { rise 20; down-threshold 10; ok-threshold 5; down-interval 30s; fast-interval 500ms;
                hold-down 10s max 5m; };
            """
        ).realServers[0].check
        #expect(
            check.judgement
                == Judgement(
                    downThreshold: 10, okThreshold: 5, downInterval: .seconds(30),
                    fastInterval: .milliseconds(500),
                    holdDown: .init(first: .seconds(10), maximum: .seconds(300))))
        #expect(
            check.rise == 20 && check.fall == 10, "without 'fall', failures in a row count as all others do")
    }

    @Test("'fall' beside a threshold stays; without a most, a hold-down grows to sixteen times the first")
    func defaults() throws {
        let check = try server("check connect { fall 3; down-threshold 10; hold-down 10s; };").realServers[0]
            .check
        #expect(check.fall == 3)
        #expect(check.judgement.holdDown == .init(first: .seconds(10), maximum: .seconds(160)))
    }

    @Test("Of a pool")
    func pool() throws {
        let server = try server("quorum 1 low 1; max-down 30%; slow-start 1m; scheduler wlc;")
        #expect(server.quorum == 1 && server.lowQuorum == 1 && server.maximumDown == 30)
        #expect(server.slowStart == .seconds(60))
    }

    @Test(
        "Mistakes",
        arguments: [
            ("quorum 2 low ▸3;", "a low quorum is from 1 to 2, not 3"),
            ("max-down ▸30;", "a percentage from 1% to 100% is expected, not '30'"),
            ("max-down ▸0%;", "a percentage from 1% to 100% is expected, not '0%'"),
            (
                "scheduler rr; ▸slow-start 30s;",
                "slow-start raises a weight in steps, but the scheduler 'rr' knows no weights"
            ),
            (
                "scheduler lc; ▸slow-start 30s;",
                "slow-start raises a weight in steps, but the scheduler 'lc' knows no weights"
            ),
            (
                "scheduler fo; ▸slow-start 30s;",
                "slow-start raises a weight in steps, but the scheduler 'fo' takes weights for priorities"
            ),
            (
                "scheduler sh; ▸slow-start 30s;",
                "slow-start raises a weight in steps, but the scheduler 'sh' takes weights for places in a table of 256"
            ),
            (
                "scheduler ovf; ▸slow-start 30s;",
                "slow-start raises a weight in steps, but the scheduler 'ovf' takes weights for numbers of connections"
            ),
            ("check connect { hold-down 10s max ▸5s; };", "a span is from 10s to 1d, not 5s"),
            ("check connect { down-threshold ▸1; };", "a count is from 2 to 1000, not 1"),
        ])
    func mistakes(_ marked: String, _ message: String) throws {
        let mark = MarkedText(
            "director { backend ipvs; virtual-server tcp 192.0.2.1 port 80 { real-server 10.0.0.1; real-server 10.0.0.2; \(marked) }; };"
        )
        let error = try #require(readConfiguration(mark.text).diagnostics.first { $0.severity == .error })
        #expect(error.message == message)
        #expect(error.position?.line == mark.line && error.position?.column == mark.column)
    }
}
