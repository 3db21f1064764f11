/// Which of someone's checks: the slot in which it is kept, and a number that tells it from others that have had it.
public struct CheckTurn: Hashable, Sendable {
    /// The slot; slots are small numbers.
    public var slot: Int32
    /// The number.
    public var number: UInt32

    /// A check in a slot.
    public init(slot: Int32, number: UInt32) {
        self.slot = slot
        self.number = number
    }
}

/// A check that is due at a time.
public struct DueCheck: Sendable {
    /// Which one it is.
    public var turn: CheckTurn
    /// What is to be done.
    public var check: Check
    /// When.
    public var due: ContinuousClock.Instant
    /// The verdict as it is: an outcome that agrees with it brings no news.
    public var verdict: Verdict

    /// A check that is due; see the properties.
    public init(_ turn: CheckTurn, _ check: Check, due: ContinuousClock.Instant, verdict: Verdict) {
        self.turn = turn
        self.check = check
        self.due = due
        self.verdict = verdict
    }
}

/// What came of a check when it was due.
public struct CheckReport: Sendable {
    /// Which one it is.
    public var turn: CheckTurn
    /// When its probe began.
    public var began: ContinuousClock.Instant
    /// When it ended.
    public var ended: ContinuousClock.Instant
    /// What it found; nil: to judge that would hold up others, and is for a task of its own.
    public var outcome: Outcome?

    /// A report; see the properties.
    public init(
        _ turn: CheckTurn, began: ContinuousClock.Instant, ended: ContinuousClock.Instant, _ outcome: Outcome?
    ) {
        self.turn = turn
        self.began = began
        self.ended = ended
        self.outcome = outcome
    }
}

/// Reports that came together.
public struct CheckReports: Sendable {
    /// The reports, as their probes ended.
    public var reports: [CheckReport] = []
    /// Whether other checks that were due had to wait, since as many probes as there may be were under way.
    public var isCrowded = false

    /// Nothing to report.
    public init() {}
}

/// Carries out checks whenever they are due, many of them at a time without a task for each.
///
/// It never repeats a check by itself: who has its report decides when it is due again.
public protocol CheckRounds: Sendable {
    /// What came of those that were due, some of them at a time.
    var reports: AsyncStream<CheckReports> { get }

    /// Whether it can carry out a check.
    func takes(_ check: Check) -> Bool

    /// Takes these on. The slot of each holds none that has not been dropped or reported.
    func schedule(_ checks: [DueCheck])

    /// Lets go of those that are not yet reported, in the middle of a probe too.
    func drop(_ turns: [CheckTurn])

    /// Ends all probes, and carries out no more.
    func end()
}
