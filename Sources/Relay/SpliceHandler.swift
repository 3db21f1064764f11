internal import Glibc
internal import NIOCore

/// One side of a relayed TCP connection. What it reads its partner writes, and it reads on only while the
/// partner has room: a slow reader holds up the sender instead of filling memory.
final class SpliceHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What became of one side.
    enum Event {
        /// The channel is open.
        case opened
        /// Bytes came in.
        case active
        /// The other end will send no more.
        case inputClosed
        /// The channel is closed: in order, or by an error.
        case closed(isOrderly: Bool)
    }

    private let report: (Event) -> Void
    private var partner: SpliceHandler?
    private var context: ChannelHandlerContext?
    /// What came before there was a partner: NIO reads all that there is when the other end closes.
    private var early: [ByteBuffer] = []
    private var hasInputEnded = false
    private var hasOutputEnded = false
    private var hasFailed = false
    private var isHeldUp = false
    /// Whether the channel has closed.
    private(set) var isClosed = false

    init(report: @escaping (Event) -> Void) {
        self.report = report
    }

    /// Begins to carry bytes in both directions.
    static func join(_ a: SpliceHandler, _ b: SpliceHandler) {
        a.partner = b
        b.partner = a
        a.begin()
        b.begin()
    }

    /// Lets go of the partner.
    func part() {
        partner = nil
    }

    /// Sends what was written before, then ends the outbound half.
    func endOutput() {
        guard let context else { return }
        // An empty write is complete when all before it are. A plain close would throw them away once the
        // other half has ended too.
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
    }

    /// Sends what was written before, then closes.
    func finish() {
        guard let context else { return }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
    }

    /// Resets the connection, so that the other end does not take it for a complete one.
    func reset() {
        context?.channel.reset()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        report(.opened)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        report(.active)
        if let partner {
            partner.write(unwrapInboundIn(data))
        } else {
            early.append(unwrapInboundIn(data))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard let partner else { return }
        partner.flush()
        readOn()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.readOnIfHeldUp() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? ChannelEvent {
        case .inputClosed:
            hasInputEnded = true
            partner?.endOutput()
            report(.inputClosed)
        case .outputClosed:
            hasOutputEnded = true
        case nil: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        // If our half has ended before, the end of theirs closes the channel at once.
        report(.closed(isOrderly: hasInputEnded || hasOutputEnded && !hasFailed))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        hasFailed = true
        context.close(promise: nil)
    }

    private func begin() {
        for buffer in early { partner?.write(buffer) }
        early = []
        partner?.flush()
        if hasInputEnded { partner?.endOutput() } else { readOn() }
    }

    private func readOn() {
        if partner?.context?.channel.isWritable == true {
            context?.read()
        } else {
            isHeldUp = true
        }
    }

    private func readOnIfHeldUp() {
        if isHeldUp {
            isHeldUp = false
            context?.read()
        }
    }

    private func write(_ buffer: ByteBuffer) {
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    private func flush() {
        context?.flush()
    }
}

extension Channel {
    /// Closes with a reset instead of an orderly end.
    func reset() {
        if let provider = self as? any SocketOptionProvider {
            provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
                self.close(promise: nil)
            }
        } else {
            close(promise: nil)
        }
    }
}
