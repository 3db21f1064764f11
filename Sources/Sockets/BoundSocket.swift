public import Addresses
internal import CLinux
internal import Glibc

/// How a server's sockets are made and bound.
public enum BoundSocket {
    /// How a socket shares its endpoint.
    public enum Sharing: Sendable {
        /// The first of its endpoint: an endpoint that another process shares out is refused too.
        case first
        /// One more beside the first; the kernel spreads clients over them.
        case further
    }

    /// Opens a UDP socket. It may be joined by others at the same endpoint, cuts what does not fit
    /// the link into fragments whatever a (possibly forged) ICMP message said about the path, and on
    /// a wildcard address tells with each datagram which address was asked.
    /// - Throws: `bind udp 192.0.2.1#53: …`
    public static func udp(_ endpoint: Endpoint, _ sharing: Sharing) throws(SocketError) -> Descriptor {
        let operation = "bind udp \(text(endpoint))"
        let socket = try open(endpoint, SOCK_DGRAM, operation)
        if sharing == .further { try set(socket, SOL_SOCKET, SO_REUSEPORT, 1, operation) }
        switch endpoint.address {
        case .v4(let address):
            try set(socket, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT, operation)
            if address == .any { try set(socket, IPPROTO_IP, IP_PKTINFO, 1, operation) }
        case .v6(let address):
            try set(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT, operation)
            if address == .any { try set(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, operation) }
        }
        if DatagramQueue.begin(on: socket.rawValue) != 0 { throw SocketError(operation, code: errno) }
        // Without CAP_NET_ADMIN as much as net.core.wmem_max allows.
        if StreamSocket.set(socket.rawValue, SOL_SOCKET, SO_SNDBUFFORCE, answersUnderWay) != 0 {
            try set(socket, SOL_SOCKET, SO_SNDBUF, answersUnderWay, operation)
        }
        try bind(socket, endpoint, operation)
        // Set only now: had it been set before, the bind would have joined another process of this
        // user that listens there, and half of the queries would go to it unnoticed.
        if sharing == .first { try set(socket, SOL_SOCKET, SO_REUSEPORT, 1, operation) }
        return socket
    }

    /// Opens a TCP socket that listens and doesn't block, so that an endpoint in use is refused here and not later.
    /// What it says about sending holds for the connections accepted from it too.
    /// - Throws: `bind tcp 192.0.2.1#53: Address already in use`
    public static func tcp(_ endpoint: Endpoint, _ sharing: Sharing) throws(SocketError) -> Descriptor {
        let operation = "bind tcp \(text(endpoint))"
        let socket = try open(endpoint, SOCK_STREAM, operation, SOCK_NONBLOCK)
        if sharing == .further { try set(socket, SOL_SOCKET, SO_REUSEPORT, 1, operation) }
        // Connections of an earlier process in TIME_WAIT are no obstacle; a listener still is.
        try set(socket, SOL_SOCKET, SO_REUSEADDR, 1, operation)
        try set(socket, IPPROTO_TCP, TCP_NODELAY, 1, operation)
        try set(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsentLimit, operation)
        try bind(socket, endpoint, operation)
        // As for UDP: only now, or another process's listener would be joined.
        if sharing == .first { try set(socket, SOL_SOCKET, SO_REUSEPORT, 1, operation) }
        if listen(socket.rawValue, backlog) != 0 { throw SocketError(operation, code: errno) }
        return socket
    }

    /// Lets a client's connections all come to the same one of the sockets that share its endpoint, however many
    /// clients they are spread over. Where the kernel can't, which is told, it spreads connections instead.
    public static func spreadByClient(_ sockets: EndpointSockets) -> SocketError? {
        guard sockets.descriptors.count > 1 else { return nil }
        let result = swerve_spread_by_client(
            sockets.descriptors[0], sockets.endpoint.address.family == .v6 ? 1 : 0,
            UInt32(sockets.descriptors.count), clientKey)
        return result == 0
            ? nil : SocketError("spread clients over tcp \(text(sockets.endpoint))", code: errno)
    }

    /// Lets what connections receive be acknowledged by the answers to it, which are sent at once, from the first query
    /// on: one packet less for it. Where nothing can be answered yet, see `StreamSocket.acknowledge`.
    public static func acknowledgeByAnswers(_ sockets: EndpointSockets) {
        for socket in sockets.descriptors { StreamSocket.set(socket, Int32(IPPROTO_TCP), TCP_QUICKACK, 0) }
    }

    /// One for all endpoints, so that a client comes to the same worker whichever address it asks.
    private static let clientKey = UInt32.random(in: 0...UInt32.max) | 1

    /// New connections that wait to be accepted: what a burst brings while a loop is busy. The kernel
    /// caps it at net.core.somaxconn.
    private static let backlog: Int32 = 511
    /// Bytes of answers that the kernel may have from a UDP socket and not yet have sent; it books twice as many. What
    /// is for an address on a link that nobody has waits there for three seconds, till ARP gives up, and may be as much
    /// as the usual limit of a socket (net.ipv4.neigh.default.unres_qlen_bytes, net.core.wmem_default: 212,992 both), so
    /// that forged queries from two such addresses would be enough to silence it. This leaves room beside all addresses
    /// of a /24: 254 times that are 54 million. None of it is taken until it is needed, and a slow link's own queue is
    /// full long before.
    private static let answersUnderWay: Int32 = 32 << 20
    /// Bytes that a connection's kernel buffer takes beyond what is on its way: a client that doesn't
    /// read must cost its socket no megabytes.
    private static let unsentLimit: Int32 = 65536

    /// The endpoint as BIND's messages write it: `192.0.2.1#53`, `2001:db8::1#53`.
    public static func text(_ endpoint: Endpoint) -> String {
        "\(endpoint.address)#\(endpoint.port)"
    }

    private static func open(
        _ endpoint: Endpoint, _ type: __socket_type, _ operation: String, _ flags: __socket_type? = nil
    ) throws(SocketError) -> Descriptor {
        let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
        let number = socket(family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue | (flags?.rawValue ?? 0)), 0)
        if number < 0 { throw SocketError(operation, code: errno) }
        let socket = Descriptor(owning: number)
        if family == AF_INET6 { try set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, operation) }
        return socket
    }

    private static func bind(
        _ socket: borrowing Descriptor, _ endpoint: Endpoint, _ operation: String
    ) throws(SocketError) {
        if unsafe SocketAddress(endpoint).call(Glibc.bind, on: socket.rawValue) != 0 {
            throw SocketError(operation, code: errno)
        }
    }

    private static func set(
        _ socket: borrowing Descriptor, _ level: Int, _ option: Int32, _ value: Int32, _ operation: String
    ) throws(SocketError) {
        try set(socket, Int32(level), option, value, operation)
    }

    private static func set(
        _ socket: borrowing Descriptor, _ level: Int32, _ option: Int32, _ value: Int32, _ operation: String
    ) throws(SocketError) {
        if StreamSocket.set(socket.rawValue, level, option, value) != 0 {
            throw SocketError(operation, code: errno)
        }
    }
}
