public import NIOCore

/// What connections may cost (RFC 7766 §6, §10).
public struct StreamLimits: Hashable, Sendable {
    /// Connections at a time. Each costs about 2 KiB, with an unread answer or an unfinished query
    /// 64 KiB each more.
    public var connections: Int
    /// Connections at a time of one client: an IPv4 address, or an IPv6 network of 64 bits, since a
    /// host there has as many addresses as it likes.
    public var connectionsPerClient: Int
    /// How long a connection may be silent before its first query.
    public var initialTimeout: TimeAmount
    /// How long a connection may be silent between queries.
    public var idleTimeout: TimeAmount
    /// The same for a client that asked how long (RFC 7828).
    public var keepaliveTimeout: TimeAmount
    /// What such a client is told: no more than it gets, and up to 6553.5 seconds.
    public var advertisedTimeout: TimeAmount
    /// How long the rest of a query may take to arrive, and answers to be read.
    public var transferTimeout: TimeAmount

    /// Limits. RFC 7766 asks for an idle timeout "of the order of a few seconds" at least; resolvers
    /// keep connections for tens of seconds. `keepaliveTimeout` is `idleTimeout` without a word of its own, and
    /// `advertisedTimeout` is `keepaliveTimeout`.
    public init(
        connections: Int = 1000, connectionsPerClient: Int = 50,
        initialTimeout: TimeAmount = .seconds(30), idleTimeout: TimeAmount = .seconds(30),
        keepaliveTimeout: TimeAmount? = nil, advertisedTimeout: TimeAmount? = nil,
        transferTimeout: TimeAmount = .seconds(10)
    ) {
        self.connections = max(connections, 1)
        self.connectionsPerClient = max(connectionsPerClient, 1)
        self.initialTimeout = initialTimeout
        self.idleTimeout = idleTimeout
        self.keepaliveTimeout = keepaliveTimeout ?? idleTimeout
        self.advertisedTimeout = min(advertisedTimeout ?? self.keepaliveTimeout, self.keepaliveTimeout)
        self.transferTimeout = transferTimeout
    }

    /// Bytes of answers that may wait for a client to read: beyond them no query of its connection is
    /// read, and below `lowWaterMark` again they are. One answer of 64 KiB may come on top.
    static let highWaterMark = 65536
    static let lowWaterMark = 16384
}
