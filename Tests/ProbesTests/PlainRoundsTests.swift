import Addresses
import Health
import NIOCore
import Probes
import Testing

@Suite("Plain checks by their times", .timeLimit(.minutes(1)))
struct PlainRoundsTests {
    private func due(
        _ slot: Int32, _ check: Check, in wait: Duration = .zero, verdict: Verdict = .unknown
    ) -> DueCheck {
        DueCheck(CheckTurn(slot: slot, number: 1), check, due: .now + wait, verdict: verdict)
    }

    /// The first reports, as many as are wanted, and whether any was crowded.
    private func reports(_ count: Int, of rounds: PlainRounds) async -> (
        reports: [CheckReport], isCrowded: Bool
    ) {
        var found = CheckReports()
        for await batch in rounds.reports {
            found.reports += batch.reports
            found.isCrowded = found.isCrowded || batch.isCrowded
            if found.reports.count >= count { break }
        }
        return (found.reports, found.isCrowded)
    }

    @Test(
        "find what a task's probe finds",
        arguments: [
            (Check.Method.http(HTTPCheck(receive: "RS \\d")), TestServer.answer("200 OK", "RS 1"), "success"),
            (
                .http(HTTPCheck(receive: "RS \\d")), TestServer.answer("200 OK", "none"),
                "body does not match /RS \\d/"
            ),
            (.http(HTTPCheck()), TestServer.answer("503 Busy"), "HTTP 503"),
            (.http(HTTPCheck(receive: "(")), TestServer.answer("200 OK"), "/(/ is no regular expression"),
            (
                .http(HTTPCheck()), TestServer.send("SSH-2.0\n"),
                "the answer is no HTTP: it begins with 'SSH-2.0'"
            ),
            (.connect, TestServer.send(""), "success"),
        ])
    func findings(method: Check.Method, script: @escaping TestServer.Script, finding: String) async throws {
        try await TestServer.run(script: script) { server in
            let rounds = try PlainRounds(maximum: 10)
            rounds.schedule([due(3, Check(method, target: server.endpoint))])
            let report = try #require(await reports(1, of: rounds).reports.first)
            #expect(report.turn == CheckTurn(slot: 3, number: 1))
            #expect(report.outcome?.finding.hasPrefix(finding) == true)
            #expect(report.began <= report.ended)
        }
    }

    @Test("follow redirects, five at most, one connection each")
    func redirects() async throws {
        try await TestServer.run(script: TestServer.answer("302 Found", fields: "Location: /again\r\n")) {
            server in
            let rounds = try PlainRounds(maximum: 10)
            rounds.schedule([due(0, Check(.http(HTTPCheck()), target: server.endpoint))])
            let report = await reports(1, of: rounds).reports.first
            #expect(report?.outcome == .failure("redirected more than 5 times"))
            #expect(server.received.headers.count == 6)
        }
    }

    /// `a*[bc]` is quadratic: from each place it looks up to the end and back. In 30 letters that is 30 × 30 steps, in
    /// 1,900 such fields far more than all searches in an answer may cost.
    @Test(
        "leave to a task what is too costly to judge beside others, and nothing else",
        arguments: [
            (HTTPCheck(receive: "a*[bc]"), "", String(repeating: "a", count: 20_000), nil),
            (
                HTTPCheck(expecting: HTTPExpectation(.header("x"), .pattern("a*[bc]"))),
                String(repeating: "x:\(String(repeating: "a", count: 30))\r\n", count: 1900), "", nil
            ),
            (
                HTTPCheck(expecting: HTTPExpectation(.header("x"), .pattern("a*[bc]"))),
                "x:\(String(repeating: "a", count: 30))\r\n", "",
                "header x is '\(String(repeating: "a", count: 30))'"
            ),
            // Each value of a body of 200 KB costs 50,000 steps to look for, and may cost 800,000 and 50,000 in all: 17.
            (Self.expecting(.present, 17), "", Self.large, "success"),
            (Self.expecting(.present, 18), "", Self.large, nil),
            // And so may all patterns together: each tries something at every letter.
            (Self.expecting(.pattern("[a-z]$"), 1), "", Self.large, "success"),
            (Self.expecting(.pattern("[a-z]$"), 9), "", Self.large, nil),
            (HTTPCheck(receive: "Welcome"), "", String(repeating: "a", count: 200_000) + "Welcome", "success"),
            (
                HTTPCheck(receive: "</html>$"), "", String(repeating: "<p>a", count: 50_000) + "</html>",
                "success"
            ),
        ])
    func costly(http: HTTPCheck, fields: String, body: String, finding: String?) async throws {
        try await TestServer.run(script: TestServer.answer("200 OK", body, fields: fields)) { server in
            let rounds = try PlainRounds(maximum: 10)
            rounds.schedule([due(0, Check(.http(http), target: server.endpoint, timeout: .seconds(20)))])
            let report = try #require(await reports(1, of: rounds).reports.first)
            #expect(report.outcome?.finding == finding)
            #expect(server.received.headers.count == 1)
        }
    }

