internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOTLS

extension ChannelPipeline.SynchronousOperations {
    /// Speaks HTTP/2 (RFC 9113) on this connection, with one request: what `makeHandler` makes sees it as one of
    /// HTTP/1.
    func addHTTP2Client(
        _ connection: ConnectionGuard, isSecure: Bool,
        _ makeHandler: @escaping @Sendable (ConnectionGuard) -> HTTPAnswerHandler
    ) throws {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            // Nobody is to push anything, nor to open streams.
            HTTP2Setting(parameter: .enablePush, value: 0),
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 0),
            HTTP2Setting(parameter: .maxHeaderListSize, value: HTTPAnswer.maximumHeader),
        ]
        let streams = try configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: configuration, streamConfiguration: .init()
        ) { $0.close() }
        try addHandler(HTTP2RequestOpener(connection, streams, isSecure: isSecure, makeHandler))
    }
}

/// Lets no status in that is none: what makes HTTP/1 of the answer behind it takes any number for one, and ends the
/// process for some.
private final class HTTP2StatusGate: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload

    private let connection: ConnectionGuard

    init(_ connection: ConnectionGuard) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .headers(let part) = unwrapInboundIn(data),
            // Switching protocols is not for HTTP/2 (RFC 9113 §8.6).
            !part.headers[":status"].allSatisfy({ Self.isStatus($0.utf8) && $0 != "101" })
        {
            connection.fail("the answer is no HTTP/2 (its status is none)")
            return
        }
        context.fireChannelRead(data)
    }

    private static func isStatus(_ text: String.UTF8View) -> Bool {
        text.count == 3 && text.allSatisfy { (48...57).contains($0) } && (49...53).contains(text.first ?? 0)
    }
}

/// Opens the one stream as soon as the connection stands, and says what is wrong with it.
private final class HTTP2RequestOpener: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let connection: ConnectionGuard
    private let streams: NIOHTTP2Handler.StreamMultiplexer
    private let isSecure: Bool
    private let makeHandler: @Sendable (ConnectionGuard) -> HTTPAnswerHandler

    init(
        _ connection: ConnectionGuard, _ streams: NIOHTTP2Handler.StreamMultiplexer, isSecure: Bool,
        _ makeHandler: @escaping @Sendable (ConnectionGuard) -> HTTPAnswerHandler
    ) {
        self.connection = connection
        self.streams = streams
        self.isSecure = isSecure
        self.makeHandler = makeHandler
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(connection, eventLoop: context.eventLoop)
        let (isSecure, makeHandler) = (isSecure, makeHandler)
        streams.createStreamChannel(promise: nil) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandlers(
                    HTTP2StatusGate(bound.value),
                    HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: isSecure ? .https : .http),
                    makeHandler(bound.value))
            }
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted(let agreed)? = event as? TLSUserEvent, agreed != "h2" {
            connection.fail("TLS: it speaks no HTTP/2 there")
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.fail(httpError: error)
    }
}

extension ConnectionGuard {
    /// Fails for an error in HTTP, or below it.
    func fail(httpError error: any Error) {
        if let reason = Self.http2Reason(error) ?? TLSClient.reason(error) {
            fail(reason)
        } else {
            finish(.failure(ProbeFailure(error, during: phase)))
        }
    }

    private static func http2Reason(_ error: any Error) -> String? {
        switch error {
        case let error as NIOHTTP2Errors.StreamClosed:
            "the request was reset, error \(error.errorCode.networkCode) of HTTP/2"
        case let error as any NIOHTTP2Error: "the answer is no HTTP/2 (\(type(of: error)))"
        default: nil
        }
    }
}
