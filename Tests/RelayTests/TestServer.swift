import Addresses
import NIOCore
import NIOPosix
import Synchronization

/// A real server in the test, which does one thing on each connection.
enum TestServer {
    /// What it does.
    enum Manner: Sendable {
        /// Waits for the end of what it is sent, and answers with its name, a colon and that.
        case named(String)
        /// Sends back what it is sent, at once.
        case echo
        /// Sends this many pieces of 64 KiB, each of bytes that are its number, and ends.
        case pieces(Int)
        /// Says nothing and never ends.
        case silent
    }

    /// Runs `body` with a server at an endpoint.
    static func run(
        _ manner: Manner, at endpoint: Endpoint, _ body: () async throws -> Void
    ) async throws {
        let channels = Mutex<[any Channel]>([])
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channels.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ServerHandler(manner))
                }
            }
            .bind(host: "\(endpoint.address)", port: Int(endpoint.port)).get()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        try await listener.close()
        for channel in channels.withLock({ $0 }) { channel.close(promise: nil) }
        try outcome.get()
    }
}

private final class ServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let manner: TestServer.Manner
    private var text = ""

    init(_ manner: TestServer.Manner) {
        self.manner = manner
    }

    func channelActive(context: ChannelHandlerContext) {
        if case .pieces(let count) = manner { send(0, of: count, context) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch manner {
        case .named: text += String(buffer: unwrapInboundIn(data))
        case .echo: context.writeAndFlush(data, promise: nil)
        case .pieces, .silent: return
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return }
        switch manner {
        case .named(let name): end(context, with: ByteBuffer(string: "\(name):\(text)"))
        case .echo: end(context, with: ByteBuffer())
        case .pieces, .silent: return
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func end(_ context: ChannelHandlerContext, with last: ByteBuffer) {
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(last)).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
    }

    private func send(_ number: Int, of count: Int, _ context: ChannelHandlerContext) {
        if number == count { return end(context, with: ByteBuffer()) }
        let piece = ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: 1 << 16)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(piece)).whenSuccess {
            bound.value.1.eventLoop.execute { bound.value.0.send(number + 1, of: count, bound.value.1) }
        }
    }
}
