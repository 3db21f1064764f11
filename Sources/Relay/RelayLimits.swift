internal import CLinux

/// What the relay holds at most, and how long it waits.
public struct RelayLimits: Hashable, Sendable {
    /// TCP connections and UDP sessions together. A TCP connection takes two file descriptors, a UDP
    /// session one; connections beyond it are reset, and for a new UDP session the longest idle ones of
    /// its virtual server make room.
    public var maximumConnections = 10_000
    /// Threads; each takes the connections that it accepts, and all datagrams of some virtual servers.
    public var threads = min(8, Int(swerve_processor_count()))
    /// Pipes through which the kernel moves bytes, of all threads together; each takes two file descriptors.
    /// Connections beyond them copy.
    public var maximumPipes = 2048
    /// How long one real server may take to accept a TCP connection before another one is tried.
    public var connectTimeout = Duration.seconds(5)
    /// After this time without a byte in either direction a TCP connection is reset: IPVS's default.
    public var idleTimeout = Duration.seconds(900)
    /// The same, once one side has ended its half: IPVS's default for FIN.
    public var halfClosedTimeout = Duration.seconds(120)
    /// After this time without a datagram in either direction a UDP session is forgotten: IPVS's default.
    public var sessionTimeout = Duration.seconds(300)

    /// The defaults.
    public init() {}

    /// The defaults, or less where so many file descriptors are all that there are: an eighth of them for pipes, the
    /// rest for connections.
    public init(descriptors: Int) {
        let descriptors = max(descriptors, 2)
        maximumPipes = min(maximumPipes, descriptors / 16)
        maximumConnections = min(maximumConnections, (descriptors - maximumPipes * 2) / 2)
    }

    /// Real servers that are tried for one connection.
    static let attempts = 4
    /// Clients that each virtual server keeps with their real server.
    static let persistentClients = 65_536
}
