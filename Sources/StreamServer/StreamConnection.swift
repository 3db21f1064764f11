internal import Addresses
internal import NIOCore
internal import Telemetry

/// A client's connection: queries are answered in the order in which they come, all that have arrived
/// together with one write.
///
/// While more answers wait than `StreamLimits.highWaterMark`, nothing is read and nothing answered.
final class StreamConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the server asks of a connection, from any thread.
    enum Request: Sendable {
        /// Make room for another one.
        case giveWay
        /// Finish what has begun, then close.
        case finish
    }

    private let loop: StreamLoop
    private let client: Endpoint
    private let activity: ConnectionActivity
    private let onClose: () -> Void
    private var framing = MessageFraming()
    private var deadline: ConnectionDeadline
    private var context: ChannelHandlerContext?
    /// Answers wait for the client to read.
    private var isBlocked = false
    /// The channel asked to read meanwhile.
    private var wantsRead = false
    /// Nothing more is read; the connection closes when the answers are out.
    private var isFinishing = false
    /// All answers are on their way.
    private var isDone = false
    private var isCut = false

    init(
        loop: StreamLoop, client: Endpoint, activity: ConnectionActivity, now: NIODeadline,
        onClose: @escaping () -> Void
    ) {
        self.loop = loop
        self.client = client
        self.activity = activity
        self.onClose = onClose
        deadline = ConnectionDeadline(now: now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
        onClose()
    }

    func read(context: ChannelHandlerContext) {
        if isBlocked || isFinishing {
            wantsRead = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isFinishing { return }
        framing.append(unwrapInboundIn(data))
        answer(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard isBlocked, context.channel.isWritable else { return }
        isBlocked = false
        deadline.isBlocked(false, now: context.eventLoop.now)
        answer(context)
        context.flush()
        if wantsRead, !isBlocked, !isFinishing {
            wantsRead = false
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed, Request.finish:
            finish(context)
        case Request.giveWay:
            cut()
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The client reset the connection, or the like; nobody can do anything about it.
        context.close(promise: nil)
    }

    /// Whether it has had its time.
    func isOver(now: NIODeadline) -> Bool {
        deadline.end(loop.limits) <= now
    }

    /// Closes it because of a limit, whatever is unfinished.
    func cut() {
        guard let context, !isCut else { return }
        isCut = true
        loop.counters.add(.connectionsCut)
        context.close(promise: nil)
    }

    private func answer(_ context: ChannelHandlerContext) {
        loop.refresh()
        var answers = context.channel.allocator.buffer(capacity: 1024)
        var hasAnswered = false
        messages: while !isBlocked {
            switch framing.next() {
            case .incomplete:
                break messages
            case .message(let length):
                let isAnswered = loop.answer(length, in: framing, from: client, into: &answers)
                framing.skip(length: length)
                if !isAnswered {
                    write(answers, context)
                    return finishSpeechless(context)
                }
                hasAnswered = true
                if loop.hasAdvertisedTimeout { deadline.isKeptAlive = true }
                if answers.readableBytes >= StreamLimits.highWaterMark {
                    write(answers, context)
                    answers.clear()
                }
            case .empty:
                write(answers, context)
                return finishSpeechless(context)
            }
        }
        write(answers, context)
        let now = context.eventLoop.now
        if hasAnswered { deadline.wasActive(now: now) }
        if framing.isPartial { deadline.isPartial(now: now) }
        activity.note(now: now.uptimeNanoseconds, isBusy: framing.isPartial || isBlocked)
        if isFinishing, !isBlocked { closeWhenWritten(context) }
    }

    private func write(_ answers: ByteBuffer, _ context: ChannelHandlerContext) {
        if answers.readableBytes == 0 { return }
        context.write(wrapOutboundOut(answers), promise: nil)
        if context.channel.isWritable { return }
        context.flush()
        if context.channel.isWritable { return }
        isBlocked = true
        deadline.isBlocked(true, now: context.eventLoop.now)
    }

    /// What the client sent is no query: what came before it is answered, then the connection ends.
    private func finishSpeechless(_ context: ChannelHandlerContext) {
        framing = MessageFraming()
        loop.counters.add(.connectionsCut)
        finish(context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        isFinishing = true
        if !isBlocked { closeWhenWritten(context) }
    }

    private func closeWhenWritten(_ context: ChannelHandlerContext) {
        if isDone { return }
        isDone = true
        // The client has as long to read them as others have.
        deadline.isBlocked(true, now: context.eventLoop.now)
        // An empty write is done when all before it are.
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }
}
