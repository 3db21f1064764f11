internal import Glibc
internal import NIOCore

/// Stands at a listening socket and holds back what can't be had: connections beyond the limit while those
/// that make room for them are still being closed, and any while the process has no descriptors left.
/// They wait in the kernel's queue meanwhile.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = any Channel

    private let connections: Connections
    private var isPaused = false
    /// Nothing is accepted for want of descriptors.
    private var isStopped = false
    /// The channel has asked to read meanwhile.
    private var wantsRead = false

    init(_ connections: Connections) {
        self.connections = connections
    }

    /// How long it waits before it looks again: connections are closed within far less, unless a loop is busy.
    static let pause = TimeAmount.milliseconds(5)
    /// The same where descriptors or memory have run out.
    static let longPause = TimeAmount.milliseconds(20)

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connections = connections
        connections.opened()
        unwrapInboundIn(data).closeFuture.whenComplete { _ in connections.closed() }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if isPaused {
            wantsRead = true
        } else if connections.isCrowded {
            wantsRead = true
            pause(context, for: Self.pause)
        } else {
            context.read()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let codes = [EMFILE, ENFILE, ENOBUFS, ENOMEM]
        guard let code = (error as? IOError)?.errnoCode, codes.contains(code) else {
            // A connection that ended before it was taken, or that could not be set up.
            return
        }
        // Until reading is turned off the kernel would say at once, again and again, that somebody waits.
        guard !isStopped, (try? context.channel.syncOptions?.setOption(.autoRead, value: false)) != nil else {
            return
        }
        isStopped = true
        connections.ranShort(code)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.longPause) {
            let (gate, context) = bound.value
            gate.isStopped = false
            // A channel that has been closed meanwhile reads no more.
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    private func pause(_ context: ChannelHandlerContext, for time: TimeAmount) {
        isPaused = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: time) {
            let (gate, context) = bound.value
            gate.isPaused = false
            guard gate.wantsRead else { return }
            gate.wantsRead = false
            gate.read(context: context)
        }
    }
}
