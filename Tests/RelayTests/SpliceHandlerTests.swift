import NIOCore
import NIOEmbedded
import Testing

@testable import Relay

@Suite("Both sides of a relayed connection")
struct SpliceHandlerTests {
    /// Counts how often a side asks for more.
    final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        var reads = 0

        func read(context: ChannelHandlerContext) {
            reads += 1
            context.read()
        }
    }

    /// One side with its channel.
    struct Side {
        let channel = EmbeddedChannel()
        let counter = ReadCounter()
        let splice: SpliceHandler

        init() throws {
            splice = SpliceHandler { _ in }
            try channel.pipeline.syncOperations.addHandlers([counter, splice])
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        }

        func receive(_ text: String) throws {
            channel.pipeline.fireChannelRead(ByteBuffer(string: text))
            channel.pipeline.fireChannelReadComplete()
        }

        func sent() throws -> String {
            var text = ""
            while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
            return text
        }
    }

    @Test("no more is read than the other side can write")
    func backPressure() throws {
        let client = try Side()
        let server = try Side()
        SpliceHandler.join(client.splice, server.splice)
        #expect(server.counter.reads == 1)
        try server.receive("a")
        #expect(server.counter.reads == 2)
        client.channel.isWritable = false
        try server.receive("b")
        #expect(server.counter.reads == 2)
        // The other direction is not held up.
        try client.receive("c")
        #expect(client.counter.reads == 2)
        client.channel.isWritable = true
        client.channel.pipeline.fireChannelWritabilityChanged()
        #expect(server.counter.reads == 3)
        client.channel.pipeline.fireChannelWritabilityChanged()
        #expect(server.counter.reads == 3)
        #expect(try client.sent() == "ab")
        #expect(try server.sent() == "c")
        _ = try client.channel.finish()
        _ = try server.channel.finish()
    }

    @Test("nothing is read before there is a partner; what comes all the same is kept")
    func early() throws {
        let client = try Side()
        try client.receive("a")
        client.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(client.counter.reads == 0)
        let server = try Side()
        SpliceHandler.join(client.splice, server.splice)
        #expect(try server.sent() == "a")
        // There is no more to come.
        #expect(client.counter.reads == 0)
        _ = try client.channel.finish()
        _ = try? server.channel.finish()
    }
}
