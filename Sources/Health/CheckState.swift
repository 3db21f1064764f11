/// Whether a real server can serve, as its check sees it.
public enum Verdict: String, Hashable, Sendable, Codable {
    /// The check has not spoken yet.
    case unknown
    /// It can.
    case up
    /// It can't.
    case down
}

/// The state machine of one check: outcomes go in, a verdict comes out.
///
/// The first outcome decides at once; after that `rise` successes in a row bring the verdict up and
/// `fall` failures in a row take it down. An undecided outcome changes nothing.
public struct CheckState: Hashable, Sendable {
    /// The verdict.
    public private(set) var verdict: Verdict
    /// The verdict's reason in words; the latest outcome's, once there is one.
    public private(set) var reason: String
    /// When the verdict came to be.
    public private(set) var since: ContinuousClock.Instant
    /// Whether the check itself has spoken, rather than a saved state or the kernel's table.
    public private(set) var hasSpoken = false
    /// Trouble on this host that kept the last probe from asking; nil if it could ask.
    public private(set) var localTrouble: String?
    private var successes = 0
    private var failures = 0

    /// A check that has not spoken; its verdict is assumed for the time being.
    public init(
        assuming verdict: Verdict = .unknown, because reason: String = "not checked yet",
        at now: ContinuousClock.Instant
    ) {
        self.verdict = verdict
        self.reason = reason
        since = now
    }

    /// Takes an outcome in; whether the verdict has changed.
    public mutating func record(_ outcome: Outcome, for check: Check, at now: ContinuousClock.Instant) -> Bool {
        switch outcome {
        case .undecided(let trouble):
            localTrouble = trouble
            return false
        case .success(let words):
            failures = 0
            successes = min(successes + 1, check.rise)
            return settle(on: .up, if: successes >= check.rise, because: words, at: now)
        case .failure(let words):
            successes = 0
            failures = min(failures + 1, check.fall)
            return settle(on: .down, if: failures >= check.fall, because: words, at: now)
        }
    }

    /// Gives up waiting for the first outcome: what has not spoken by now is down. Whether that was so.
    public mutating func expireUnknown(at now: ContinuousClock.Instant) -> Bool {
        guard verdict == .unknown else { return false }
        verdict = .down
        reason = "no outcome of a check yet"
        since = now
        return true
    }

    private mutating func settle(
        on next: Verdict, if enough: Bool, because words: String, at now: ContinuousClock.Instant
    ) -> Bool {
        let isFirst = !hasSpoken
        hasSpoken = true
        localTrouble = nil
        if verdict == next {
            reason = words
            return false
        }
        guard enough || isFirst else {
            reason = "\(words), \(next == .up ? "still down" : "still up")"
            return false
        }
        verdict = next
        reason = words
        since = now
        return true
    }
}

extension Check {
    /// The least time in which a check that is down can come up; nil for one that never changes.
    public var recovery: Duration? {
        if case .constant = method { return nil }
        return interval * rise
    }

    /// The longest wait until a probe that could not ask is tried again.
    static let retry = Duration.seconds(1)

    /// The share of an interval by which one is shorter than another at most: checks that have begun together
    /// part, and none is ever late.
    static let jitter = 0.1

    /// When the next probe is due, given when the last one began and ended: an interval after its
    /// beginning, at once if it took longer; a second at most after one that could not ask.
    ///
    /// - Parameter haste: How much of the jitter the interval is shorter, from 0 to 1; by chance.
    public func nextProbe(
        after start: ContinuousClock.Instant, ended: ContinuousClock.Instant, finding outcome: Outcome,
        haste: Double = 0
    ) -> ContinuousClock.Instant {
        if case .undecided = outcome { return max(start + min(interval, Self.retry), ended) }
        return max(start + interval * (1 - Self.jitter * haste), ended)
    }
}
