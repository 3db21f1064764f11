internal import Control
internal import ControlProtocol
internal import Synchronization

/// Hands what happens to all who follow; a slow reader loses the oldest.
final class EventHub: Sendable {
    private static let backlog = 1000
    private struct State {
        var followers: [Int: AsyncStream<Event>.Continuation] = [:]
        var last = 0
    }
    private let state = Mutex(State())

    func tell(_ occurrence: Occurrence) {
        let event = Event(time: .now, subject: occurrence.subject, text: occurrence.text)
        state.withLock { for follower in $0.followers.values { follower.yield(event) } }
    }

    func events() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingNewest(Self.backlog))
        let number = state.withLock { state in
            state.last += 1
            state.followers[state.last] = continuation
            return state.last
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.followers.removeValue(forKey: number) }
        }
        return stream
    }

    func finish() {
        let followers = state.withLock { state in
            defer { state.followers = [:] }
            return state.followers
        }
        for follower in followers.values { follower.finish() }
    }
}
