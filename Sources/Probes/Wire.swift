internal import Addresses
internal import Health
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// A conversation with a real server, over a stream or by datagrams: what it sent is read piece by piece, and each
/// piece that does not come, or is not what it should be, ends the probe.
///
/// What may come in all is bounded, and so is the time: both by the `ConnectionGuard` of its channel.
struct Wire {
    /// Bytes that may come in all: twice the largest text that is looked at, which leaves room for what TLS adds.
    static let maximumBytes = 2 * maximumText
    /// Bytes of a text that are looked at; where there are more, these decide.
    static let maximumText = 256 * 1024
    /// Bytes of a line, far above what servers send.
    static let maximumLine = 8 * 1024

    /// When a datagram is sent again, and again, until the conversation ends.
    private static let resending = TimeAmount.seconds(1)

    private let channel: any Channel
    private let connection: NIOLoopBound<ConnectionGuard>
    private var arrivals: AsyncThrowingStream<Arrival, any Error>.Iterator
    private var buffer = ByteBuffer()
    private var phase = Phase.waiting
    /// Whether what is sent may get lost, and is sent again.
    private let isLossy: Bool
    let deadline: Deadline
    private(set) var hasEnded = false

    fileprivate init(
        _ channel: any Channel, _ connection: NIOLoopBound<ConnectionGuard>,
        _ arrivals: AsyncThrowingStream<Arrival, any Error>.Iterator, isLossy: Bool, _ deadline: Deadline
    ) {
        self.isLossy = isLossy
        self.deadline = deadline
        self.channel = channel
        self.connection = connection
        self.arrivals = arrivals
    }

    /// The address and port of this side.
    var localAddress: SocketAddress? { channel.localAddress }

    // MARK: Sending

    /// Sends bytes; what is said of the time after it is that `what` was waited for.
    mutating func send(_ bytes: [UInt8], awaiting what: String) {
        expect(what)
        let buffer = ByteBuffer(bytes: bytes)
        channel.writeAndFlush(buffer, promise: nil)
        if !isLossy { return }
        let channel = channel
        channel.eventLoop.scheduleRepeatedTask(initialDelay: Self.resending, delay: Self.resending) { task in
            if !channel.isActive { return task.cancel() }
            channel.writeAndFlush(buffer, promise: nil)
        }
    }

    /// Sends a line.
    mutating func send(line: String, awaiting what: String) {
        send(Array(line.utf8) + [13, 10], awaiting: what)
    }

    /// Says that nothing more will be sent; over TLS nothing is said.
    func finishSending() {
        channel.close(mode: .output, promise: nil)
    }

    /// Says what is waited for from here on.
    mutating func expect(_ what: String) {
        let phase = Phase.awaiting(what)
        self.phase = phase
        let connection = connection
        channel.eventLoop.execute { connection.value.phase = phase }
    }

    /// Goes on by TLS.
    mutating func startTLS(_ context: NIOSSLContext) async throws(ProbeFailure) {
        phase = .negotiating
        do {
            let connection = connection
            let shown = ShownCertificates.ofTask
            try await channel.eventLoop.submit {
                connection.value.phase = .negotiating
                try connection.value.pipeline?.addTLSClient(
                    context, notedBy: shown, after: connection.value)
            }.get()
        } catch {
            throw ProbeFailure(error, during: phase)
        }
        while true {
            switch try await arrival() {
            case .opened: return
            case .bytes(let bytes): buffer.writeImmutableBuffer(bytes)
            case .ended: throw closed
            }
        }
    }

    // MARK: Receiving

    /// Demands that the time is not over: what has come already is read without waiting, and may take long to judge.
    func demandTime() throws(ProbeFailure) {
        if NIODeadline.now() > deadline.end {
            throw ProbeFailure("timed out after \(deadline.timeout.words) \(phase)")
        }
    }

    /// Reads up to the end of a line, which is left out.
    mutating func line() async throws(ProbeFailure) -> [UInt8] {
        var searched = 0
        try demandTime()
        while true {
            let view = buffer.readableBytesView
            if let end = view.dropFirst(searched).firstIndex(of: 10) {
                var line = Array(view[..<end])
                buffer.moveReaderIndex(to: end + 1)
                if line.last == 13 { line.removeLast() }
                return line
            }
            searched = view.count
            if searched > Self.maximumLine {
                throw ProbeFailure("a line of more than \(Self.maximumLine >> 10) KB \(phase)")
            }
            try await more()
        }
    }

    /// Reads so many bytes.
    mutating func bytes(_ count: Int) async throws(ProbeFailure) -> [UInt8] {
        precondition(count <= Self.maximumText)
        try demandTime()
        while buffer.readableBytes < count { try await more() }
        return buffer.readBytes(length: count) ?? []
    }

    /// Reads whatever comes next: the rest of what came with the last, else what comes then; nil at the end.
    mutating func part() async throws(ProbeFailure) -> [UInt8]? {
        try demandTime()
        while buffer.readableBytes == 0 {
            if hasEnded { return nil }
            try await take()
        }
        return buffer.readBytes(length: buffer.readableBytes) ?? []
    }

    /// Reads a text up to the end of the connection, or as much of it as is looked at.
    mutating func rest() async throws(ProbeFailure) -> [UInt8] {
        var text: [UInt8] = []
        while text.count < Self.maximumText, let part = try await part() { text += part }
        return Array(text.prefix(Self.maximumText))
    }

    /// Waits for more; that the connection ends is a failure.
    private mutating func more() async throws(ProbeFailure) {
        if hasEnded { throw closed }
        try await take()
        if hasEnded { throw closed }
    }

