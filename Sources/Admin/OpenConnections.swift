internal import NIOCore
internal import Synchronization

/// The connections that are open. Where there are too many, the one that has been silent for the
/// longest gives way, so that those who only hold connections keep nobody out.
final class OpenConnections: Sendable {
    private struct State {
        var last: UInt64 = 0
        var open: Set<UInt64> = []
        /// Those without a request yet, in the order in which they came.
        var silent: [(number: UInt64, channel: any Channel)] = []
    }

    private let state = Mutex(State())

    /// Takes a connection in; its number, nil if all others that are open have asked something.
    func admit(_ channel: any Channel, limit: Int) -> UInt64? {
        let (number, leaving): (UInt64?, (any Channel)?) = state.withLock { state in
            var leaving: (any Channel)?
            if state.open.count >= limit {
                if state.silent.isEmpty { return (nil, nil) }
                let oldest = state.silent.removeFirst()
                state.open.remove(oldest.number)
                leaving = oldest.channel
            }
            state.last += 1
            state.open.insert(state.last)
            state.silent.append((state.last, channel))
            return (state.last, leaving)
        }
        leaving?.close(promise: nil)
        return number
    }

    /// A connection has asked something: it stays until it has its answer.
    func noteRequest(of number: UInt64) {
        state.withLock { $0.silent.removeAll { $0.number == number } }
    }

    /// A connection is over.
    func remove(_ number: UInt64) {
        state.withLock { state in
            state.open.remove(number)
            state.silent.removeAll { $0.number == number }
        }
    }
}
