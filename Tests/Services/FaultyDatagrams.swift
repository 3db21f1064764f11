import NIOCore
import NIOPosix

/// A server of datagrams that says something wrong to whatever it is asked.
enum FaultyDatagrams: String, CaseIterable, Sendable {
    /// Nothing.
    case silence
    /// What it was asked.
    case echo
    /// The first half of what it was asked.
    case half
    /// One byte.
    case byte
    /// An empty datagram.
    case empty
    /// As much as fits, of nonsense.
    case large
    /// What it was asked, marked as an answer of DNS, without its end.
    case cutAnswer

    private func answer(_ question: ByteBuffer) -> ByteBuffer? {
        var bytes = Array(question.readableBytesView)
        switch self {
        case .silence: return nil
        case .echo: break
        case .half: bytes = Array(bytes.prefix(bytes.count / 2))
        case .byte: bytes = [0]
        case .empty: bytes = []
        case .large: bytes = [UInt8](repeating: 0xFF, count: 60_000)
        case .cutAnswer:
            if bytes.count > 8 {
                bytes[2] |= 0x80
                bytes[7] = 200
            }
            bytes += [0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 0, 0xFF, 0xFF]
        }
        return ByteBuffer(bytes: bytes)
    }

    /// Runs `body` with such a server's port.
    func run<Result: Sendable>(_ body: (UInt16) async -> Result) async throws -> Result {
        let server = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result = await body(UInt16(server.localAddress?.port ?? 0))
        try await server.close()
        return result
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        private let fault: FaultyDatagrams

        init(_ fault: FaultyDatagrams) { self.fault = fault }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            guard let answer = fault.answer(envelope.data) else { return }
            context.writeAndFlush(
                wrapOutboundOut(AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: answer)),
                promise: nil)
        }
    }
}
