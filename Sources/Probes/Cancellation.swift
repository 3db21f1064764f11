internal import Synchronization

/// Whether a task waits no more for what is done elsewhere.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isOrdered: Bool { flag.load(ordering: .relaxed) }

    func order() { flag.store(true, ordering: .relaxed) }
}
