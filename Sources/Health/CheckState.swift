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
    /// Until when it is held down, whatever its check finds; nil: it isn't.
    public private(set) var heldUntil: ContinuousClock.Instant?
    private var successes = 0
    private var failures = 0
    /// Failures since it was forgiven, while it is up.
    private var strikes = 0
    /// How often it has gone down again soon after a return, in a row.
    private var flaps = 0
    /// Whether it came up after it had been down.
    private var hasReturned = false
    /// Outcomes that have agreed with the verdict since it came to be, up to `confirmations`.
    private var agreements = 0

    /// Outcomes after a change that are asked for at the fast interval.
    private static let confirmations = 3

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
        let judgement = check.judgement
        switch outcome {
        case .undecided(let trouble):
            localTrouble = trouble
            return false
        case .success(let words):
            failures = 0
            successes = min(successes + 1, max(check.rise, judgement.okThreshold))
            if successes >= judgement.okThreshold { strikes = 0 }
            if verdict == .down, let heldUntil, heldUntil > now {
                hasSpoken = true
                localTrouble = nil
                reason =
                    "\(words), held down for \(now.duration(to: heldUntil).wholeSeconds) s more since it flaps"
                return false
            }
            return settle(on: .up, if: successes >= check.rise, because: words, of: check, at: now)
        case .failure(let words):
            successes = 0
            failures = min(failures + 1, check.fall)
            strikes = min(strikes + 1, judgement.downThreshold ?? 0)
            if failures < check.fall, strikes > 1, strikes == judgement.downThreshold {
                let words = "\(words), \(strikes) failures without \(judgement.okThreshold) successes in a row"
                return settle(on: .down, if: true, because: words, of: check, at: now)
            }
            return settle(on: .down, if: failures >= check.fall, because: words, of: check, at: now)
        }
    }

    /// The interval to the next probe, as the state is.
    public func interval(of check: Check) -> Duration {
        let isContradicted = verdict == .up ? failures > 0 : successes > 0 && heldUntil == nil
        if isContradicted || agreements < Self.confirmations, let fast = check.judgement.fastInterval {
            return fast
        }
        return (verdict == .down ? check.judgement.downInterval : nil) ?? check.interval
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
        on next: Verdict, if enough: Bool, because words: String, of check: Check,
        at now: ContinuousClock.Instant
    ) -> Bool {
        let isFirst = !hasSpoken
        hasSpoken = true
        localTrouble = nil
        if verdict == next {
            reason = words
            agreements = min(agreements + 1, Self.confirmations)
            return false
        }
        guard enough || isFirst else {
            reason = "\(words), \(next == .up ? "still down" : "still up")"
            return false
        }
        if next == .down {
            hold(check.judgement.holdDown, at: now)
        } else {
            hasReturned = verdict == .down
            heldUntil = nil
        }
        verdict = next
        reason = words
        since = now
        strikes = 0
        agreements = 0
        return true
    }

    /// Holds down what has not been up for long since its last return.
    private mutating func hold(_ holdDown: Judgement.HoldDown?, at now: ContinuousClock.Instant) {
        guard let holdDown else { return }
        flaps = hasReturned && since.duration(to: now) < holdDown.maximum ? flaps + 1 : 0
        heldUntil = flaps > 0 ? now + holdDown.duration(after: flaps) : nil
    }
}

extension Duration {
    /// Rounded up.
    fileprivate var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}

extension Check {
    /// The least time in which a check that is down can come up; nil for one that never changes.
    public var recovery: Duration? {
        if case .constant = method { return nil }
        let least = min(interval, judgement.downInterval ?? interval)
        return min(least, judgement.fastInterval ?? least) * rise
    }

    /// The longest wait until a probe that could not ask is tried again.
    static let retry = Duration.seconds(1)

    /// The share of an interval by which one is shorter than another at most: checks that have begun together
    /// part, and none is ever late.
    static let jitter = 0.1

    /// When the next probe is due, given when the last one began and ended: an interval after its
    /// beginning, at once if it took longer; a second at most after one that could not ask.
    ///
    /// - Parameters:
    ///   - state: The state that it has led to, on which the interval depends; nil: on nothing.
    ///   - haste: How much of the jitter the interval is shorter, from 0 to 1; by chance.
    public func nextProbe(
        after start: ContinuousClock.Instant, ended: ContinuousClock.Instant, finding outcome: Outcome,
        in state: CheckState? = nil, haste: Double = 0
    ) -> ContinuousClock.Instant {
        let interval = state?.interval(of: self) ?? interval
        if case .undecided = outcome { return max(start + min(interval, Self.retry), ended) }
        return max(start + interval * (1 - Self.jitter * haste), ended)
    }
}
