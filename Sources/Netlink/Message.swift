/// One message: a header of sixteen octets and what follows it.
public struct Message: Hashable, Sendable {
    /// What it is: below 16 for netlink's own, else what the protocol says.
    public var type: UInt16
    /// The flags, whose higher bits depend on the type.
    public var flags: Flags
    /// The number of the request that it belongs to.
    public var sequence: UInt32
    /// The address of the socket that the request came from.
    public var port: UInt32
    /// What follows the header.
    public var payload: ArraySlice<UInt8>

    /// Octets of the header.
    public static let headerLength = 16

    /// A message; see the properties.
    public init(
        type: UInt16, flags: Flags, sequence: UInt32, port: UInt32 = 0, payload: ArraySlice<UInt8> = []
    ) {
        self.type = type
        self.flags = flags
        self.sequence = sequence
        self.port = port
        self.payload = payload
    }

    /// The flags of a header.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits.
        public var rawValue: UInt16
        /// The flags of these bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// A request.
        public static let request = Flags(rawValue: 1)
        /// One of several messages, the last of which is of type `done`.
        public static let multipart = Flags(rawValue: 2)
        /// An answer is wanted even if it only says that all is well.
        public static let acknowledge = Flags(rawValue: 4)
        /// What was listed changed meanwhile.
        public static let dumpInterrupted = Flags(rawValue: 0x10)
        /// In a request to read: all there is.
        public static let dump = Flags(rawValue: 0x300)
        /// In a request to add: not if it exists.
        public static let exclusive = Flags(rawValue: 0x200)
        /// In a request to add: if it doesn't exist.
        public static let create = Flags(rawValue: 0x400)
        /// In an answer that says an error: the request's copy is only its header.
        public static let capped = Flags(rawValue: 0x100)
        /// In an answer that says an error: attributes follow.
        public static let acknowledgementAttributes = Flags(rawValue: 0x200)
    }

    /// Netlink's own types.
    enum Control {
        static let noOperation: UInt16 = 1
        static let error: UInt16 = 2
        static let done: UInt16 = 3
        static let overrun: UInt16 = 4
    }

    /// The message as it is sent.
    public var bytes: [UInt8] {
        UInt32(Self.headerLength + payload.count).hostBytes + type.hostBytes + flags.rawValue.hostBytes
            + sequence.hostBytes + port.hostBytes + payload
    }

    /// Reads the messages of one datagram; an error if a length doesn't fit.
    public static func messages(in datagram: ArraySlice<UInt8>) throws(NetlinkError) -> [Message] {
        var messages: [Message] = []
        var rest = datagram
        while !rest.isEmpty {
            guard let length = UInt32(hostBytes: rest.prefix(4)), length >= headerLength, length <= rest.count,
                let type = UInt16(hostBytes: rest.dropFirst(4).prefix(2)),
                let flags = UInt16(hostBytes: rest.dropFirst(6).prefix(2)),
                let sequence = UInt32(hostBytes: rest.dropFirst(8).prefix(4)),
                let port = UInt32(hostBytes: rest.dropFirst(12).prefix(4))
            else { throw .malformed("a message's length does not fit") }
            messages.append(
                Message(
                    type: type, flags: Flags(rawValue: flags), sequence: sequence, port: port,
                    payload: rest.prefix(Int(length)).dropFirst(headerLength)))
            rest = rest.dropFirst(aligned(Int(length)))
        }
        return messages
    }
}
