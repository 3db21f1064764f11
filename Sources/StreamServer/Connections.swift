internal import Addresses
internal import Glibc
internal import Logging
internal import NIOCore
internal import Synchronization

/// The connections of all event loops.
final class Connections: Sendable {
    private struct State {
        var table: ConnectionTable<any Channel>
        var isClosed = false
        /// When it was said last that descriptors have run out.
        var shortageSaid: NIODeadline?
    }

    private let state: Mutex<State>
    /// Sockets that are open: those in the table, those that have been accepted and are on their way into it,
    /// and those that are on their way out.
    private let sockets = Atomic<Int>(0)
    /// The most of them: what the limit allows, and those in between.
    private let maximum: Atomic<Int>
    private let logger: Logger

    /// Sockets that may be in between.
    static let headroom = 16
    /// Connections that make room each time descriptors have run out.
    private static let shortageRoom = 2

    init(_ limits: StreamLimits, logger: Logger) {
        state = Mutex(State(table: ConnectionTable(limits: limits)))
        maximum = Atomic(limits.connections + Self.headroom)
        self.logger = logger
    }

    /// Connections in the table.
    var count: Int { state.withLock { $0.table.count } }

    /// Whether as many sockets are open as may be.
    var isCrowded: Bool {
        sockets.load(ordering: .relaxed) >= maximum.load(ordering: .relaxed)
    }

    /// Sockets that are open.
    var socketCount: Int { sockets.load(ordering: .relaxed) }

    /// Counts a socket that was accepted.
    func opened() { sockets.add(1, ordering: .relaxed) }

    /// Counts one that is closed.
    func closed() { sockets.subtract(1, ordering: .relaxed) }

    /// Takes a connection in, on its event loop, and asks the one that has to go for it to give way.
    func add(_ channel: any Channel, from client: Endpoint, to loop: StreamLoop) throws {
        let now = channel.eventLoop.now
        let activity = ConnectionActivity(now: now.uptimeNanoseconds)
        let admission = state.withLock { state in
            state.isClosed ? nil : state.table.admit(channel, from: client.address, activity: activity)
        }
        guard let (id, evicted) = admission else { throw ChannelError.ioOnClosedChannel }
        if let evicted { Self.tellToGiveWay([evicted]) }
        let connection = StreamConnection(
            loop: loop, client: client, activity: activity, now: now, onClose: { [self] in remove(id) })
        do {
            try channel.pipeline.syncOperations.addHandler(connection)
        } catch {
            remove(id)
            throw error
        }
    }

    /// Holds the connections to other limits from now on; those that are too many give way.
    func take(_ limits: StreamLimits) {
        maximum.store(limits.connections + Self.headroom, ordering: .relaxed)
        Self.tellToGiveWay(state.withLock { $0.table.take(limits) })
    }

    /// Makes some room where the process has no descriptors left, and says so, once a minute at most.
    func ranShort(_ code: Int32) {
        let now = NIODeadline.now()
        let (leaving, isToBeSaid) = state.withLock { state in
            let isToBeSaid = state.shortageSaid.map { now - $0 >= .seconds(60) } ?? true
            if isToBeSaid { state.shortageSaid = now }
            return ((0..<Self.shortageRoom).compactMap { _ in state.table.evict() }, isToBeSaid)
        }
        Self.tellToGiveWay(leaving)
        if isToBeSaid {
            let words = unsafe String(cString: strerror(code))
            logger.warning("accept: \(words); connections are closed to make room")
        }
    }

    /// Takes no more connections in; returns those that there are.
    func close() -> [any Channel] {
        state.withLock { state in
            state.isClosed = true
            return state.table.connections
        }
    }

    /// Takes connections in again.
    func open() {
        state.withLock { $0.isClosed = false }
    }

    private func remove(_ id: UInt64) {
        state.withLock { $0.table.remove(id) }
    }

    private static func tellToGiveWay(_ channels: [any Channel]) {
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(StreamConnection.Request.giveWay)
        }
    }
}