    /// A check that expects something so many times of a value `a` in the JSON body.
    private static func expecting(_ demand: HTTPExpectation.Demand, _ count: Int) -> HTTPCheck {
        var check = HTTPCheck()
        check.expectations = Array(repeating: HTTPExpectation(.json(JSONPath(".a")!), demand), count: count)
        return check
    }

    /// JSON of 200,000 octets with one value.
    private static let large = "{\"a\": \"\(String(repeating: "a", count: 199_991))\"}"

    @Test("say nothing of a crowd where as many are under way as may be, and no other is due")
    func full() async throws {
        let hanging = FullBacklog()
        let rounds = try PlainRounds(maximum: 1)
        // It is reported before any connection is made for it.
        let wrong = Check(.http(HTTPCheck(receive: "(")), target: hanging.endpoint)
        rounds.schedule([due(0, wrong), due(1, Check(.connect, target: hanging.endpoint))])
        let found = await reports(1, of: rounds)
        #expect(found.reports.map(\.turn.slot) == [0])
        #expect(!found.isCrowded)
    }

    @Test("begin no probe before its time, and none that has been dropped")
    func times() async throws {
        try await TestServer.run(script: TestServer.answer("200 OK")) { server in
            let rounds = try PlainRounds(maximum: 10)
            let check = Check(.http(HTTPCheck()), target: server.endpoint)
            let late = due(0, check, in: .milliseconds(60))
            let gone = due(1, check, in: .milliseconds(20))
            let early = due(2, check, in: .milliseconds(5))
            rounds.schedule([late, gone, early])
            rounds.drop([gone.turn])
            let found = await reports(2, of: rounds).reports
            #expect(found.map(\.turn) == [early.turn, late.turn])
            #expect(found[0].began >= early.due && found[1].began >= late.due)
            #expect(server.received.headers.count == 2)
        }
    }

    @Test("make no more connections than they may, and say so; all get their turn")
    func bounded() async throws {
        let hanging = FullBacklog()
        let target = hanging.endpoint
        let rounds = try PlainRounds(maximum: 3)
        let check = Check(.connect, target: target, timeout: .milliseconds(50))
        rounds.schedule((0..<9).map { due($0, check) })
        let found = await reports(9, of: rounds)
        #expect(found.isCrowded)
        #expect(Set(found.reports.map(\.turn.slot)) == Set(0..<9))
        // Three at a time: the last of each three begins when the first three have ended.
        let begins = found.reports.map(\.began).sorted()
        #expect(begins[0].duration(to: begins[3]) >= .milliseconds(50))
        #expect(begins[3].duration(to: begins[6]) >= .milliseconds(50))
        for report in found.reports {
            #expect(report.outcome == .failure("timed out after 50 ms while connecting"))
        }
    }

    @Test("close a connection in the middle when its check is dropped, and all at the end")
    func closed() async throws {
        try await TestServer.run(script: { _, _ in }) { server in
            let rounds = try PlainRounds(maximum: 10)
            let check = Check(.http(HTTPCheck()), target: server.endpoint, timeout: .seconds(3600))
            let (one, other) = (due(0, check), due(1, check))
            rounds.schedule([one, other])
            while server.received.headers.count < 2 { try await Task.sleep(for: .milliseconds(2)) }
            rounds.drop([one.turn])
            while server.received.channels.count(where: \.isActive) > 1 {
                try await Task.sleep(for: .milliseconds(2))
            }
            rounds.end()
            while server.received.channels.contains(where: \.isActive) {
                try await Task.sleep(for: .milliseconds(2))
            }
            #expect(await reports(1, of: rounds).reports.isEmpty)
        }
    }

    @Test(
        "take what connects or asks over HTTP without TLS, by the ordinary way",
        arguments: [
            (Check.Method.connect, true), (.http(HTTPCheck()), true), (.http(HTTPCheck(isSecure: true)), false),
            (.constant(true), false), (.ping(attempts: 1), false), (.agent(sending: []), false),
        ])
    func kinds(method: Check.Method, isTaken: Bool) throws {
        let rounds = try PlainRounds(maximum: 1)
        var check = Check(method, target: Endpoint("192.0.2.1:80")!)
        #expect(rounds.takes(check) == isTaken)
        check.path = DataPath(realServer: check.target, forwarding: "gate")
        #expect(!rounds.takes(check))
    }
}
