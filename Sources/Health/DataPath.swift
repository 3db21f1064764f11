public import Addresses

/// The way of clients, taken by a probe: to the VIP, from where the director forwards what has a mark of its own to one
/// real server and to no other.
public struct DataPath: Hashable, Sendable, Codable {
    /// The real server to which it leads, as the virtual server's table names it.
    public var realServer: Endpoint
    /// How packets get there: `gate`, `ipip` or `masq`.
    public var forwarding: String
    /// The address of this host from which the probe goes out, which is no VIP: a real server would answer that to
    /// itself. Nil where it isn't known yet.
    public var source: IPAddress?
    /// The mark on the probe's packets; nil until it has one.
    public var mark: UInt32?

    /// A way; see the properties.
    public init(
        realServer: Endpoint, forwarding: String, source: IPAddress? = nil, mark: UInt32? = nil
    ) {
        self.realServer = realServer
        self.forwarding = forwarding
        self.source = source
        self.mark = mark
    }

    /// The way that the probes of the running task take; nil for the ordinary one.
    @TaskLocal public static var ofTask: DataPath?
}
