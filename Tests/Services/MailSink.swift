import NIOCore
import NIOPosix
import Synchronization

/// A mail server that takes everything, and keeps the text.
final class MailSink: Sendable {
    private let received = Mutex("")

    /// What was received so far.
    var text: String { received.withLock { $0 } }

    /// Runs `body` with a sink and its port.
    static func run<Result: Sendable>(_ body: (MailSink, UInt16) async throws -> Result) async throws -> Result
    {
        let sink = MailSink()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Session(sink))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(sink, UInt16(listener.localAddress?.port ?? 0)))
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        return try result.get()
    }

    private final class Session: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let sink: MailSink
        private var rest = ""
        private var isData = false

        init(_ sink: MailSink) { self.sink = sink }

        func channelActive(context: ChannelHandlerContext) { say("220 sink.example", context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            rest += String(buffer: unwrapInboundIn(data))
            while let end = rest.firstRange(of: "\r\n") {
                let line = String(rest[..<end.lowerBound])
                rest = String(rest[end.upperBound...])
                sink.received.withLock { $0 += line + "\n" }
                if isData {
                    if line == "." {
                        isData = false
                        say("250 taken", context)
                    }
                } else if line == "DATA" {
                    isData = true
                    say("354 go on", context)
                } else {
                    say("250 yes", context)
                }
            }
        }

        private func say(_ line: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(NIOAny(ByteBuffer(string: line + "\r\n")), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
