public import Addresses
internal import DNSWire

/// A query of a batch, and the place of the answer to it.
@safe public struct Exchange {
    // Both belong to who made this, and outlive it.
    private let start: UnsafeRawPointer
    let output: MessageBuffer
    /// Octets of the query.
    public var count = 0
    /// Where it came from. An IPv4-mapped IPv6 address is to be given as IPv4.
    public var client = IPAddress.v4(.any)
    /// The client's port.
    public var port: UInt16 = 0
    /// Octets of the answer at the start of its room; 0: say nothing.
    public internal(set) var size = 0

    /// An exchange for which no query has come. Both places have to outlive it.
    ///
    /// - Parameters:
    ///   - query: Where the message begins, without the length of a stream's framing.
    ///   - room: For the answer: over UDP at least `maximumUDPSize` of the options and 512 octets, over TCP 65535; less
    ///     than 512 trap. Must not overlap the query.
    @unsafe public init(query: UnsafeRawPointer, room: UnsafeMutableRawBufferPointer) {
        unsafe start = query
        guard let output = unsafe MessageBuffer(room), output.capacity >= MessageSize.withoutEDNS else {
            preconditionFailure("no room for an answer")
        }
        self.output = output
    }

    /// The message.
    var query: RawSpan {
        @inline(__always) @_lifetime(borrow self)
        get { unsafe RawSpan(_unsafeStart: start, byteCount: count) }
    }
}
