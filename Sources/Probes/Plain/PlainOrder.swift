internal import Addresses
internal import Health
internal import NIOHTTP1

/// One connection without TLS that is to be made: whom it asks what.
struct PlainOrder: Sendable {
    /// A request, and what is looked at of its answer.
    struct Request: Sendable {
        var bytes: [UInt8]
        var isHead: Bool
        /// Whether the body of an answer with a status is looked at.
        var hasBody: @Sendable (Int) -> Bool
    }

    /// Who waits for what it finds.
    enum Receiver: Sendable {
        /// A task, until it is cancelled.
        case task(CheckedContinuation<Result<Found, ProbeFailure>, Never>, Cancellation)
        /// The check in a slot; over HTTP its way from page to page.
        case round(slot: Int, HTTPDialogue?)
    }

    let target: Endpoint
    /// Nil: to connect is all.
    var request: Request?
    let deadline: Deadline
    /// The way of clients, where it takes that.
    var path: DataPath?
    let receiver: Receiver

    /// Whether nobody waits for the result any more.
    var isCancelled: Bool {
        if case .task(_, let cancellation) = receiver { cancellation.isOrdered } else { false }
    }
}

extension PlainOrder {
    /// For a check in the timetable, its next page.
    init(target: Endpoint, deadline: Deadline, asking dialogue: HTTPDialogue, of slot: Int) {
        self.init(
            target: target, request: Request(dialogue.exchange), deadline: deadline,
            receiver: .round(slot: slot, dialogue))
    }
}

extension PlainOrder.Request {
    init(_ exchange: HTTPExchange) {
        self.init(
            bytes: exchange.bytes, isHead: exchange.head.method == .HEAD, hasBody: exchange.hasBody)
    }
}
