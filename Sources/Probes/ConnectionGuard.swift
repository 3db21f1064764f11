internal import NIOCore

/// Stands next to the socket and ends a probe's connection: at the deadline, on cancellation, when too
/// much has come, when the socket fails or closes, and when the other handlers are done. Since it comes
/// before TLS in the pipeline, its close waits for nobody's farewell.
final class ConnectionGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Bytes that may come before the answer's header is whole: twice its bound, which leaves room for the
    /// handshake of TLS and some interim answers.
    private static let maximumHeaderBytes = 2 * HTTPAnswer.maximumHeader
    /// Bytes that an answer may have on the wire, all framing included: four times the largest body.
    private static let maximumBytes = 4 * HTTPAnswer.maximumBody

    /// The pipeline that it stands in; nil when it has been closed.
    var pipeline: ChannelPipeline.SynchronousOperations? { context?.pipeline.syncOperations }

    /// What is being waited for.
    var phase = Phase.connecting

    private let found: EventLoopPromise<Found>
    private let deadline: Deadline
    private let maximumBytes: Int?
    private var context: ChannelHandlerContext?
    private var alarm: Scheduled<Void>?
    private var bytes = 0
    private var isFinished = false

    /// - Parameter maximumBytes: What may come in all, where an answer has no header and body.
    init(found: EventLoopPromise<Found>, deadline: Deadline, maximumBytes: Int? = nil) {
        self.found = found
        self.deadline = deadline
        self.maximumBytes = maximumBytes
    }

    /// Closes the connection and says what was found; what comes later is ignored.
    func finish(_ result: Result<Found, ProbeFailure>) {
        if isFinished { return }
        isFinished = true
        alarm?.cancel()
        switch result {
        case .success(let value):
            context?.close(promise: nil)
            found.succeed(value)
        case .failure(let error):
            // First the reason: closing also fails a connect that is under way.
            found.fail(error)
            context?.close(promise: nil)
        }
    }

    func fail(_ reason: String) {
        finish(.failure(ProbeFailure(reason)))
    }

    /// Ends the probe, wherever it is, when this future is complete.
    func end(when cancelled: EventLoopFuture<Void>) {
        cancelled.assumeIsolated().whenComplete { _ in
            self.finish(.failure(ProbeFailure(undecided: "cancelled")))
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline.end) {
            self.fail("timed out after \(self.deadline.timeout.words) \(self.phase)")
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isFinished { return }
        bytes += unwrapInboundIn(data).readableBytes
        context.fireChannelRead(data)
        if let maximumBytes {
            if bytes > maximumBytes { fail("more than \(maximumBytes >> 10) KB came") }
        } else if phase != .reading && bytes > Self.maximumHeaderBytes {
            fail("the answer has no end of its header in \(Self.maximumHeaderBytes >> 10) KB")
        } else if bytes > Self.maximumBytes {
            fail("the answer is larger than \(Self.maximumBytes >> 10) KB")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // A body may end with the connection: the others first.
        context.fireChannelInactive()
        fail("connection closed \(phase)")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(ProbeFailure(error, during: phase)))
    }
}
