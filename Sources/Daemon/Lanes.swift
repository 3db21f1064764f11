internal import Synchronization

/// Work of several subjects: that of one is done in order, that of others beside it, so much at a time.
final class Lanes<Subject: Hashable & Sendable, Work: Sendable>: Sendable {
    private struct State {
        var waiting: [Subject: [Work]] = [:]
        var waitingCount = 0
        /// Whose work may begin, the first to come first.
        var turns: [Subject] = []
        var busy: Set<Subject> = []
    }

    private let width: Int
    private let backlog: Int
    private let state = Mutex(State())
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    /// Lanes of which so many are busy at a time; of what waits so much is kept.
    init(width: Int, backlog: Int) {
        self.width = width
        self.backlog = backlog
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Has work done when all that was added of the same subject is done.
    ///
    /// - Returns: What will not be done, where too much waits: the oldest of the subject of which the most waits.
    func add(_ work: Work, of subject: Subject) -> Work? {
        let dropped = state.withLock { state in
            state.waiting[subject, default: []].append(work)
            state.waitingCount += 1
            if !state.busy.contains(subject), !state.turns.contains(subject) { state.turns.append(subject) }
            guard state.waitingCount > backlog,
                let longest = state.waiting.max(by: { $0.value.count < $1.value.count })?.key
            else { return Work?.none }
            return take(longest, &state)
        }
        change.yield()
        return dropped
    }

    /// How much waits.
    var waitingCount: Int { state.withLock(\.waitingCount) }

    /// Does it as it comes, until the task is cancelled. To be called once.
    func run(_ carryOut: @escaping @Sendable (Work) async -> Void) async {
        await withDiscardingTaskGroup { group in
            for await _ in changes {
                while let (subject, work) = begin() {
                    group.addTask {
                        await carryOut(work)
                        self.end(of: subject)
                    }
                }
            }
        }
    }

    private func begin() -> (subject: Subject, work: Work)? {
        state.withLock { state in
            guard state.busy.count < width, let subject = state.turns.first else { return nil }
            state.turns.removeFirst()
            state.busy.insert(subject)
            return take(subject, &state).map { (subject, $0) }
        }
    }

    private func end(of subject: Subject) {
        state.withLock { state in
            state.busy.remove(subject)
            if state.waiting[subject] != nil { state.turns.append(subject) }
        }
        change.yield()
    }

    private func take(_ subject: Subject, _ state: inout State) -> Work? {
        guard let work = state.waiting[subject]?.removeFirst() else { return nil }
        state.waitingCount -= 1
        if state.waiting[subject]?.isEmpty == true {
            state.waiting[subject] = nil
            state.turns.removeAll { $0 == subject }
        }
        return work
    }
}
