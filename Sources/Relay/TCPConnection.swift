internal import Addresses
internal import Director
internal import Logging
internal import NIOCore
internal import NIOPosix

/// One connection of a client, from its acceptance to its end; confined to its event loop.
///
/// A real server that cannot be reached is passed over for another one, which no kernel does; bytes have
/// not been sent to it yet.
final class TCPConnection {
    private let service: RelayService
    private let client: any Channel
    private let clientEndpoint: Endpoint
    private var clientSide: SpliceHandler?
    private var serverSide: SpliceHandler?
    private var tried: Set<Endpoint> = []
    private var server: Endpoint?
    private var isHalfClosed = false
    private var hasEnded = false
    private var lastActivity = NIODeadline.now()
    private var idleAlarm: Scheduled<Void>?

    /// Takes over an accepted connection, in its channel's initializer.
    static func accept(_ client: any Channel, for service: RelayService) throws {
        let pipeline = client.pipeline.syncOperations
        guard let endpoint = client.remoteAddress.flatMap(Endpoint.init) else { throw ChannelError.eof }
        let connection = TCPConnection(service, client, endpoint)
        let side = SpliceHandler { connection.client($0) }
        connection.clientSide = side
        try pipeline.addHandler(side)
    }

    private init(_ service: RelayService, _ client: any Channel, _ endpoint: Endpoint) {
        self.service = service
        self.client = client
        clientEndpoint = endpoint
    }

    private func begin() {
        if hasEnded { return }
        if service.relay.registry.admit(client) {
            connect()
        } else {
            service.relay.logger.debug("\(service.key): too many connections, one was reset")
            end()
        }
    }

    private func connect() {
        let now = NIODeadline.now()
        let chosen =
            tried.count < RelayLimits.attempts
            ? service.with { [clientEndpoint, tried] in
                $0.claim(for: clientEndpoint, excluding: tried, now: now)
            } : nil
        guard let chosen else { return end() }
        server = chosen.endpoint
        tried.insert(chosen.endpoint)
        let side = SpliceHandler { self.server($0) }
        let box = NIOLoopBound(side, eventLoop: client.eventLoop)
        let bootstrap = ClientBootstrap(group: client.eventLoop)
            .connectTimeout(TimeAmount(service.relay.limits.connectTimeout))
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.writeBufferWaterMark, value: .relay)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // NIO reads all that has come when the other end closes, so what the kernel keeps of a fast
            // server for a slow client bounds our memory too. Real servers are near: it costs no speed.
            .channelOption(.socketOption(.so_rcvbuf), value: 256 * 1024)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(box.value)
                }
            }
        let target = service.target(of: chosen)
        do {
            bootstrap.connect(to: try SocketAddress(target)).assumeIsolated().whenComplete { result in
                switch result {
                case .success(let channel): self.connected(channel, side)
                case .failure(let error): self.failed(target, error)
                }
            }
        } catch {
            failed(target, error)
        }
    }

    private func connected(_ channel: any Channel, _ side: SpliceHandler) {
        guard let clientSide, !hasEnded else { return channel.reset() }
        serverSide = side
        lastActivity = .now()
        watchIdleness()
        SpliceHandler.join(clientSide, side)
    }

    private func failed(_ target: Endpoint, _ error: any Error) {
        service.relay.logger.debug("\(service.key): no connection to \(target): \(error)")
        if hasEnded { return }
        release()
        connect()
    }

    private func client(_ event: SpliceHandler.Event) {
        // Not earlier: what is asked of a channel before it is open is forgotten.
        if case .opened = event { return begin() }
        handle(event, other: serverSide)
    }

    private func server(_ event: SpliceHandler.Event) {
        // An attempt that failed has never been joined.
        if serverSide != nil { handle(event, other: clientSide) }
    }

    private func handle(_ event: SpliceHandler.Event, other: SpliceHandler?) {
        lastActivity = .now()
        switch event {
        case .opened, .active: return
        case .inputClosed:
            if let server, !isHalfClosed, serverSide != nil {
                isHalfClosed = true
                service.with { $0.halfClose(server) }
            }
        case .closed(isOrderly: true):
            // The other side may still have bytes to write; their end is the connection's.
            if let other, !other.isClosed { other.finish() } else { end() }
        case .closed(isOrderly: false):
            end()
        }
    }

    private func watchIdleness() {
        let limits = service.relay.limits
        let timeout = TimeAmount(isHalfClosed ? limits.halfClosedTimeout : limits.idleTimeout)
        let due = lastActivity + timeout
        if due <= .now() { return end() }
        // Half-closing shortens the time: look no later than it would be over.
        let look = min(due, .now() + TimeAmount(limits.halfClosedTimeout))
        idleAlarm = client.eventLoop.assumeIsolated().scheduleTask(deadline: look) { self.watchIdleness() }
    }

    /// Resets what is still open of both sides.
    private func end() {
        if hasEnded { return }
        hasEnded = true
        idleAlarm?.cancel()
        release()
        clientSide?.reset()
        serverSide?.reset()
        clientSide?.part()
        serverSide?.part()
        clientSide = nil
        serverSide = nil
    }

    private func release() {
        guard let server else { return }
        service.with { [isHalfClosed] in $0.release(server, wasHalfClosed: isHalfClosed) }
        self.server = nil
    }
}

extension ChannelOptions.Types.WriteBufferWaterMark {
    static let relay = Self(low: RelayLimits.highWatermark / 2, high: RelayLimits.highWatermark)
}
