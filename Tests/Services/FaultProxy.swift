import Addresses
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Stands before a server and does it harm: what the server says is passed on up to a message, and then the fault
/// comes. A message is what the server says at a time.
struct FaultProxy: Sendable {
    enum Fault: String, CaseIterable, Sendable {
        /// Nothing comes any more.
        case hang
        /// Bytes come one at a time, one in 50 ms.
        case drip
        /// Half a message comes, then the connection ends.
        case halve
        /// The connection is reset.
        case reset
    }

    let port: UInt16
    /// Messages that the server has said on all connections.
    let messages: Counter

    final class Counter: Sendable {
        private let value = Mutex(0)

        /// Counts one; how many there were before.
        func next() -> Int {
            value.withLock { value in
                defer { value += 1 }
                return value
            }
        }
    }

    /// Runs `body` with a proxy whose fault comes at the message with this number, from 0 on.
    static func run<Result: Sendable>(
        before server: UInt16, _ fault: Fault, at message: Int, _ body: (FaultProxy) async -> Result
    ) async throws -> Result {
        let counter = Counter()
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .channelOption(.allowRemoteHalfClosure, value: true)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(
                                Harm(client, fault, at: message, counter))
                        }
                    }
                    .connect(host: "127.0.0.1", port: Int(server))
                    .flatMapThrowing { channel in
                        try client.pipeline.syncOperations.addHandler(Passage(channel))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result = await body(FaultProxy(port: UInt16(listener.localAddress?.port ?? 0), messages: counter))
        try await listener.close()
        return result
    }
}

/// Passes on what comes to the other side.
private final class Passage: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(_ other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { other.close(mode: .output, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Passes on what the server says, until the fault.
private final class Harm: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: any Channel
    private let fault: FaultProxy.Fault
    private let place: Int
    private let counter: FaultProxy.Counter
    private var isDone = false
    private var waiting = ByteBuffer()

    init(_ client: any Channel, _ fault: FaultProxy.Fault, at place: Int, _ counter: FaultProxy.Counter) {
        self.client = client
        self.fault = fault
        self.place = place
        self.counter = counter
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if isDone {
            if fault == .drip { waiting.writeBuffer(&bytes) }
            return
        }
        if counter.next() < place {
            client.writeAndFlush(bytes, promise: nil)
            return
        }
        isDone = true
        switch fault {
        case .hang: break
        case .drip:
            waiting = bytes
            let client = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(50)) { task in
                let harm = client.value
                if !harm.client.isActive { return task.cancel() }
                if let byte = harm.waiting.readSlice(length: 1) {
                    harm.client.writeAndFlush(byte, promise: nil)
                }
            }
        case .halve:
            let half = bytes.readSlice(length: bytes.readableBytes / 2) ?? ByteBuffer()
            let client = client
            client.writeAndFlush(half).whenComplete { _ in client.close(promise: nil) }
        case .reset:
            let client = client
            (client as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                .whenComplete { _ in client.close(promise: nil) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed, !isDone { client.close(mode: .output, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isDone { client.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
