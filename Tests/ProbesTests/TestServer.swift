import Addresses
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on a free port of 127.0.0.1 that hands each request's header to a script.
struct TestServer: Sendable {
    /// Given the header of a request (once per connection), does what the server is to do.
    typealias Script = @Sendable (_ header: String, _ channel: any Channel) -> Void

    let endpoint: Endpoint
    let received: Received

    /// What came in, for tests that look at requests.
    final class Received: Sendable {
        private let state = Mutex<(headers: [String], channels: [any Channel])>(([], []))

        var headers: [String] { state.withLock { $0.headers } }
        var channels: [any Channel] { state.withLock { $0.channels } }

        func add(_ channel: any Channel) { state.withLock { $0.channels.append(channel) } }
        func add(_ header: String) { state.withLock { $0.headers.append(header) } }
    }

    /// Runs `body` with a server that answers each connection by a script: upon a whole header or, if it
    /// knows none, upon the first bytes.
    static func run<Result: Sendable>(
        tls: Bool = false, knowsNoHeader: Bool = false, script: @escaping Script,
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let received = Received()
        let context = tls ? try TLSFixture.serverContext() : nil
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    received.add(channel)
                    try channel.pipeline.syncOperations.addHandler(Cutter())
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        RequestReader(received, knowsNoHeader: knowsNoHeader, script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(listener.localAddress?.port ?? 0)
        let server = TestServer(endpoint: Endpoint(.v4(.loopback), port: port), received: received)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await listener.close()
        for channel in received.channels { channel.close(promise: nil) }
        return try result.get()
    }

    /// Sends this text and closes.
    static func send(_ text: String) -> Script {
        { _, channel in
            channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    /// Sends an answer with this status line and body and closes.
    static func answer(_ status: String, _ body: String = "", fields: String = "") -> Script {
        send("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Sends a text, then one byte every 50 ms for ever.
    static func drip(after text: String) -> Script {
        { _, channel in
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            channel.eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(50), delay: .milliseconds(50)) {
                task in
                if !channel.isActive { return task.cancel() }
                channel.writeAndFlush(ByteBuffer(string: "."), promise: nil)
            }
        }
    }

    /// Sends a text, then a piece of text again and again for as long as the other side takes it.
    static func flood(after text: String, with piece: String) -> Script {
        { _, channel in
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            // Many at a time, so that the server does not keep the machine busy with small writes.
            let pieces = ByteBuffer(string: String(repeating: piece, count: 65536 / piece.utf8.count))
            @Sendable func more() {
                channel.writeAndFlush(pieces).whenSuccess { channel.eventLoop.execute(more) }
            }
            more()
        }
    }

    /// Sends a text and ends the connection below TLS, without its farewell.
    static func cut(after text: String) -> Script {
        { _, channel in
            channel.writeAndFlush(ByteBuffer(string: text)).whenSuccess {
                channel.triggerUserOutboundEvent(Cutter.Event(), promise: nil)
            }
        }
    }

    /// Sends a text and resets the connection.
    static func reset(after text: String = "") -> Script {
        { _, channel in
            channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in
                (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    .whenComplete { _ in channel.close(promise: nil) }
            }
        }
    }
}

/// Stands next to the socket and closes it when told to.
private final class Cutter: ChannelOutboundHandler {
    struct Event: Sendable {}

    typealias OutboundIn = ByteBuffer

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?)
    {
        if event is Event { context.close(promise: promise) }
    }
}

private final class RequestReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let received: TestServer.Received
    private let script: TestServer.Script
    private let knowsNoHeader: Bool
    private var text = ""
    private var isAnswered = false

    init(_ received: TestServer.Received, knowsNoHeader: Bool, _ script: @escaping TestServer.Script) {
        self.received = received
        self.knowsNoHeader = knowsNoHeader
        self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isAnswered { return }
        text += String(buffer: unwrapInboundIn(data))
        if knowsNoHeader || text.contains("\r\n\r\n") {
            isAnswered = true
            received.add(text)
            script(text, context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// A listening socket whose queue is full, so that the kernel answers no SYN.
struct FullBacklog: ~Copyable {
    let endpoint: Endpoint
    private var sockets: [Int32] = []

    init() {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(listener, address, length)
                _ = listen(listener, 0)
                _ = getsockname(listener, address, &length)
            }
        }
        endpoint = Endpoint(.v4(.loopback), port: UInt16(bigEndian: address.sin_port))
        sockets = [listener]
        for _ in 0..<4 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(client, $0, length) }
            }
            sockets.append(client)
        }
    }

    deinit {
        for socket in sockets { _ = Glibc.close(socket) }
    }
}
