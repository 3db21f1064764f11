public import Addresses

/// Which way packets to an address take.
public struct Route: Hashable, Sendable {
    /// Whether the address is one of this host.
    public var isLocal: Bool
    /// The host that packets are handed to; nil if they go to the address itself.
    public var gateway: IPAddress?
    /// The interface's name.
    public var interface: String
    /// The address that packets get as their source.
    public var source: IPAddress?

    /// A route; see the properties.
    public init(isLocal: Bool = false, gateway: IPAddress? = nil, interface: String, source: IPAddress? = nil) {
        self.isLocal = isLocal
        self.gateway = gateway
        self.interface = interface
        self.source = source
    }

    /// Whether the address is on a link of this host, so that packets need no router.
    public var isOnLink: Bool { !isLocal && gateway == nil }
}

/// A network that is reached over an interface without a router.
public struct ConnectedNetwork: Hashable, Sendable {
    /// The network.
    public var network: Prefix
    /// The interface's name.
    public var interface: String

    /// A network on an interface.
    public init(_ network: Prefix, interface: String) {
        self.network = network
        self.interface = interface
    }
}
