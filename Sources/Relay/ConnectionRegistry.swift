internal import Synchronization

/// How many connections and sessions are open, so that they can be bounded.
final class ConnectionRegistry: Sendable {
    private let capacity: Int
    private let count = Mutex(0)

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Whether no more may be opened.
    var isFull: Bool { count.withLock { $0 >= capacity } }

    /// Counts one more until it leaves, unless there are too many.
    func enter() -> Bool {
        count.withLock { count in
            if count >= capacity { return false }
            count += 1
            return true
        }
    }

    /// One has ended.
    func leave() {
        count.withLock { $0 -= 1 }
    }
}
