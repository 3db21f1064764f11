internal import Addresses
internal import Director
internal import Glibc
internal import Logging
internal import Sockets

/// What one thread of the relay has for itself: connections, the virtual servers' sockets that it accepts them from, and
/// what it has of UDP. Nothing here waits but the poller.
struct TCPLoop: ~Copyable {
    private let poller: Poller
    private let limits: RelayLimits
    private var events = Poller.Events(capacity: 256)
    private let shared = SharedBuffer()
    private var pipes: Pipes
    private var datagrams: DatagramLoop

    private var listeners: [Int32: RelayService] = [:]
    /// Not watched until a time, for want of descriptors or memory.
    private var pausedListeners: [Int32] = []
    private var pauseEnd: UInt64 = 0

    private var connections: [TCPConnection?] = []
    private var freeSlots: [Int] = []
    /// Free after this round: an event of it may still name them.
    private var closedSlots: [Int] = []
    private var continued: [Int] = []
    /// The ends of each phase's list.
    private var oldest = [-1, -1, -1]
    private var newest = [-1, -1, -1]
    private var now: UInt64 = 0

    /// Connections accepted in one turn of a listener.
    private static let acceptedInTurn = 64
    static let pause: UInt64 = 100_000_000
    /// Keys of listeners have this bit, those of connections the slot and the side.
    private static let listenerBit: UInt64 = 1 << 62

    init(_ poller: Poller, _ limits: RelayLimits) {
        self.poller = poller
        self.limits = limits
        pipes = Pipes(limit: limits.maximumPipes / max(limits.threads, 1))
        datagrams = DatagramLoop(poller, limits)
    }

    /// Waits for what happens next, and does it.
    mutating func turn() {
        poller.wait(continued.isEmpty ? patience : 0, &events)
        now = MonotonicClock.now
        for index in 0..<events.count {
            let (key, readiness) = events[index]
            if key == Poller.wakeKey { continue }
            if key & DatagramLoop.keyBit != 0 {
                datagrams.ready(key, at: now)
            } else if key & Self.listenerBit != 0 {
                accept(Int32(truncatingIfNeeded: key))
            } else if let connection = connections[Int(key >> 1)] {
                ready(connection, isServer: key & 1 == 1, readiness)
            }
        }
        let more = continued
        continued = []
        for slot in more {
            // Another one may have the slot by now.
            guard let connection = connections[slot], connection.isContinued else { continue }
            connection.isContinued = false
            pump(connection)
        }
        endIdle()
        resumeListeners()
        freeSlots += closedSlots
        closedSlots = []
        datagrams.conclude(at: now)
    }

    /// Begins to accept a virtual server's connections, or to take its datagrams.
    mutating func listen(_ socket: Int32, for service: RelayService) {
        if service.transport == .udp { return datagrams.listen(socket, for: service) }
        listeners[socket] = service
        watch(socket)
    }

    /// Accepts no more from a socket, which may be closed then.
    mutating func unlisten(_ socket: Int32) {
        if listeners.removeValue(forKey: socket) == nil { return datagrams.unlisten(socket) }
        if let index = pausedListeners.firstIndex(of: socket) {
            pausedListeners.remove(at: index)
        } else {
            poller.unwatch(socket)
        }
    }

    /// Resets all connections, and ends all sessions.
    mutating func endAll() {
        datagrams.endAll()
        for connection in connections { if let connection { end(connection) } }
    }

    private mutating func watch(_ listener: Int32) {
        let code = poller.watch(
            listener, for: [.reading, .exclusive], key: Self.listenerBit | UInt64(UInt32(bitPattern: listener)))
        if code != 0 { pause(listener, "watch", code) }
    }

    /// Milliseconds until something is due, a second at most.
    private var patience: Int32 {
        var due = now + 1_000_000_000
        for phase in TCPConnection.Phase.allCases {
            let slot = oldest[phase.rawValue]
            if slot >= 0, let connection = connections[slot] {
                due = min(due, connection.lastActivity + timeout(phase))
            }
        }
        if !pausedListeners.isEmpty { due = min(due, pauseEnd) }
        if let sweep = datagrams.due { due = min(due, sweep) }
        return due <= now ? 0 : Int32((due - now) / 1_000_000 + 1)
    }

    private func timeout(_ phase: TCPConnection.Phase) -> UInt64 {
        let duration =
            switch phase {
            case .connecting: limits.connectTimeout
            case .open: limits.idleTimeout
            case .halfClosed: limits.halfClosedTimeout
            }
        return duration.nanoseconds
    }
}

