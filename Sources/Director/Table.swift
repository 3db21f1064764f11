public import Addresses

/// A virtual server with what stands behind it, as a backend holds it.
public struct TableEntry: Hashable, Sendable {
    /// The virtual server's own properties.
    public var options: ServiceOptions
    /// What stands behind it, by address and port.
    public var destinations: [Endpoint: Destination]

    /// A virtual server with these destinations; the last one wins where two have one endpoint.
    public init(_ options: ServiceOptions, _ destinations: [Destination] = []) {
        self.options = options
        self.destinations = Dictionary(destinations.map { ($0.endpoint, $0) }, uniquingKeysWith: { $1 })
    }
}

/// Virtual servers with what stands behind them: the desired state or a backend's actual one.
public struct Table: Hashable, Sendable {
    /// The virtual servers.
    public var entries: [VirtualServerKey: TableEntry]

    /// A table of these virtual servers.
    public init(_ entries: [VirtualServerKey: TableEntry] = [:]) {
        self.entries = entries
    }

    /// The virtual server with this key.
    public subscript(key: VirtualServerKey) -> TableEntry? {
        get { entries[key] }
        set { entries[key] = newValue }
    }
}
