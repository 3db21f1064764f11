internal import Director

/// Tells repairs that help from a quarrel with another controller: a step that has to be taken three
/// times in a minute is then taken every 30 seconds only, until nobody undoes it for a minute.
struct RepairLimiter {
    /// What to say about a change that somebody else has made.
    enum Answer: Hashable {
        /// That it is put right.
        case repair
        /// That another controller is probably at work.
        case accuse
        /// Nothing: that was said already.
        case keepQuiet
    }

    /// What is known of a step.
    private struct Record {
        /// When it was found to be necessary, the last three times.
        var undone: [ContinuousClock.Instant] = []
        var isQuarrel = false
        /// When it was taken last in a quarrel.
        var taken: ContinuousClock.Instant?
    }

    private static let window = Duration.seconds(60)
    private static let pause = Duration.seconds(30)
    private static let patience = 3
    private var records: [Change: Record] = [:]

    /// Notes that somebody else has undone what this step does.
    mutating func note(_ step: Change, at now: ContinuousClock.Instant) -> Answer {
        var record = records[step] ?? Record()
        defer { records[step] = record }
        record.undone = (record.undone + [now]).suffix(Self.patience)
        if record.isQuarrel { return .keepQuiet }
        guard record.undone.count == Self.patience, record.undone[0].duration(to: now) < Self.window else {
            return .repair
        }
        record.isQuarrel = true
        return .accuse
    }

    /// Whether a step is not to be taken now.
    func holds(_ step: Change, at now: ContinuousClock.Instant) -> Bool {
        records[step]?.taken.map { $0.duration(to: now) < Self.pause } ?? false
    }

    /// Notes that a step is taken.
    mutating func take(_ step: Change, at now: ContinuousClock.Instant) {
        if records[step]?.isQuarrel == true { records[step]?.taken = now }
    }

    /// Forgets what has been quiet, so that what is kept stays in proportion to the table.
    mutating func forgetQuiet(at now: ContinuousClock.Instant) {
        records = records.filter { $0.value.undone.last.map { $0.duration(to: now) < Self.window } ?? false }
    }
}
