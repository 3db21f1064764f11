/// What a stream has next: two octets of length stand in front of each message (RFC 1035 §4.2.2).
enum NextMessage: Equatable {
    /// A whole message of so many octets, behind the two of its length.
    case whole(length: Int)
    /// Nothing, or the beginning of a message that takes so many octets, as far as is known.
    case incomplete(size: Int)
    /// A message of no octets: a client that means no DNS.
    case empty

    /// What stands at an offset in what has arrived.
    @inline(__always)
    init(in stream: RawSpan, at offset: Int) {
        let present = stream.byteCount &- offset
        if present < 2 {
            self = .incomplete(size: 2)
            return
        }
        // Within bounds: checked here, and by the call.
        let length = unsafe Int(
            UInt16(bigEndian: stream.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)))
        self =
            length == 0
            ? .empty : present < 2 &+ length ? .incomplete(size: 2 &+ length) : .whole(length: length)
    }
}
