internal import Synchronization

/// How many connections and sessions are open, so that they can be bounded.
final class ConnectionRegistry: Sendable {
    private struct Counts {
        var all = 0
        var sessions = 0
    }

    private let capacity: Int
    private let counts = Mutex(Counts())

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Sessions of UDP, which end by their time only, leave half of all to connections.
    private var sessionCapacity: Int { max(capacity / 2, 1) }

    /// Whether no more sessions may be opened.
    var isFullOfSessions: Bool { counts.withLock { $0.all >= capacity || $0.sessions >= sessionCapacity } }

    /// Counts one more until it leaves, unless there are too many.
    func enter(isSession: Bool = false) -> Bool {
        counts.withLock { counts in
            if counts.all >= capacity || isSession && counts.sessions >= sessionCapacity { return false }
            counts.all += 1
            if isSession { counts.sessions += 1 }
            return true
        }
    }

    /// One has ended.
    func leave(isSession: Bool = false) {
        counts.withLock { counts in
            counts.all -= 1
            if isSession { counts.sessions -= 1 }
        }
    }
}