// From acceptance to end
extension TCPLoop {
    private mutating func accept(_ listener: Int32) {
        guard let service = listeners[listener] else { return }
        var peer = Sockets.SocketAddress(Endpoint(.v4(.any), port: 0))
        for _ in 0..<Self.acceptedInTurn {
            let socket = StreamSocket.accept(listener, from: &peer)
            if socket < 0 {
                switch -socket {
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    poller.unwatch(listener)
                    pause(listener, "accept", -socket)
                case ECONNABORTED, EINTR: continue
                default: break
                }
                return
            }
            guard let endpoint = peer.endpoint, service.relay.registry.enter() else {
                service.relay.logger.debug("\(service.key): too many connections, one was reset")
                StreamSocket.reset(socket)
                continue
            }
            let slot = freeSlots.popLast() ?? connections.count
            if slot == connections.count { connections.append(nil) }
            let connection = TCPConnection(service, client: socket, from: endpoint, slot: slot, now: now)
            connections[slot] = connection
            enlist(connection)
            connection.answer.isWritable = true
            if watchSide(connection, isServer: false) { connect(connection) }
        }
    }

    /// Without descriptors or memory, accepting is tried again after a while instead of at once for ever.
    private mutating func pause(_ listener: Int32, _ call: String, _ code: Int32) {
        if let service = listeners[listener] {
            service.relay.logger.debug("\(service.key): \(SocketError(call, code: code))")
        }
        pausedListeners.append(listener)
        pauseEnd = now + Self.pause
    }

    private mutating func resumeListeners() {
        if pausedListeners.isEmpty || now < pauseEnd { return }
        for listener in exchange(&pausedListeners, with: []) { watch(listener) }
    }

    private mutating func watchSide(_ connection: TCPConnection, isServer: Bool) -> Bool {
        let socket = isServer ? connection.server : connection.client
        let key = UInt64(connection.slot) << 1 | (isServer ? 1 : 0)
        if poller.watch(socket, for: [.reading, .writing, .urgent, .ending, .edges], key: key) == 0 {
            return true
        }
        end(connection)
        return false
    }

    /// A real server that cannot be reached is passed over for another one, which no kernel does; bytes have
    /// not been sent to it yet.
    private mutating func connect(_ connection: TCPConnection) {
        let service = connection.service
        while connection.tried.count < RelayLimits.attempts {
            let time = RelayClock.time(now)
            let chosen = service.with { [endpoint = connection.clientEndpoint, tried = connection.tried] in
                $0.claim(for: endpoint, excluding: tried, now: time)
            }
            guard let chosen else { break }
            connection.destination = chosen
            var isEstablished = false
            let socket = StreamSocket.connect(to: service.target(of: chosen), isEstablished: &isEstablished)
            if socket >= 0 {
                connection.server = socket
                if watchSide(connection, isServer: true), isEstablished { open(connection) }
                return
            }
            failed(connection, -socket)
        }
        end(connection)
    }

    private func failed(_ connection: TCPConnection, _ code: Int32) {
        guard let destination = connection.destination else { return }
        let service = connection.service
        service.relay.logger.debug(
            "\(service.key): no connection: \(SocketError("connect \(service.target(of: destination))", code: code))"
        )
        connection.tried.insert(destination.endpoint)
        release(connection)
    }

    private mutating func retry(_ connection: TCPConnection, _ code: Int32) {
        close(connection.server)
        connection.server = -1
        failed(connection, code)
        touch(connection)
        connect(connection)
    }

    private mutating func ready(_ connection: TCPConnection, isServer: Bool, _ readiness: Poller.Readiness) {
        if connection.phase == .connecting && isServer {
            let code = StreamSocket.error(of: connection.server)
            if code != 0 { return retry(connection, code) }
            if !readiness.contains(.writing) { return }
            open(connection)
        } else if readiness.contains(.failed) {
            let socket = isServer ? connection.server : connection.client
            if StreamSocket.error(of: socket) != 0 { return end(connection) }
        }
        let reads = !readiness.isDisjoint(with: [.reading, .urgent, .ending, .ended])
        let isUrgent = readiness.contains(.urgent)
        let ends = !readiness.isDisjoint(with: [.ending, .ended])
        let writes = readiness.contains(.writing)
        if isServer {
            if reads { connection.answer.isReadable = true }
            if ends { connection.answer.isEnding = true }
            if isUrgent { connection.answer.isUrgent = true }
            if writes { connection.request.isWritable = true }
        } else {
            if reads { connection.request.isReadable = true }
            if ends { connection.request.isEnding = true }
            if isUrgent { connection.request.isUrgent = true }
            if writes { connection.answer.isWritable = true }
        }
        // What a client sends meanwhile does not lengthen the time that a real server has to accept.
        if connection.phase == .connecting { return }
        touch(connection)
        pump(connection)
    }

