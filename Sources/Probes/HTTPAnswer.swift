internal import NIOCore
package import NIOHTTP1
internal import NIOSSL

/// What came back on a request.
package struct HTTPAnswer: Sendable, Equatable {
    /// Bytes of a body that are looked at; where there are more, these decide.
    package static let maximumBody = 256 * 1024
    /// Bytes of a header: far above what servers send.
    package static let maximumHeader = 64 * 1024
    /// The bounds for NIO's decoder.
    static let headerLimits: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumHeader
        limits.maxHeaderListSize = maximumHeader
        limits.maxHeaderFieldCount = 500
        return limits
    }()

    /// The status code.
    package var status: Int
    /// The fields of its header.
    package var headers: HTTPHeaders = [:]
    /// The fields behind its body.
    package var trailers: HTTPHeaders = [:]
    /// The body, without transfer coding; empty unless the status is a good one.
    package var body: [UInt8] = []

    /// How much there is to judge.
    var octets: Int {
        headers.reduce(body.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }
}

/// Sends one request and gathers its answer.
final class HTTPAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let connection: ConnectionGuard
    private let request: HTTPRequestHead
    private let afterConnecting: Phase
    private let body: [UInt8]
    private let hasBody: @Sendable (Int) -> Bool
    private var answer: HTTPAnswer?

    /// - Parameters:
    ///   - body: What is sent with the request.
    ///   - hasBody: Whether the body of an answer with this status is looked at.
    init(
        _ connection: ConnectionGuard, _ request: HTTPRequestHead, body: [UInt8] = [],
        hasBody: @escaping @Sendable (Int) -> Bool, afterConnecting: Phase
    ) {
        self.connection = connection
        self.body = body
        self.hasBody = hasBody
        self.request = request
        self.afterConnecting = afterConnecting
    }

    func channelActive(context: ChannelHandlerContext) {
        connection.phase = afterConnecting
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        if !body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        }
        // With TLS, what was written leaves after the handshake only.
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenSuccess {
            if self.connection.phase == .negotiating { self.connection.phase = .waiting }
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        // One on the way says nothing (RFC 9110 §15.2), but for the last word of HTTP that 101 is.
        case .head(let head) where head.status.code < 200 && head.status.code != 101: break
        case .head(let head):
            answer = HTTPAnswer(status: Int(head.status.code), headers: head.headers)
            if hasBody(Int(head.status.code)) {
                connection.phase = .reading
            } else {
                finish()
            }
        case .body(let part):
            let room = HTTPAnswer.maximumBody - (answer?.body.count ?? 0)
            answer?.body.append(contentsOf: part.readableBytesView.prefix(room))
            if part.readableBytes >= room { finish() }
        case .end(let trailers):
            answer?.trailers = trailers ?? [:]
            finish()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Of a stream of HTTP/2 only this is told.
        connection.fail("connection closed \(connection.phase)")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOSSLError.uncleanShutdown, HTTPParserError.invalidEOFState:
            // The connection's end follows, and says what it cut off.
            return
        case HTTPParserError.headerOverflow:
            connection.fail(
                "the answer's header is larger than \(HTTPAnswer.maximumHeader >> 10) KB")
        case let error as HTTPParserError:
            connection.fail("the answer is no HTTP (\(error))")
        default: connection.fail(httpError: error)
        }
    }

    private func finish() {
        if let answer { connection.finish(.success(.answered(answer))) }
    }
}
