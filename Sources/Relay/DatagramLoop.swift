internal import Addresses
internal import Director
internal import Glibc
internal import Logging
internal import Sockets

/// What one thread of the relay has of UDP: the sockets of virtual servers, and a session for each client, with a socket
/// of its own to one real server. What the real servers answer goes back to the clients from the address that they asked.
///
/// A session lasts as long as datagrams come in either direction. It ends early when its real server leaves the table or
/// has no open port; the client's next datagram begins another one. With the flag for one-packet scheduling every
/// datagram is scheduled for itself.
struct DatagramLoop: ~Copyable {
    /// What tells sessions of a virtual server apart; the server only with one-packet scheduling.
    private struct SessionKey: Hashable {
        var client: Endpoint
        var server: Endpoint?
    }

    /// A virtual server's socket.
    private final class Port {
        let socket: Int32
        let service: RelayService
        var sessions: [SessionKey: Session] = [:]

        init(_ socket: Int32, _ service: RelayService) {
            self.socket = socket
            self.service = service
        }
    }

    /// A client's exchange with one real server.
    private final class Session {
        let port: Port
        let key: SessionKey
        let server: Endpoint
        let socket: Int32
        let slot: Int
        var lastActivity: UInt64

        init(_ port: Port, _ key: SessionKey, _ server: Endpoint, _ socket: Int32, slot: Int, now: UInt64) {
            self.port = port
            self.key = key
            self.server = server
            self.socket = socket
            self.slot = slot
            lastActivity = now
        }
    }

    /// Keys of what is watched here have this bit, those of virtual servers' sockets the next one too.
    static let keyBit: UInt64 = 1 << 61
    private static let portBit: UInt64 = 1 << 60
    /// Batches taken from a virtual server in one turn.
    private static let batchesInTurn = 4

    private let poller: Poller
    private let timeout: UInt64
    private var batch = DatagramBatch()
    private var ports: [Int32: Port] = [:]
    private var sessions: [Session?] = []
    private var freeSlots: [Int] = []
    /// Free after this round: an event of it may still name them.
    private var closedSlots: [Int] = []
    private var nextSweep: UInt64 = 0
    /// Sockets of virtual servers that could not be watched, for want of memory, and when that is tried again.
    private var unwatched: [Int32] = []
    private var nextTry: UInt64 = 0

    init(_ poller: Poller, _ limits: RelayLimits) {
        self.poller = poller
        timeout = max(1, limits.sessionTimeout.nanoseconds)
    }

    /// When it is to be called again at the latest; nil: for nothing.
    var due: UInt64? { ports.isEmpty ? nil : unwatched.isEmpty ? nextSweep : min(nextSweep, nextTry) }

    /// Begins to take a virtual server's datagrams.
    mutating func listen(_ socket: Int32, for service: RelayService) {
        ports[socket] = Port(socket, service)
        watch(socket)
    }

    private mutating func watch(_ socket: Int32) {
        let code = poller.watch(
            socket, for: .reading, key: Self.keyBit | Self.portBit | UInt64(UInt32(bitPattern: socket)))
        guard code != 0, let service = ports[socket]?.service else { return }
        service.relay.logger.debug("\(service.key): \(SocketError("watch", code: code))")
        unwatched.append(socket)
    }

    /// Takes no more from a socket, which may be closed then, and ends its sessions.
    mutating func unlisten(_ socket: Int32) {
        guard let port = ports.removeValue(forKey: socket) else { return }
        if let index = unwatched.firstIndex(of: socket) {
            unwatched.remove(at: index)
        } else {
            poller.unwatch(socket)
        }
        for session in Array(port.sessions.values) { end(session) }
    }

    /// Ends all sessions.
    mutating func endAll() {
        for session in sessions { if let session { end(session) } }
    }

    /// Something is there under this key.
    mutating func ready(_ key: UInt64, at now: UInt64) {
        if key & Self.portBit != 0 {
            if let port = ports[Int32(truncatingIfNeeded: key)] { takeFromClients(port, now) }
        } else if let session = sessions[Int(key & (Self.portBit - 1))] {
            takeFromServer(session, now)
        }
    }

