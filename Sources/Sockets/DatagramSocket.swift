public import Addresses
internal import CLinux
internal import Glibc

/// Sockets of sessions over UDP, whose calls never wait. Descriptors are bare numbers here: a loop keeps them by the
/// thousand, and closes each with its session.
public enum DatagramSocket {
    /// Opens one that sends to an endpoint and takes what comes from there.
    /// - Returns: its descriptor, or an error number below 0.
    public static func connect(to endpoint: Endpoint) -> Int32 {
        let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
        let kind = SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let socket = Glibc.socket(family, Int32(kind), 0)
        if socket < 0 { return -errno }
        if unsafe SocketAddress(endpoint).call(Glibc.connect, on: socket) == 0 { return socket }
        let code = errno
        close(socket)
        return -code
    }
}
