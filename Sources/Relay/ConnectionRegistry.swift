internal import NIOCore
internal import Synchronization

/// All that is open, so that it can be bounded and closed.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var capacity: Int
    }

    private let state: Mutex<State>

    init(capacity: Int) {
        state = Mutex(State(capacity: capacity))
    }

    /// Takes in a channel until it closes, unless there are too many.
    func admit(_ channel: any Channel) -> Bool {
        let isAdmitted = state.withLock { state in
            if state.channels.count >= state.capacity { return false }
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
    var isFull: Bool { state.withLock { $0.channels.count >= $0.capacity } }

    /// Resets all and returns when they are closed; no others are admitted any more.
    func closeAll() async {
        let open = state.withLock { state in
            state.capacity = 0
            return Array(state.channels.values)
        }
        for channel in open { channel.reset() }
        for channel in open { try? await channel.closeFuture.get() }
    }
}
