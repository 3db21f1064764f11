internal import Addresses
internal import Health
internal import Sockets
internal import Synchronization

/// The way to a thread that carries the connections of plain checks.
final class PlainConnections: Sendable {
    /// Those that tasks order: thousands of checks need no more than one thread.
    static let ofProcess = PlainConnections("probes")

    /// What is to be done.
    enum Message: Sendable {
        case connect(PlainOrder)
        case cancel(Cancellation)
        case add(DueCheck)
        case drop(CheckTurn)
        case end
    }

    private struct State {
        /// What wakes the thread; nil: it has not begun, or has been told to end.
        var poller: Poller?
        var messages: [Message] = []
        /// Until when the thread waits if it is not woken; 0 while it works, and will look here anyway.
        var waitsUntil: UInt64 = 0
    }

    private let state = Mutex(State())
    private let name: String
    private let maximum: Int
    private let handOver: @Sendable (CheckReports) -> Void

    /// - Parameters:
    ///   - name: Of the thread.
    ///   - maximum: Connections at a time, of checks that are due.
    ///   - handOver: Takes what came of these; called from the thread.
    init(
        _ name: String, maximum: Int = .max, handOver: @escaping @Sendable (CheckReports) -> Void = { _ in }
    ) {
        self.name = name
        self.maximum = maximum
        self.handOver = handOver
    }

    /// Starts the thread, unless it has begun.
    func start() throws(SocketError) {
        if state.withLock({ $0.poller != nil }) { return }
        // Not under the lock. Of two that begin at once one finds that there is another, and ends.
        let poller = try Poller()
        _ = try ServerThread(name) { self.run(poller) }
        state.withLock { if $0.poller == nil { $0.poller = poller } }
        poller.wake()
    }

    /// Says what is to be done, by a time; later than that it may be heard of, not earlier. Without a thread nobody
    /// hears it.
    func tell(_ messages: [Message], by due: UInt64 = 0) {
        let waiting = state.withLock { state -> Poller? in
            guard let poller = state.poller else { return nil }
            state.messages += messages
            if due >= state.waitsUntil { return nil }
            state.waitsUntil = 0
            return poller
        }
        waiting?.wake()
    }

    /// Ends the thread, and all that it does.
    func end() {
        let poller = state.withLock { state in
            defer { state.poller = nil }
            if state.poller != nil { state.messages.append(.end) }
            return state.poller
        }
        poller?.wake()
    }

    private func run(_ poller: Poller) {
        var loop = PlainLoop(poller, maximum: maximum, handOver: handOver)
        // It is woken when it is known whose thread this is; whatever else interrupts it.
        while state.withLock({ $0.poller == nil && $0.messages.isEmpty }) { loop.turn(until: nil) }
        if state.withLock({ $0.poller !== poller }) { return }
        while true {
            let messages = takeMessages()
            if !messages.isEmpty {
                let now = ContinuousClock.now
                for message in messages {
                    switch message {
                    case .connect(let order): loop.begin(order)
                    case .cancel(let cancellation): loop.cancel(cancellation)
                    case .add(let check): loop.add(check, in: now.duration(to: check.due))
                    case .drop(let turn): loop.drop(turn)
                    case .end: return
                    }
                }
            }
            let end = loop.nextLook
            // What has been said meanwhile is heard first.
            let isTold = state.withLock { state in
                if state.messages.isEmpty { state.waitsUntil = end ?? .max }
                return !state.messages.isEmpty
            }
            loop.turn(until: isTold ? 0 : end)
        }
    }

    private func takeMessages() -> [Message] {
        state.withLock { state in
            state.waitsUntil = 0
            defer { state.messages.removeAll(keepingCapacity: state.messages.count < 256) }
            return state.messages
        }
    }
}

extension Prober {
    /// Makes a connection of its own without TLS; it is closed when this returns.
    ///
    /// - Parameter exchange: What is asked over HTTP; nil: to connect is all.
    func askPlainly(
        _ target: Endpoint, _ exchange: HTTPExchange?, _ deadline: Deadline
    ) async throws(ProbeFailure) -> Found {
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let order = PlainOrder(
                    target: target, request: exchange.map(PlainOrder.Request.init), deadline: deadline,
                    path: DataPath.ofTask, receiver: .task(continuation, cancellation))
                do throws(SocketError) {
                    try PlainConnections.ofProcess.start()
                    PlainConnections.ofProcess.tell([.connect(order)])
                } catch {
                    continuation.resume(returning: .failure(ProbeFailure(undecided: "\(error)")))
                }
            }
        } onCancel: {
            cancellation.order()
            PlainConnections.ofProcess.tell([.cancel(cancellation)])
        }
        return try result.get()
    }
}
