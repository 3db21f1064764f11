import Addresses
import Health
import Testing

@Suite("Judgement beyond rise and fall")
struct JudgementTests {
    static let start = ContinuousClock.now

    static func check(rise: Int = 1, fall: Int = 100, _ judgement: Judgement) -> Check {
        Check(
            .connect, target: Endpoint(.v4(.loopback), port: 80), interval: .seconds(10), rise: rise,
            fall: fall,
            judgement: judgement)
    }

    // A real server that is up; s: success, f: failure; the verdict after each: U up, D down. With gdnsd's words:
    // down_thresh failures over any time take it down, unless ok_thresh successes in a row come between; up_thresh
    // (our rise) successes in a row bring it up.
    @Test(
        "Failures that never come in a row add up, until successes in a row forgive them",
        arguments: [
            (3, 2, 1, "fsfsf", "UUUUD"),
            (3, 2, 1, "fsfssfsfsf", "UUUUUUUUUD"),
            (3, 1, 1, "fsfsfsfsfff", "UUUUUUUUUUD"),
            (2, 10, 3, "fsfssfsss", "UUDDDDDDU"),
            (2, 3, 1, "ffsfsf", "UDUUUD"),
        ])
    func antiFlap(down: Int, ok: Int, up: Int, outcomes: String, verdicts: String) {
        let check = Self.check(rise: up, Judgement(downThreshold: down, okThreshold: ok))
        var state = CheckState(at: Self.start)
        _ = state.record(.success("fine"), for: check, at: Self.start)
        var seen = ""
        for outcome in outcomes {
            _ = state.record(
                outcome == "s" ? .success("fine") : .failure("refused"), for: check, at: Self.start)
            seen += state.verdict == .up ? "U" : "D"
        }
        #expect(seen == verdicts)
    }

    // At each second an outcome; it flaps up and down, and each wait is twice the last: 4 s, 8 s, at most 10 s.
    @Test("A flapping real server is held down, twice as long each time, up to the most")
    func holdDown() {
        let check = Self.check(fall: 1, Judgement(holdDown: .init(first: .seconds(4), maximum: .seconds(10))))
        var state = CheckState(at: Self.start)
        var now = Self.start
        func step(_ outcome: Outcome) -> Verdict {
            now += .seconds(1)
            _ = state.record(outcome, for: check, at: now)
            return state.verdict
        }
        #expect(step(.success("fine")) == .up)
        #expect(step(.failure("refused")) == .down)
        #expect(state.heldUntil == nil, "the first time is no flapping")
        #expect(step(.success("fine")) == .up)
        for wait in [4, 8, 10, 10] {
            #expect(step(.failure("refused")) == .down)
            #expect(state.heldUntil == now + .seconds(wait))
            for second in 1..<wait {
                #expect(step(.success("fine")) == .down)
                #expect(state.reason == "fine, held down for \(wait - second) s more since it flaps")
            }
            #expect(step(.success("fine")) == .up)
        }
        // Up for as long as the most: forgiven.
        for _ in 0..<10 { #expect(step(.success("fine")) == .up) }
        #expect(step(.failure("refused")) == .down)
        #expect(state.heldUntil == nil)
        #expect(step(.success("fine")) == .up)
    }

    // Each outcome, and the seconds to the next probe: 10 usually, 30 while down, 1 while an outcome contradicts the
    // verdict and for three outcomes after a change.
    @Test("The interval follows the state, and is short just after a change")
    func intervals() {
        let judgement = Judgement(downInterval: .seconds(30), fastInterval: .seconds(1))
        let check = Self.check(rise: 2, fall: 2, judgement)
        var state = CheckState(at: Self.start)
        let steps: [(Character, Int64)] = [
            ("s", 1), ("s", 1), ("s", 1), ("s", 10), ("f", 1), ("s", 10), ("f", 1), ("f", 1), ("f", 1),
            ("f", 1),
            ("f", 30), ("f", 30), ("s", 1), ("f", 30), ("s", 1), ("s", 1), ("s", 1), ("s", 1), ("s", 10),
        ]
        for (place, (outcome, seconds)) in steps.enumerated() {
            let outcome: Outcome = outcome == "s" ? .success("fine") : .failure("refused")
            _ = state.record(outcome, for: check, at: Self.start)
            let next = check.nextProbe(after: Self.start, ended: Self.start, finding: outcome, in: state)
            #expect(next == Self.start + .seconds(seconds), "step \(place)")
        }
        #expect(check.recovery == .seconds(2), "two successes, each a second after the last")
    }
}
