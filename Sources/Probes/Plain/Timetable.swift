internal import Health
internal import Sockets

/// Which checks are due when, which of them are being carried out, and what is to be reported of those that were.
///
/// Of those that are due the ones without a verdict go first, then those that have waited longest: while there is room
/// for fewer than are due, a new one would wait behind all others, and be called down before it was asked.
///
/// Reports that bring news leave at once; others wait a little for more, since each hand-over wakes who takes it.
struct Timetable {
    /// What is known of a check.
    private struct Entry {
        var due: DueCheck
        /// The connection of its probe; -1: none is under way.
        var connection: Int32 = -1
    }

    /// A report that brings no news waits so long at most, and no longer than this part of its interval.
    private static let longestWait = Duration.milliseconds(50)
    private static let waitPerInterval = 20

    private var entries: [Entry?] = []
    /// Those that have no verdict, and all others.
    private var firstDues = DeadlineHeap()
    private var dues = DeadlineHeap()
    private var gathered = CheckReports()
    /// When what is gathered is to be handed over.
    private var handOver: UInt64?

    /// When there is something to do; nil: never.
    ///
    /// - Parameter hasRoom: Whether another probe may begin.
    func next(hasRoom: Bool) -> UInt64? {
        guard hasRoom else { return handOver }
        let next = min(firstDues.first?.due ?? .max, dues.first?.due ?? .max, handOver ?? .max)
        return next == .max ? nil : next
    }

    /// Whether a check is due by now.
    func isDue(by now: UInt64) -> Bool { firstDue(by: now) != nil }

    private func firstDue(by now: UInt64) -> Int? {
        if let first = firstDues.first, first.due <= now { return first.slot }
        return dues.first.flatMap { $0.due <= now ? $0.slot : nil }
    }

    /// Takes a check on, in the place of none.
    mutating func add(_ check: DueCheck, due: UInt64) {
        let slot = Int(check.turn.slot)
        while entries.count <= slot { entries.append(nil) }
        remove(slot)
        entries[slot] = Entry(due: check)
        if check.verdict == .unknown { firstDues.add(slot, due: due) } else { dues.add(slot, due: due) }
    }

    private mutating func remove(_ slot: Int) {
        firstDues.remove(slot)
        dues.remove(slot)
    }

    /// Lets go of a check; the connection of its probe, if one is under way.
    mutating func drop(_ turn: CheckTurn) -> Int? {
        let slot = Int(turn.slot)
        guard entries.indices.contains(slot), let entry = entries[slot], entry.due.turn == turn else {
            return nil
        }
        remove(slot)
        entries[slot] = nil
        return entry.connection < 0 ? nil : Int(entry.connection)
    }

    /// The next check that is due by now; it is no longer.
    mutating func takeDue(by now: UInt64) -> (slot: Int, check: Check)? {
        guard let slot = firstDue(by: now) else { return nil }
        remove(slot)
        return entries[slot].map { (slot, $0.due.check) }
    }

    /// Notes which connection carries the probe of a check.
    mutating func note(_ connection: Int, of slot: Int) {
        entries[slot]?.connection = Int32(connection)
    }

    /// Notes that checks that are due have to wait.
    mutating func noteCrowd() { gathered.isCrowded = true }

    /// Takes what the probe of a check found; see `CheckReport`.
    mutating func conclude(_ slot: Int, began: ContinuousClock.Instant, _ outcome: Outcome?, at now: UInt64) {
        guard let due = entries[slot]?.due else { return }
        entries[slot] = nil
        gathered.reports.append(CheckReport(due.turn, began: began, ended: .now, outcome))
        var wait = Duration.zero
        switch (outcome, due.verdict) {
        case (.success, .up), (.failure, .down):
            wait = min(Self.longestWait, due.check.interval / Self.waitPerInterval)
        default: break
        }
        let end = now + wait.nanoseconds
        handOver = min(handOver ?? end, end)
    }

    /// What is to be handed over by now.
    mutating func takeReports(by now: UInt64) -> CheckReports? {
        guard let handOver, handOver <= now else { return nil }
        self.handOver = nil
        defer { gathered = CheckReports() }
        return gathered
    }
}
