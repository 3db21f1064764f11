internal import Addresses
internal import Director
internal import Logging
internal import NIOCore
internal import NIOPosix

/// The socket of a UDP virtual server: hands each client's datagrams to its session, and what the real
/// servers answer back to the clients, from the address that they asked.
///
/// A session lasts as long as datagrams come in either direction. It ends early when its real server
/// leaves the table or has no open port; the client's next datagram begins another one. With the flag
/// for one-packet scheduling every datagram is scheduled for itself.
final class UDPRelayHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// What tells sessions apart; the server only with one-packet scheduling.
    private struct SessionKey: Hashable {
        var client: SocketAddress
        var server: Endpoint?
    }

    private let service: RelayService
    private var sessions: [SessionKey: UDPSession] = [:]
    private var sweeper: Scheduled<Void>?

    init(_ service: RelayService) {
        self.service = service
    }

    func channelActive(context: ChannelHandlerContext) {
        sweep(context.eventLoop)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        sweeper?.cancel()
        for session in Array(sessions.values) { session.end() }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let datagram = unwrapInboundIn(data)
        session(of: datagram.remoteAddress, context)?.send(datagram.data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Of one datagram (a client's port that is closed, for instance); the socket lives on.
        service.relay.logger.debug("\(service.key): \(error)")
    }

    private func session(of client: SocketAddress, _ context: ChannelHandlerContext) -> UDPSession? {
        let now = NIODeadline.now()
        let key = SessionKey(client: client)
        if let session = sessions[key] {
            if service.with({ [server = session.server] in $0.destination(server) != nil }) { return session }
            session.end()
        }
        guard let endpoint = Endpoint(client),
            let chosen = service.with({ $0.claim(for: endpoint, now: now) })
        else { return nil }
        let isOnePacket = service.with { $0.options.flags.contains(.onePacket) }
        let ownKey = isOnePacket ? SessionKey(client: client, server: chosen.endpoint) : key
        if let session = sessions[ownKey] {
            service.with { $0.release(chosen.endpoint) }
            return session
        }
        if service.relay.registry.isFull { evict() }
        let session = UDPSession(
            server: chosen.endpoint, client: client, virtual: context.channel, registry: service.relay.registry
        ) { [service] in
            self.sessions[ownKey] = nil
            service.with { $0.release(chosen.endpoint) }
        }
        sessions[ownKey] = session
        session.open(service.target(of: chosen), on: context.eventLoop)
        return session
    }

    /// Ends the sessions whose time is over, now and then.
    private func sweep(_ loop: any EventLoop) {
        let timeout = TimeAmount(service.relay.limits.sessionTimeout)
        let oldest = NIODeadline.now() - timeout
        for session in Array(sessions.values) where session.lastActivity <= oldest { session.end() }
        let pause = TimeAmount.nanoseconds(timeout.nanoseconds / 8)
        sweeper = loop.assumeIsolated().scheduleTask(in: pause) { self.sweep(loop) }
    }

    /// Ends the longest idle sixteenth of the sessions, so that the sorting is paid for by many.
    private func evict() {
        let longestIdle = sessions.values.sorted { $0.lastActivity < $1.lastActivity }
        for session in longestIdle.prefix((longestIdle.count + 15) / 16) { session.end() }
    }
}
