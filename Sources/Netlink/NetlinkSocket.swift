internal import CLinux

/// A socket to the kernel, for one request at a time. It belongs to the network namespace in which it was made.
public struct NetlinkSocket: ~Copyable {
    /// A protocol over netlink.
    public enum Family: Int32, Sendable {
        /// Links, addresses, routes.
        case route = 0
        /// Families that are known by name.
        case generic = 16
    }

    private let descriptor: Int32
    private let port: UInt32
    private let timeout: Duration
    private var sequence: UInt32 = 0
    private var buffer: [UInt8]

    /// How often a list is asked for that changes while it is read.
    private static let attempts = 8
    /// The kernel puts at most 32 KiB of a list into one datagram; twice that is never too little.
    private static let bufferSize = 65536

    /// Opens a socket.
    ///
    /// - Parameter timeout: how long an answer may take; at least a millisecond. The kernel answers in
    ///   microseconds, but may wait for a lock, or load a module first.
    public init(_ family: Family, timeout: Duration = .seconds(5)) throws(NetlinkError) {
        let milliseconds = timeout / Duration.milliseconds(1)
        var port: UInt32 = 0
        let result = unsafe clinux_netlink_open(
            family.rawValue, Int32(min(max(milliseconds, 1), 60_000)), &port)
        if result < 0 { throw .system("open a netlink socket", -result) }
        descriptor = result
        self.port = port
        self.timeout = timeout
        buffer = [UInt8](repeating: 0, count: Self.bufferSize)
    }

    deinit { clinux_close(descriptor) }

    /// Sends a request that changes or reads one thing; the answer's messages, none if it only says yes.
    /// After an error other than `.refused` the socket may still get the rest of an answer; open another one.
    public mutating func request(
        _ type: UInt16, flags: Message.Flags = [], payload: [UInt8]
    ) throws(NetlinkError) -> [Message] {
        guard
            let messages = try exchange(
                type, flags: flags.union([.request, .acknowledge]), payload: payload)
        else { throw .unsteady }
        return messages
    }

    /// Sends a request for all there is; again if it changed meanwhile.
    public mutating func dump(_ type: UInt16, payload: [UInt8]) throws(NetlinkError) -> [Message] {
        for _ in 0..<Self.attempts {
            if let messages = try exchange(
                type, flags: [.request, .acknowledge, .dump], payload: payload)
            {
                return messages
            }
        }
        throw .unsteady
    }

    /// One request and its answer; nil if a list has to be asked for again.
    private mutating func exchange(
        _ type: UInt16, flags: Message.Flags, payload: [UInt8]
    ) throws(NetlinkError) -> [Message]? {
        sequence &+= 1
        try send(Message(type: type, flags: flags, sequence: sequence, payload: payload[...]).bytes)
        let deadline = ContinuousClock.now + timeout
        var reply = Reply(sequence: sequence, port: port)
        while true {
            var sender: UInt32 = 0
            let count: Int
            do {
                count = try receive(&sender)
            } catch .system(_, ENOBUFS) where flags.contains(.dump) {
                reply.noteLoss()
                continue
            }
            switch try reply.take(Array(buffer[..<count])[...], from: sender) {
            case .complete(let messages): return messages
            case .interrupted: return nil
            case .incomplete: if ContinuousClock.now > deadline { throw .timedOut }
            }
        }
    }

    private func send(_ bytes: [UInt8]) throws(NetlinkError) {
        let result = unsafe bytes.withUnsafeBytes {
            unsafe clinux_netlink_send(descriptor, $0.baseAddress, $0.count)
        }
        if result < 0 { throw .system("send", Int32(-result)) }
    }

    /// Receives one datagram into the buffer; its length.
    private mutating func receive(_ sender: inout UInt32) throws(NetlinkError) -> Int {
        let result = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe clinux_netlink_receive(descriptor, bytes.baseAddress, bytes.count, &sender)
        }
        if result == -Int(EAGAIN) { throw .timedOut }
        if result < 0 { throw .system("receive", Int32(-result)) }
        if result > buffer.count { throw .malformed("a datagram of \(result) octets") }
        return result
    }
}
