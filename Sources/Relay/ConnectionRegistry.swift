internal import NIOCore
internal import Synchronization

/// All that is open, so that it can be bounded: UDP sessions, which it also closes, and the loops' connections.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Connections that others keep.
        var others = 0
        var capacity: Int

        var isFull: Bool { channels.count + others >= capacity }
    }

    private let state: Mutex<State>

    init(capacity: Int) {
        state = Mutex(State(capacity: capacity))
    }

    /// Takes in a channel until it closes, unless there are too many.
    func admit(_ channel: any Channel) -> Bool {
        let isAdmitted = state.withLock { state in
            if state.isFull { return false }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
        if isAdmitted { channel.closeFuture.whenComplete { _ in self.dismiss(channel) } }
        return isAdmitted
    }

    /// Makes room at once, not only when the channel has closed.
    func dismiss(_ channel: any Channel) {
        state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    /// Whether no more are admitted.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// Counts a connection of a loop until it leaves, unless there are too many.
    func enter() -> Bool {
        state.withLock { state in
            if state.isFull { return false }
            state.others += 1
            return true
        }
    }

    /// A connection of a loop has ended.
    func leave() {
        state.withLock { $0.others -= 1 }
    }

    /// Closes all sessions and returns when they are closed; nothing is admitted any more.
    func closeAll() async {
        let open = state.withLock { state in
            state.capacity = 0
            return Array(state.channels.values)
        }
        for channel in open { channel.close(promise: nil) }
        for channel in open { try? await channel.closeFuture.get() }
    }
}