    private mutating func take() async throws(ProbeFailure) {
        switch try await arrival() {
        case .opened: break
        case .bytes(let bytes):
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        case .ended: hasEnded = true
        }
    }

    private var closed: ProbeFailure { ProbeFailure("connection closed \(phase)") }

    fileprivate mutating func arrival() async throws(ProbeFailure) -> Arrival {
        do {
            if let arrival = try await arrivals.next(isolation: #isolation) { return arrival }
        } catch {
            throw ProbeFailure(error, during: phase)
        }
        throw ProbeFailure(undecided: "cancelled")
    }
}

/// What comes from a real server.
private enum Arrival: Sendable {
    /// The connection stands, with TLS where it was asked for.
    case opened
    case bytes(ByteBuffer)
    case ended
}

extension Prober {
    /// What a conversation goes over.
    enum Carrier {
        case stream
        case tls
        case datagrams
    }

    /// Opens a socket of its own and holds a conversation over it; the socket is closed when this returns.
    func converse<Result: Sendable>(
        _ target: Endpoint, _ carrier: Carrier, until deadline: Deadline,
        _ body: (inout Wire) async throws(ProbeFailure) -> Result
    ) async throws(ProbeFailure) -> Result {
        let context: NIOSSLContext? =
            switch carrier {
            case .tls: try tlsContext()
            case .stream, .datagrams: nil
            }
        let loop = group.next()
        let found = loop.makePromise(of: Found.self)
        let guarding = loop.makePromise(of: NIOLoopBound<ConnectionGuard>.self)
        let cancelled = loop.makePromise(of: Void.self)
        defer { cancelled.succeed() }
        // Bounded by the guard, which counts what comes and ends the connection.
        let (stream, arrivals) = AsyncThrowingStream.makeStream(of: Arrival.self)
        let isStream = carrier != .datagrams
        let shown = ShownCertificates.ofTask
        let isOnDataPath = DataPath.ofTask != nil
        @Sendable func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
            channel.eventLoop.makeCompletedFuture {
                if isOnDataPath { channel.resetAtEnd() }
                let pipeline = channel.pipeline.syncOperations
                let connection = ConnectionGuard(
                    found: found, deadline: deadline, maximumBytes: Wire.maximumBytes)
                if !isStream { try pipeline.addHandler(Unwrapper()) }
                try pipeline.addHandler(connection)
                if let context { try pipeline.addTLSClient(context, notedBy: shown) }
                try pipeline.addHandler(WireHandler(arrivals, connection, isSecure: context != nil))
                connection.end(when: cancelled.futureResult)
                guarding.succeed(NIOLoopBound(connection, eventLoop: loop))
            }
        }
        found.futureResult.whenComplete { result in
            switch result {
            case .success: arrivals.finish()
            case .failure(let error): arrivals.finish(throwing: error)
            }
        }
        let channel: any Channel
        do {
            let address = try SocketAddress(target)
            // The guard's deadline comes first; NIO's own would be ten seconds.
            let patience = TimeAmount(deadline.timeout) + .seconds(60)
            let connecting =
                isStream
                ? try ClientBootstrap(group: loop).connectTimeout(patience).channelInitializer(configure)
                    .onDataPath().connect(to: address)
                : try DatagramBootstrap(group: loop)
                    .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_535))
                    .channelInitializer(configure).connectOnDataPath(to: address)
            connecting.cascadeFailure(to: found)
            channel = try await withTaskCancellationHandler {
                try await connecting.get()
            } onCancel: {
                cancelled.succeed()
            }
        } catch {
            guarding.fail(error)
            // What the guard found first says more.
            do {
                _ = try await found.futureResult.get()
            } catch {
                throw ProbeFailure(error, during: .connecting)
            }
            throw ProbeFailure(error, during: .connecting)
        }
        // Not from the pipeline, which has nobody any more once a server has spoken and closed.
        let connection: NIOLoopBound<ConnectionGuard>
        do {
            connection = try await guarding.futureResult.get()
        } catch {
            throw ProbeFailure(error, during: .connecting)
        }
        var wire = Wire(channel, connection, stream.makeAsyncIterator(), isLossy: !isStream, deadline)
        guard case .opened = try await wire.arrival() else {
            throw ProbeFailure("connection closed \(Phase.connecting)")
        }
        return try await body(&wire)
    }
}

/// Hands on what comes, and says when the connection stands.
private final class WireHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let arrivals: AsyncThrowingStream<Arrival, any Error>.Continuation
    private let connection: ConnectionGuard
    private let isSecure: Bool

    init(
        _ arrivals: AsyncThrowingStream<Arrival, any Error>.Continuation, _ connection: ConnectionGuard,
        isSecure: Bool
    ) {
        self.arrivals = arrivals
        self.connection = connection
        self.isSecure = isSecure
    }

    func channelActive(context: ChannelHandlerContext) {
        connection.phase = isSecure ? .negotiating : .waiting
        if !isSecure { arrivals.yield(.opened) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            connection.phase = .waiting
            arrivals.yield(.opened)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrivals.yield(.bytes(unwrapInboundIn(data)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrivals.yield(.ended)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The connection's end follows.
        if case NIOSSLError.uncleanShutdown = error { return }
        if let reason = TLSClient.reason(error) {
            connection.fail(reason)
        } else {
            connection.finish(.failure(ProbeFailure(error, during: connection.phase)))
        }
    }
}

/// Takes datagrams out of their envelopes; all are from the one address that the socket is connected to.
private final class Unwrapper: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(unwrapInboundIn(data).data))
    }
}
