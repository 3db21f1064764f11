internal import Addresses
internal import NIOCore
internal import NIOPosix

/// One client's exchange with one real server, by a socket of its own; confined to its event loop.
final class UDPSession {
    let server: Endpoint
    private(set) var lastActivity = NIODeadline.now()

    private let client: SocketAddress
    private let virtual: any Channel
    private let registry: ConnectionRegistry
    private let onEnd: () -> Void
    private var channel: (any Channel)?
    private var waiting: [ByteBuffer] = []
    private var hasEnded = false

    init(
        server: Endpoint, client: SocketAddress, virtual: any Channel, registry: ConnectionRegistry,
        onEnd: @escaping () -> Void
    ) {
        self.server = server
        self.client = client
        self.virtual = virtual
        self.registry = registry
        self.onEnd = onEnd
    }

    /// Opens the socket to the real server.
    func open(_ target: Endpoint, on loop: any EventLoop) {
        let box = NIOLoopBound(UDPReplyHandler(self), eventLoop: loop)
        let bootstrap = DatagramBootstrap(group: loop)
            .channelOption(.recvAllocator, value: .datagrams)
            .channelOption(.writeBufferWaterMark, value: .relay)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(box.value)
                }
            }
        do {
            bootstrap.connect(to: try SocketAddress(target)).assumeIsolated().whenComplete { result in
                switch result {
                case .success(let channel): self.opened(channel)
                case .failure: self.end()
                }
            }
        } catch {
            end()
        }
    }

    /// Sends a client's datagram to the real server; drops it if the socket is full.
    func send(_ datagram: ByteBuffer) {
        lastActivity = .now()
        if let channel {
            if channel.isWritable { channel.writeAndFlush(datagram, promise: nil) }
        } else if waiting.count < RelayLimits.waitingDatagrams {
            waiting.append(datagram)
        }
    }

    /// Sends a real server's datagram to the client; drops it if the socket is full.
    func answer(_ datagram: ByteBuffer) {
        lastActivity = .now()
        if virtual.isWritable {
            virtual.writeAndFlush(AddressedEnvelope(remoteAddress: client, data: datagram), promise: nil)
        }
    }

    /// Closes the socket and forgets the session.
    func end() {
        if hasEnded { return }
        hasEnded = true
        if let channel {
            registry.dismiss(channel)
            channel.close(promise: nil)
        }
        onEnd()
    }

    private func opened(_ channel: any Channel) {
        guard !hasEnded, registry.admit(channel) else {
            channel.close(promise: nil)
            return end()
        }
        self.channel = channel
        for datagram in waiting { channel.write(datagram, promise: nil) }
        waiting = []
        channel.flush()
    }
}

/// What comes back from a real server.
private final class UDPReplyHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let session: UDPSession

    init(_ session: UDPSession) {
        self.session = session
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        session.answer(unwrapInboundIn(data).data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The real server's port is closed, or there is no way there.
        session.end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        session.end()
        context.fireChannelInactive()
    }
}

extension RecvByteBufferAllocator where Self == FixedSizeRecvByteBufferAllocator {
    /// Room for the largest datagram.
    static var datagrams: Self { FixedSizeRecvByteBufferAllocator(capacity: 65_535) }
}