    /// After a round: ends the sessions whose time is over, now and then.
    mutating func conclude(at now: UInt64) {
        if now >= nextSweep {
            nextSweep = now + timeout / 8
            for session in sessions {
                if let session, session.lastActivity + timeout <= now { end(session) }
            }
        }
        if !unwatched.isEmpty, now >= nextTry {
            nextTry = now + TCPLoop.pause
            for socket in exchange(&unwatched, with: []) { watch(socket) }
        }
        freeSlots += closedSlots
        closedSlots = []
    }

    private mutating func takeFromClients(_ port: Port, _ now: UInt64) {
        let isOnePacket = port.service.with { $0.options.flags.contains(.onePacket) }
        for _ in 0..<Self.batchesInTurn {
            let count = batch.receive(port.socket)
            var start = 0
            while start < count {
                var next = start + 1
                defer { start = next }
                guard let client = batch.sender(start) else { continue }
                if !isOnePacket {
                    while next < count, batch.sender(next) == client { next += 1 }
                }
                guard let session = session(of: client, port, isOnePacket, now) else { continue }
                session.lastActivity = now
                if batch.send(start..<next, over: session.socket) != 0 { end(session) }
            }
            if count < DatagramBatch.width { return }
        }
    }

    private mutating func takeFromServer(_ session: Session, _ now: UInt64) {
        let count = batch.receive(session.socket)
        if count < 0 {
            // The real server's port is closed, or there is no way there.
            if -count != Int(EAGAIN) && -count != Int(EINTR) { end(session) }
            return
        }
        session.lastActivity = now
        // Of one datagram (a client's port that is closed, for instance); the session lives on.
        _ = batch.send(0..<count, over: session.port.socket, to: session.key.client)
    }

    private mutating func session(
        of client: Endpoint, _ port: Port, _ isOnePacket: Bool, _ now: UInt64
    ) -> Session? {
        let service = port.service
        let key = SessionKey(client: client)
        if let session = port.sessions[key] {
            if service.with({ [server = session.server] in $0.destination(server) != nil }) { return session }
            end(session)
        }
        let time = RelayClock.time(now)
        guard let chosen = service.with({ $0.claim(for: client, now: time) }) else { return nil }
        let ownKey = isOnePacket ? SessionKey(client: client, server: chosen.endpoint) : key
        if let session = port.sessions[ownKey] {
            service.with { $0.release(chosen.endpoint) }
            return session
        }
        if service.relay.registry.isFullOfSessions { evict(port) }
        if let session = open(port, ownKey, chosen, now) { return session }
        service.with { $0.release(chosen.endpoint) }
        return nil
    }

    private mutating func open(
        _ port: Port, _ key: SessionKey, _ destination: Destination, _ now: UInt64
    ) -> Session? {
        let service = port.service
        guard service.relay.registry.enter(isSession: true) else { return nil }
        let socket = DatagramSocket.connect(to: service.target(of: destination))
        let slot = freeSlots.popLast() ?? sessions.count
        if slot == sessions.count { sessions.append(nil) }
        if socket < 0 || poller.watch(socket, for: .reading, key: Self.keyBit | UInt64(slot)) != 0 {
            if socket >= 0 { close(socket) }
            freeSlots.append(slot)
            service.relay.registry.leave(isSession: true)
            return nil
        }
        let session = Session(port, key, destination.endpoint, socket, slot: slot, now: now)
        sessions[slot] = session
        port.sessions[key] = session
        return session
    }

    private mutating func end(_ session: Session) {
        close(session.socket)
        sessions[session.slot] = nil
        closedSlots.append(session.slot)
        session.port.sessions[session.key] = nil
        session.port.service.with { [server = session.server] in $0.release(server) }
        session.port.service.relay.registry.leave(isSession: true)
    }

    /// Ends the longest idle sixteenth of a virtual server's sessions, so that the sorting is paid for by many; where it
    /// has none, of those of the one with the most.
    private mutating func evict(_ port: Port) {
        var port = port
        if port.sessions.isEmpty {
            port = ports.values.max { $0.sessions.count < $1.sessions.count } ?? port
        }
        let longestIdle = port.sessions.values.sorted { $0.lastActivity < $1.lastActivity }
        for session in longestIdle.prefix((longestIdle.count + 15) / 16) { end(session) }
    }
}
