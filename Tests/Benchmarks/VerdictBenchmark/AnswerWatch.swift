import Addresses
import Answering
import Dispatch
import Foundation
import Synchronization
import Telemetry

/// Asks a question without a pause, on a thread of its own as a worker has, and notes when the answer changes.
final class AnswerWatch: Sendable {
    private struct State {
        var isNamed = false
        var since = ContinuousClock.now
        var isStopping = false
    }

    private let store: SnapshotStore
    private let query: [UInt8]
    private let state = Mutex(State())

    init(store: SnapshotStore, query: [UInt8]) {
        self.store = store
        self.query = query
    }

    /// Whether the answer has a record, and since when.
    var last: (isNamed: Bool, since: ContinuousClock.Instant) { state.withLock { ($0.isNamed, $0.since) } }

    func start() {
        Thread.detachNewThread { self.ask() }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
    }

    private func ask() {
        var responder = Responder(store: store, counters: WorkerCounters(), seed: 1)
        var output = [UInt8](repeating: 0, count: 65535)
        let client = IPAddress.v4(.loopback)
        var isStopping = false
        while !isStopping {
            responder.refresh()
            let length = output.withUnsafeMutableBytes { output in
                query.withUnsafeBytes {
                    responder.answer($0.bytes, from: client, port: 53, over: .udp, into: output)
                }
            }
            let isNamed = length >= 12 && output[7] > 0
            isStopping = state.withLock { state in
                if state.isNamed != isNamed {
                    state.isNamed = isNamed
                    state.since = .now
                }
                return state.isStopping
            }
            // Where there is one processor, the controller must not wait for the end of a time slice.
            sched_yield()
        }
    }
}
