import Health
import Testing

@Suite("What agents say (HAProxy's agent-check)")
struct AgentStateTests {
    @Test(
        "Lines, one after another, and what they come to",
        arguments: [
            ([], "up"), (["up"], "up"), (["75%"], "75 % of its weight"), (["0%"], "0 % of its weight"),
            (["100%"], "up"), (["down"], "down"), (["fail"], "down"), (["stopped"], "down"), (["DOWN"], "down"),
            (["drain"], "drain"), (["maint"], "maint"), (["drain", "ready"], "up"), (["maint", "ready"], "up"),
            // What isn't spoken of stays.
            (["down", "50%"], "down, 50 % of its weight"), (["down", "50%", "up"], "50 % of its weight"),
            (["drain", "up"], "drain"), (["down", "ready"], "down"),
            (["drain", "50%", "down"], "drain, down, 50 % of its weight"),
            (["down,drain 20%\t,"], "drain, down, 20 % of its weight"),
            // The last of a kind counts.
            (["up down"], "down"), (["10% 20%"], "20 % of its weight"),
            (["up maxconn:100 75%"], "75 % of its weight"),
            (["up #down for repairs, drain 5%"], "up"), (["down#disk"], "down"),
            (["5000%"], "1000 % of its weight"), (["9999999999%"], "up"), (["-5%"], "up"), (["%"], "up"),
            (["1.5%"], "up"), (["75"], "up"), (["75 %"], "up"), (["hello"], "up"),
        ])
    func lines(_ lines: [String], _ words: String) {
        var state = AgentState()
        for line in lines { state.record(.success(line)) }
        #expect(state.words == words)
    }

    @Test(
        "One that can't be asked changes nothing",
        arguments: [Outcome.failure("refused"), .undecided("refused")])
    func trouble(_ outcome: Outcome) {
        var state = AgentState()
        state.record(.success("drain 50%"))
        state.record(outcome)
        #expect(state.words == "drain, 50 % of its weight" && state.trouble == "refused")
        state.record(.success("ready"))
        #expect(state.words == "50 % of its weight" && state.trouble == nil)
    }
}
