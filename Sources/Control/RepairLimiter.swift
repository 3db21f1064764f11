internal import Director

/// Tells repairs that help from a quarrel with another controller: a step that has to be taken three
/// times in a minute is then taken every 30 seconds only, until nobody undoes it for a minute. So are all repairs of a
/// virtual server in which something was undone at ten looks in a minute, be it another step each time.
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

    /// What is known of a step, or of a virtual server.
    private struct Record {
        /// When it was found to be necessary, the last times.
        var undone: [ContinuousClock.Instant] = []
        var isQuarrel = false
        /// When it was taken last in a quarrel.
        var taken: ContinuousClock.Instant?

        mutating func note(at now: ContinuousClock.Instant, _ patience: Int) -> Answer {
            if undone.last != now { undone = (undone + [now]).suffix(patience) }
            if isQuarrel { return .keepQuiet }
            guard undone.count == patience, undone[0].duration(to: now) < RepairLimiter.window else {
                return .repair
            }
            isQuarrel = true
            return .accuse
        }

        func holds(at now: ContinuousClock.Instant) -> Bool {
            taken.map { $0.duration(to: now) < RepairLimiter.pause } ?? false
        }

        func isRecent(at now: ContinuousClock.Instant) -> Bool {
            undone.last.map { $0.duration(to: now) < RepairLimiter.window } ?? false
        }
    }

    private static let window = Duration.seconds(60)
    private static let pause = Duration.seconds(30)
    private static let patience = 3
    private static let patienceWithService = 10
    private var records: [Change: Record] = [:]
    private var services: [VirtualServerKey: Record] = [:]

    /// Notes that somebody else has undone what this step does; all that one look finds has one time.
    mutating func note(_ step: Change, at now: ContinuousClock.Instant) -> Answer {
        let answer = records[step, default: Record()].note(at: now, Self.patience)
        let ofService = services[step.key, default: Record()].note(at: now, Self.patienceWithService)
        if answer == .accuse || ofService == .accuse { return .accuse }
        return answer == .keepQuiet || ofService == .keepQuiet ? .keepQuiet : .repair
    }

    /// Whether a step is not to be taken now. One that nobody has undone is never held up.
    func holds(_ step: Change, at now: ContinuousClock.Instant) -> Bool {
        guard let record = records[step] else { return false }
        return record.holds(at: now) || services[step.key]?.holds(at: now) == true
    }

    /// Notes that a step is taken.
    mutating func take(_ step: Change, at now: ContinuousClock.Instant) {
        guard let record = records[step] else { return }
        if record.isQuarrel { records[step]?.taken = now }
        if services[step.key]?.isQuarrel == true { services[step.key]?.taken = now }
    }

    /// Forgets what has been quiet, so that what is kept stays in proportion to the table.
    mutating func forgetQuiet(at now: ContinuousClock.Instant) {
        records = records.filter { $0.value.isRecent(at: now) }
        services = services.filter { $0.value.isRecent(at: now) }
    }
}