    private mutating func open(_ connection: TCPConnection) {
        unlist(connection, from: .connecting)
        connection.phase = .open
        enlist(connection)
        if let version = connection.destination?.proxyProtocol {
            let header = version.header(client: connection.clientEndpoint, virtual: connection.service.virtual)
            connection.request.begin(with: header)
        }
    }

    private mutating func pump(_ connection: TCPConnection) {
        let (client, server) = (connection.client, connection.server)
        var continues = false
        if !connection.hasRequestEnded {
            switch connection.request.pump(from: client, to: server, shared, &pipes) {
            case .waits: break
            case .continues: continues = true
            case .ended: connection.hasRequestEnded = true
            case .failed: return end(connection)
            }
            if connection.hasRequestEnded && !connection.hasAnswerEnded { halfClose(connection, server) }
        }
        if !connection.hasAnswerEnded {
            switch connection.answer.pump(from: server, to: client, shared, &pipes) {
            case .waits: break
            case .continues: continues = true
            case .ended: connection.hasAnswerEnded = true
            case .failed: return end(connection)
            }
            if connection.hasAnswerEnded && !connection.hasRequestEnded { halfClose(connection, client) }
        }
        if connection.hasRequestEnded && connection.hasAnswerEnded { return end(connection, isOrderly: true) }
        if continues && !connection.isContinued {
            connection.isContinued = true
            continued.append(connection.slot)
        }
    }

    private mutating func halfClose(_ connection: TCPConnection, _ receiver: Int32) {
        shutdown(receiver, Int32(SHUT_WR))
        unlist(connection, from: connection.phase)
        connection.phase = .halfClosed
        enlist(connection)
        if let endpoint = connection.destination?.endpoint {
            connection.service.with { $0.halfClose(endpoint) }
        }
    }

    /// Closes both sides; with a reset unless all has been passed on.
    private mutating func end(_ connection: TCPConnection, isOrderly: Bool = false) {
        connection.request.finish(&pipes)
        connection.answer.finish(&pipes)
        for socket in [connection.client, connection.server] where socket >= 0 {
            if isOrderly { close(socket) } else { StreamSocket.reset(socket) }
        }
        release(connection)
        unlist(connection, from: connection.phase)
        connections[connection.slot] = nil
        closedSlots.append(connection.slot)
        connection.service.relay.registry.leave()
    }

    private func release(_ connection: TCPConnection) {
        guard let endpoint = connection.destination?.endpoint else { return }
        let wasHalfClosed = connection.phase == .halfClosed
        connection.service.with { $0.release(endpoint, wasHalfClosed: wasHalfClosed) }
        connection.destination = nil
    }
}

// Time
extension TCPLoop {
    private mutating func endIdle() {
        for phase in TCPConnection.Phase.allCases {
            while let connection = connection(at: oldest[phase.rawValue]),
                connection.lastActivity + timeout(phase) <= now
            {
                if phase == .connecting { retry(connection, ETIMEDOUT) } else { end(connection) }
            }
        }
    }

    private func connection(at slot: Int) -> TCPConnection? {
        slot < 0 ? nil : connections[slot]
    }

    /// Something happened: it is the last of its phase to be idle.
    private mutating func touch(_ connection: TCPConnection) {
        if connection.lastActivity == now { return }
        unlist(connection, from: connection.phase)
        enlist(connection)
    }

    private mutating func enlist(_ connection: TCPConnection) {
        let phase = connection.phase.rawValue
        connection.lastActivity = now
        connection.previous = newest[phase]
        connection.next = -1
        if let before = self.connection(at: newest[phase]) {
            before.next = connection.slot
        } else {
            oldest[phase] = connection.slot
        }
        newest[phase] = connection.slot
    }

    private mutating func unlist(_ connection: TCPConnection, from phase: TCPConnection.Phase) {
        if let before = self.connection(at: connection.previous) {
            before.next = connection.next
        } else {
            oldest[phase.rawValue] = connection.next
        }
        if let after = self.connection(at: connection.next) {
            after.previous = connection.previous
        } else {
            newest[phase.rawValue] = connection.previous
        }
    }
}
