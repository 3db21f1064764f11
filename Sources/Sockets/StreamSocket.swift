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
    /// - Returns: its descriptor, or an error number below 0 if it has failed already.
    public static func connect(to endpoint: Endpoint, isEstablished: inout Bool) -> Int32 {
        let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let socket = Glibc.socket(family, Int32(kind), 0)
        if socket < 0 { return -errno }
        var one: Int32 = 1
        unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        keepUrgentOctets(socket)
        let result = unsafe SocketAddress(endpoint).withBytes { bytes in
            unsafe Glibc.connect(
                socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        isEstablished = result == 0
        if result == 0 || errno == EINPROGRESS { return socket }
        let code = errno
        close(socket)
        return -code
    }

    /// Leaves octets that are marked as urgent in the stream, in their place, for a socket and those accepted from it;
    /// else the kernel takes each out of it.
    public static func keepUrgentOctets(_ socket: Int32) {
        var one: Int32 = 1
        unsafe setsockopt(socket, SOL_SOCKET, SO_OOBINLINE, &one, socklen_t(MemoryLayout<Int32>.size))
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
        var on: Int32 = 1
        unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_QUICKACK, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Closes with a reset instead of an orderly end, so that the other end doesn't take what it has for all.
    public static func reset(_ socket: Int32) {
        var immediately = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &immediately, socklen_t(MemoryLayout<linger>.size))
        close(socket)
    }
}
