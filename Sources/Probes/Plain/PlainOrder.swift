internal import Addresses
internal import Health
internal import Synchronization

/// One connection without TLS that is to be made: whom it asks what.
struct PlainOrder: Sendable {
    /// A request, and what is looked at of its answer.
    struct Request: Sendable {
        var bytes: [UInt8]
        var isHead: Bool
        /// Whether the body of an answer with a status is looked at.
        var hasBody: @Sendable (Int) -> Bool
    }

    let target: Endpoint
    /// Nil: to connect is all.
    let request: Request?
    let deadline: Deadline
    /// The way of clients, where it takes that.
    let path: DataPath?
    let cancellation: Cancellation
    let result: CheckedContinuation<Result<Found, ProbeFailure>, Never>

    /// Whether nobody waits for the result any more.
    final class Cancellation: Sendable {
        private let flag = Atomic(false)

        var isOrdered: Bool { flag.load(ordering: .relaxed) }

        func order() { flag.store(true, ordering: .relaxed) }
    }
}
