import Addresses
import NIOCore
import NIOPosix
import Synchronization

/// A web server whose health is what the test says.
final class Web: Sendable {
    /// How it is.
    enum Health: Sendable {
        /// Its page is good.
        case good
        /// Its page is another.
        case wrong
        /// It has no page.
        case missing
        /// It takes connections and says nothing.
        case hanging
        /// It takes no connections.
        case closed
    }

    private let address: String
    private let port: Int
    private struct State {
        var health = Health.closed
        var listener: (any Channel)?
        var clients: [any Channel] = []
    }
    private let state = Mutex(State())

    init(_ address: String, port: UInt16) {
        self.address = address
        self.port = Int(port)
    }

    /// Becomes healthy or not, for those who come from now on.
    func become(_ health: Health) async throws {
        let listener = state.withLock { state in
            state.health = health
            return state.listener
        }
        if health == .closed {
            let clients = state.withLock { state in
                state.listener = nil
                defer { state.clients = [] }
                return state.clients
            }
            try await listener?.close()
            for client in clients { client.close(promise: nil) }
        } else if listener == nil {
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        self.state.withLock { $0.clients.append(channel) }
                        try channel.pipeline.syncOperations.addHandler(Page(self))
                    }
                }
                .bind(host: address, port: port).get()
            state.withLock { $0.listener = listener }
        }
    }

    private var answer: String? {
        switch state.withLock({ $0.health }) {
        case .good: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nTest Page"
        case .wrong: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nOther"
        case .missing: "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 9\r\n\r\nTest Page"
        case .hanging, .closed: nil
        }
    }

    private final class Page: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let web: Web

        init(_ web: Web) { self.web = web }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let answer = web.answer else { return }
            let channel = context.channel
            channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
