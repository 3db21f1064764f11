import Addresses
import Health
import Testing

@Suite("A check's verdict")
struct CheckStateTests {
    static let start = ContinuousClock.now

    static func check(rise: Int, fall: Int) -> Check {
        Check(.connect, target: Endpoint(.v4(.loopback), port: 80), rise: rise, fall: fall)
    }

    // s: success, f: failure, u: undecided; the verdict after each: U up, D down, ? unknown.
    @Test(
        "follows rise and fall",
        arguments: [
            (1, 1, "sfsf", "UDUD"),
            (3, 3, "s", "U"),
            (3, 3, "f", "D"),
            (3, 2, "fssfsss", "DDDDDDU"),
            (2, 3, "sffsfff", "UUUUUUD"),
            (1, 2, "sfsfsff", "UUUUUUD"),
            (2, 2, "uusuuff", "??UUUUD"),
            (1, 1, "uuu", "???"),
            (2, 1, "fsusu", "DDDUU"),
        ])
    func followsRiseAndFall(rise: Int, fall: Int, outcomes: String, verdicts: String) {
        var state = CheckState(at: Self.start)
        let check = Self.check(rise: rise, fall: fall)
        var seen = ""
        for outcome in outcomes {
            let before = state.verdict
            let hasChanged = state.record(Self.outcomes[outcome]!, for: check, at: Self.start)
            #expect(hasChanged == (state.verdict != before))
            seen += state.verdict == .up ? "U" : state.verdict == .down ? "D" : "?"
        }
        #expect(seen == verdicts)
    }

    static let outcomes: [Character: Outcome] = [
        "s": .success("fine"), "f": .failure("refused"), "u": .undecided("EMFILE"),
    ]

    @Test("that was assumed is decided by the first outcome, whatever fall says")
    func assumedIsDecidedAtOnce() {
        var state = CheckState(assuming: .up, because: "saved", at: Self.start)
        #expect(state.verdict == .up && !state.hasSpoken)
        let hasChanged = state.record(.failure("refused"), for: Self.check(rise: 5, fall: 5), at: Self.start)
        #expect(hasChanged)
        #expect(state.verdict == .down && state.reason == "refused")
    }

    @Test("keeps the moment at which it came to be")
    func since() {
        var state = CheckState(at: Self.start)
        let check = Self.check(rise: 1, fall: 2)
        _ = state.record(.success("1"), for: check, at: Self.start + .seconds(1))
        _ = state.record(.success("2"), for: check, at: Self.start + .seconds(2))
        _ = state.record(.failure("3"), for: check, at: Self.start + .seconds(3))
        #expect(state.since == Self.start + .seconds(1))
        _ = state.record(.failure("4"), for: check, at: Self.start + .seconds(4))
        #expect(state.since == Self.start + .seconds(4))
    }

    @Test("is down when patience ends without an outcome, and only then")
    func patience() {
        var silent = CheckState(at: Self.start)
        let isExpired = silent.expireUnknown(at: Self.start)
        #expect(isExpired && silent.verdict == .down)
        var assumed = CheckState(assuming: .up, because: "saved", at: Self.start)
        let isAssumedExpired = assumed.expireUnknown(at: Self.start)
        #expect(!isAssumedExpired && assumed.verdict == .up)
    }

    @Test(
        "The next probe is due an interval after the last began, at once if that took longer, sooner if it could not ask",
        arguments: [
            (interval: 2, ended: 1, Outcome.success("fine"), due: 2),
            (interval: 2, ended: 9, Outcome.failure("timed out"), due: 9),
            (interval: 10, ended: 0, Outcome.undecided("too many open files"), due: 1),
            (interval: 10, ended: 4, Outcome.undecided("too many open files"), due: 4),
        ])
    func nextProbe(interval: Int, ended: Int, outcome: Outcome, due: Int) {
        let check = Check(
            .connect, target: Endpoint(.v4(.loopback), port: 80), interval: .seconds(interval))
        let next = check.nextProbe(after: Self.start, ended: Self.start + .seconds(ended), finding: outcome)
        #expect(next == Self.start + .seconds(due))
    }

    @Test("Jitter makes an interval up to a tenth shorter, never longer", arguments: [0, 0.5, 1])
    func jitter(haste: Double) {
        let check = Check(.connect, target: Endpoint(.v4(.loopback), port: 80), interval: .seconds(10))
        let next = check.nextProbe(
            after: Self.start, ended: Self.start, finding: .success("fine"), haste: haste)
        #expect(next == Self.start + .seconds(10) - .milliseconds(Int(1000 * haste)))
    }
}
