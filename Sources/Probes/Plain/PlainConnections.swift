internal import Addresses
internal import Health
internal import NIOHTTP1
internal import Sockets
internal import Synchronization

/// The way to the thread that carries the connections of plain checks, which begins with the first of them.
final class PlainConnections: Sendable {
    /// There is one in a process: thousands of checks need no more.
    static let ofProcess = PlainConnections()

    private struct State {
        var poller: Poller?
        var orders: [PlainOrder] = []
        var isCancelling = false
        /// Whether the thread has been told to look here and hasn't looked yet.
        var isTold = false
    }

    private let state = Mutex(State())

    /// Takes an order; what keeps it from being carried out.
    func take(_ order: PlainOrder) {
        do throws(SocketError) {
            try tell { $0.orders.append(order) }
        } catch {
            order.result.resume(returning: .failure(ProbeFailure(undecided: "\(error)")))
        }
    }

    /// Has those ended that are cancelled.
    func endCancelled() {
        try? tell { $0.isCancelling = true }
    }

    private func tell(_ change: (inout State) -> Void) throws(SocketError) {
        let silent = try state.withLock { state throws(SocketError) -> Poller? in
            let poller = if let poller = state.poller { poller } else { try start() }
            state.poller = poller
            change(&state)
            defer { state.isTold = true }
            return state.isTold ? nil : poller
        }
        silent?.wake()
    }

    private func start() throws(SocketError) -> Poller {
        let poller = try Poller()
        _ = try ServerThread("checks") { self.run(poller) }
        return poller
    }

    private func run(_ poller: Poller) {
        var loop = PlainLoop(poller)
        while true {
            loop.turn()
            let (orders, isCancelling) = state.withLock { state in
                defer {
                    state.orders = []
                    state.isCancelling = false
                    state.isTold = false
                }
                return (state.orders, state.isCancelling)
            }
            for order in orders { loop.begin(order) }
            if isCancelling { loop.endCancelled() }
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
        let request = exchange.map {
            PlainOrder.Request(bytes: $0.bytes, isHead: $0.head.method == .HEAD, hasBody: $0.hasBody)
        }
        let cancellation = PlainOrder.Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                PlainConnections.ofProcess.take(
                    PlainOrder(
                        target: target, request: request, deadline: deadline, path: DataPath.ofTask,
                        cancellation: cancellation, result: continuation))
            }
        } onCancel: {
            cancellation.order()
            PlainConnections.ofProcess.endCancelled()
        }
        return try result.get()
    }
}
