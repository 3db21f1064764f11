public import Addresses
internal import CLinux
internal import Glibc

/// Connections whose calls never wait. Descriptors are bare numbers here: a loop keeps them by the thousand,
/// and closes each with its connection.
public enum StreamSocket {
    /// Takes the next connection that waits at a listening socket.
    /// - Returns: its descriptor, or an error number below 0: -EAGAIN if none waits.
    public static func accept(_ listener: Int32, from peer: inout SocketAddress) -> Int32 {
        let socket = unsafe swerve_accept(listener, &peer.storage)
        return socket < 0 ? -errno : socket
    }

    /// Begins a connection. Unless it is established at once, as on this host, it stands or has failed when the
    /// socket can be written to.
    /// - Parameters:
    ///   - source: The address that it comes from; nil: as the routes say.
    ///   - mark: The firewall mark of its packets, which takes CAP_NET_ADMIN; nil: none.
    /// - Returns: its descriptor, or an error number below 0 if it has failed already.
    public static func connect(
        to endpoint: Endpoint, from source: IPAddress? = nil, mark: UInt32? = nil, isEstablished: inout Bool
    ) -> Int32 {
        let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let socket = Glibc.socket(family, Int32(kind), 0)
        if socket < 0 { return -errno }
        set(socket, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        keepUrgentOctets(socket)
        var result: Int32 = 0
        if let mark { result = set(socket, SOL_SOCKET, SO_MARK, Int32(bitPattern: mark)) }
        if let source, result == 0 {
            // The port is chosen with the connection, so that one will do for many servers.
            set(socket, Int32(IPPROTO_IP), ipBindAddressNoPort, 1)
            result = unsafe SocketAddress(Endpoint(source, port: 0)).call(Glibc.bind, on: socket)
        }
        if result == 0 {
            result = unsafe SocketAddress(endpoint).call(Glibc.connect, on: socket)
            isEstablished = result == 0
            if result == 0 || errno == EINPROGRESS { return socket }
        }
        let code = errno
        close(socket)
        return -code
    }

    /// Leaves octets that are marked as urgent in the stream, in their place, for a socket and those accepted from it;
    /// else the kernel takes each out of it.
    public static func keepUrgentOctets(_ socket: Int32) {
        set(socket, SOL_SOCKET, SO_OOBINLINE, 1)
    }

    /// IP_BIND_ADDRESS_NO_PORT of ip(7), which Glibc's module has for IPv4 sockets and IPv6 sockets alike.
    private static let ipBindAddressNoPort: Int32 = 24

    /// Sets a number; 0, or -1 with `errno`.
    @discardableResult
    static func set(_ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Int32 {
        var value = value
        return unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends of what is to be sent as much as there is room for.
    /// - Returns: how much, or an error number below 0: -EAGAIN if there is no room.
    public static func send(_ bytes: ArraySlice<UInt8>, over socket: Int32) -> Int {
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        return count < 0 ? -Int(errno) : count
    }

    /// Receives what has come, as much as there is room for.
    /// - Returns: how much, 0 at the end, or an error number below 0: -EAGAIN if nothing has come.
    public static func receive(into buffer: inout [UInt8], from socket: Int32) -> Int {
        let count = unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe recv(socket, buffer.baseAddress, buffer.count, 0)
        }
        return count < 0 ? -Int(errno) : count
    }

    /// The error that a socket has come to, and forgets; 0 for none.
    public static func error(of socket: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        if unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length) != 0 { return errno }
        return code
    }

    /// Acknowledges what was received at once: a client that sends a message in parts may wait for that between them.
    public static func acknowledge(_ socket: Int32) {
        set(socket, Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
    }

    /// Closes with a reset instead of an orderly end, so that the other end doesn't take what it has for all.
    public static func reset(_ socket: Int32) {
        var immediately = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &immediately, socklen_t(MemoryLayout<linger>.size))
        close(socket)
    }
}
