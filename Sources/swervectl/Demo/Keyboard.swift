internal import ControlProtocol
internal import NIOCore
internal import NIOPosix

/// The lines that someone types, read without blocking.
enum Keyboard {
    /// Hands over each line; returns at once where there is nobody to type: standard input is a file or
    /// closed, or belongs to another program. Returns at its end, too.
    static func lines(_ take: (String) async throws -> Void) async throws {
        guard let descriptor = SystemCalls.openKeyboard() else { return }
        let channel = try await NIOPipeBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .takingOwnershipOfDescriptor(input: descriptor) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, Never>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound in
            // Nobody types a longer line; what is longer ends the reading.
            var buffer = LineBuffer(maximumLength: 4096)
            for try await bytes in inbound {
                buffer.append(bytes.readableBytesView)
                while let line = try buffer.next() { try await take(String(decoding: line, as: UTF8.self)) }
            }
        }
    }
}
