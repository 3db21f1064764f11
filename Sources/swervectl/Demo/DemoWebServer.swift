internal import Addresses
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A small web server that answers every path with one line, and can be stopped and started again.
actor DemoWebServer {
    /// Where it listens.
    nonisolated let endpoint: Endpoint
    /// What it answers, without the line's end.
    nonisolated let line: String
    private var channel: (any Channel)?

    init(_ endpoint: Endpoint, line: String) {
        self.endpoint = endpoint
        self.line = line
    }

    /// Listens.
    func start() async throws {
        let page = line + "\n"
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(DemoPage(page))
                }
            }
            .bind(host: "\(endpoint.address)", port: Int(endpoint.port)).get()
    }

    /// Stops if it runs, starts if it does not; whether it runs then.
    func toggle() async throws -> Bool {
        if channel == nil {
            try await start()
            return true
        }
        try await stop()
        return false
    }

    /// No longer listens.
    func stop() async throws {
        try await channel?.close().get()
        channel = nil
    }
}

/// Answers each request with one page, and closes the connection, so that a stopped server has none left.
private final class DemoPage: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let page: String
    private var isHead = false

    init(_ page: String) {
        self.page = page
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): isHead = head.method == .HEAD
        case .body: break
        case .end:
            let headers: HTTPHeaders = [
                "Content-Type": "text/plain", "Content-Length": "\(page.utf8.count)", "Connection": "close",
            ]
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if !isHead {
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: page)))), promise: nil)
            }
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
