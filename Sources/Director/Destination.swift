public import Addresses

/// How packets get from the director to a real server.
public enum Forwarding: String, Hashable, Sendable, CaseIterable {
    /// Direct routing: to the real server's link address, the packet unchanged.
    case gate
    /// Inside a tunnel.
    case ipip
    /// With the destination rewritten; answers come back through the director.
    case masq
}

/// What wraps the packets of `ipip` forwarding.
public enum Tunnel: Hashable, Sendable {
    /// IP in IP.
    case ipip
    /// Generic UDP encapsulation to a port, with the kernel's flags.
    case gue(port: UInt16, flags: UInt16)
    /// Generic routing encapsulation, with the kernel's flags.
    case gre(flags: UInt16)
}

/// One entry of a virtual server's table, as a backend holds it.
public struct Destination: Hashable, Sendable {
    /// Where the real server listens, and what tells destinations of one virtual server apart.
    public var endpoint: Endpoint
    /// How packets get there.
    public var forwarding: Forwarding
    /// The share of new connections; 0 for none.
    public var weight: Int32
    /// Connections at which no more are sent there; 0 for no bound.
    public var upperThreshold: UInt32
    /// Connections at which they are sent there again; 0 for three quarters of the upper one.
    public var lowerThreshold: UInt32
    /// What wraps the packets of `ipip`.
    public var tunnel: Tunnel
    /// How the relay tells the real server who the client is; nil: not at all. No kernel does this.
    public var proxyProtocol: ProxyProtocol?

    /// A destination; see the properties.
    public init(
        _ endpoint: Endpoint, forwarding: Forwarding = .gate, weight: Int32 = 1, upperThreshold: UInt32 = 0,
        lowerThreshold: UInt32 = 0, tunnel: Tunnel = .ipip, proxyProtocol: ProxyProtocol? = nil
    ) {
        self.endpoint = endpoint
        self.forwarding = forwarding
        self.weight = weight
        self.upperThreshold = upperThreshold
        self.lowerThreshold = lowerThreshold
        self.tunnel = tunnel
        self.proxyProtocol = proxyProtocol
    }
}

/// What a backend counts of a destination.
public struct ConnectionCounts: Hashable, Sendable {
    /// Connections in which both sides may still send.
    public var active: Int
    /// All other connections that are still known.
    public var inactive: Int
    /// Templates that keep clients with this destination.
    public var persistent: Int

    /// The counts, 0 where they aren't given.
    public init(active: Int = 0, inactive: Int = 0, persistent: Int = 0) {
        self.active = active
        self.inactive = inactive
        self.persistent = persistent
    }
}
