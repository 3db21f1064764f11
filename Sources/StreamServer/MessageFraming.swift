internal import NIOCore

/// Cuts a stream into messages: two octets of length in front of each (RFC 1035 §4.2.2).
struct MessageFraming {
    /// What the stream has next.
    enum Next: Equatable {
        /// A whole message of so many octets, at the reader index; `skip` takes it.
        case message(length: Int)
        /// Nothing, or the beginning of a message.
        case incomplete
        /// A message of no octets: a client that means no DNS.
        case empty
    }

    private(set) var buffer = ByteBuffer()

    /// Whether part of a message has arrived.
    var isPartial: Bool { buffer.readableBytes > 0 }

    /// Takes what has arrived.
    mutating func append(_ bytes: consuming ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeBuffer(&bytes)
        }
    }

    /// What stands at the front; a message leaves the front by `skip`.
    mutating func next() -> Next {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt16.self).map(Int.init) else {
            return .incomplete
        }
        if length == 0 { return .empty }
        if buffer.readableBytes < 2 + length { return .incomplete }
        return .message(length: length)
    }

    /// Leaves a message behind.
    mutating func skip(length: Int) {
        buffer.moveReaderIndex(forwardBy: 2 + length)
        // The memory goes back to where the next read can use it.
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
    }
}
