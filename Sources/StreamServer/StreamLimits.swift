internal import Sockets

/// What connections may cost (RFC 7766 §6, §10).
public struct StreamLimits: Hashable, Sendable {
    /// Connections at a time, of all loops together. Each costs a few hundred octets beside what the kernel has for
    /// it; an unfinished query up to 64 KiB more, unread answers up to 80 KiB.
    public var connections: Int
    /// Connections at a time of one client: an IPv4 address, or an IPv6 network of 64 bits, since a
    /// host there has as many addresses as it likes.
    public var connectionsPerClient: Int
    /// How long a connection may be silent before its first query.
    public var initialTimeout: Duration
    /// How long a connection may be silent between queries.
    public var idleTimeout: Duration
    /// The same for a client that asked how long (RFC 7828).
    public var keepaliveTimeout: Duration
    /// What such a client is told: no more than it gets, and up to 6553.5 seconds.
    public var advertisedTimeout: Duration
    /// How long the rest of a query may take to arrive, and answers to be read.
    public var transferTimeout: Duration

    /// Limits. RFC 7766 asks for an idle timeout "of the order of a few seconds" at least; resolvers
    /// keep connections for tens of seconds. `keepaliveTimeout` is `idleTimeout` without a word of its own, and
    /// `advertisedTimeout` is `keepaliveTimeout`.
    public init(
        connections: Int = 1000, connectionsPerClient: Int = 50,
        initialTimeout: Duration = .seconds(30), idleTimeout: Duration = .seconds(30),
        keepaliveTimeout: Duration? = nil, advertisedTimeout: Duration? = nil,
        transferTimeout: Duration = .seconds(10)
    ) {
        self.connections = max(connections, 1)
        self.connectionsPerClient = max(connectionsPerClient, 1)
        self.initialTimeout = initialTimeout
        self.idleTimeout = idleTimeout
        self.keepaliveTimeout = keepaliveTimeout ?? idleTimeout
        self.advertisedTimeout = min(advertisedTimeout ?? self.keepaliveTimeout, self.keepaliveTimeout)
        self.transferTimeout = transferTimeout
    }

    /// How long a connection may stay in a state, in nanoseconds.
    func patience(_ state: Connection.State) -> UInt64 {
        switch state {
        case .silent: initialTimeout.nanoseconds
        case .idle: idleTimeout.nanoseconds
        case .keptAlive: keepaliveTimeout.nanoseconds
        case .busy: transferTimeout.nanoseconds
        }
    }
}
