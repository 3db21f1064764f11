internal import NIOCore

/// What the relay holds at most, and how long it waits.
public struct RelayLimits: Hashable, Sendable {
    /// TCP connections and UDP sessions together. A TCP connection takes two file descriptors, a UDP
    /// session one; connections beyond it are reset, and for a new UDP session the longest idle ones of
    /// its virtual server make room.
    public var maximumConnections = 10_000
    /// Threads that carry TCP; each takes the connections that it accepts.
    public var threads = max(1, min(8, System.coreCount))
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

    /// Real servers that are tried for one connection.
    static let attempts = 4
    /// Bytes that wait in a UDP socket's queue before datagrams are dropped.
    static let highWatermark = 64 * 1024
    /// Datagrams that wait for a session's socket.
    static let waitingDatagrams = 16
    /// Clients that each virtual server keeps with their real server.
    static let persistentClients = 65_536
}
