public import Addresses
internal import Glibc
public import Sockets

/// A client's socket that blocks, for two seconds at most.
public final class ClientSocket: Sendable {
    /// The transport.
    public enum Kind: Sendable {
        /// Datagrams: answers from another address than the one asked are not received.
        case udp
        /// A connection.
        case tcp
    }

    private let descriptor: Descriptor
    private let kind: Kind

    /// Connects to a server.
    /// - Parameters:
    ///   - source: The address to connect from; the system's choice without one.
    ///   - receiveBuffer: The size of the socket's receive buffer, for clients that don't read.
    public init(
        _ kind: Kind, to server: Endpoint, from source: IPAddress? = nil, receiveBuffer: Int32? = nil,
        patience: Int = 2
    ) throws(SocketError) {
        self.kind = kind
        let family = server.address.family == .v4 ? AF_INET : AF_INET6
        let type = kind == .udp ? SOCK_DGRAM : SOCK_STREAM
        descriptor = Descriptor(owning: socket(family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0))
        let number = descriptor.rawValue
        if var size = receiveBuffer {
            unsafe setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, 4)
        }
        var timeout = timeval(tv_sec: patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
        unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
        if let source {
            let address = SocketAddress(Endpoint(source, port: 0))
            let result = unsafe address.withBytes { bytes in
                unsafe bind(
                    number, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
            }
            if result != 0 { throw SocketError("bind \(source)", code: errno) }
        }
        let address = SocketAddress(server)
        let result = unsafe address.withBytes { bytes in
            unsafe connect(
                number, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        if result != 0 { throw SocketError("connect \(server)", code: errno) }
    }

    /// Our end.
    public var local: Endpoint? { SocketAddress(boundTo: descriptor.rawValue)?.endpoint }

    /// Sends octets as they are: a datagram, or a piece of the stream; false if the server has closed
    /// or, for as long as the socket is patient, doesn't take them.
    @discardableResult public func send(_ bytes: [UInt8]) -> Bool {
        unsafe Glibc.send(descriptor.rawValue, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Sends a message: a datagram, or with its length in front.
    @discardableResult public func sendMessage(_ bytes: [UInt8]) -> Bool {
        switch kind {
        case .udp: send(bytes)
        case .tcp: send([UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes)
        }
    }

    /// The next message; nil if none comes in time or the server has closed.
    public func receiveMessage() -> Message? {
        switch kind {
        case .udp:
            var buffer = [UInt8](repeating: 0, count: 65536)
            let size = buffer.count
            let count = unsafe recv(descriptor.rawValue, &buffer, size, 0)
            return count < 0 ? nil : Message(Array(buffer[..<count]))
        case .tcp:
            guard let length = receive(2), let bytes = receive(Int(length[0]) << 8 | Int(length[1])) else {
                return nil
            }
            return Message(bytes)
        }
    }

    /// Sends a message and waits for the answer.
    public func ask(_ bytes: [UInt8]) -> Message? {
        sendMessage(bytes) ? receiveMessage() : nil
    }

    /// Exactly so many octets of the stream; nil if they don't come.
    public func receive(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let result = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe recv(
                    descriptor.rawValue, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, 0)
            }
            if result <= 0 { return nil }
            filled += result
        }
        return bytes
    }

    /// Whether the server closes in time (its answers so far are read and dropped).
    public func isClosedByServer() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let size = buffer.count
        while true {
            let count = unsafe recv(descriptor.rawValue, &buffer, size, 0)
            if count == 0 { return true }
            if count < 0 { return errno == ECONNRESET || errno == EPIPE }
        }
    }

    /// Whether the server has closed by now; octets that wait to be read are left alone.
    public var isClosedNow: Bool {
        var octet: UInt8 = 0
        let count = unsafe recv(
            descriptor.rawValue, &octet, 1, Int32(MSG_DONTWAIT | MSG_PEEK))
        return count == 0 || count < 0 && errno != EAGAIN
    }

    /// Says that nothing more will be sent.
    public func finishSending() {
        shutdown(descriptor.rawValue, Int32(SHUT_WR))
    }
}
