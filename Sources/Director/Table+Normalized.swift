public import Addresses

extension Table {
    /// The table as a kernel holds it once it is told of this one, so that a plan towards it ends:
    /// a destination of `gate` or `ipip` has the virtual server's port (the packet's port can't change on
    /// the way), no persistence means no timeout and no netmask, no tunnel where there is none.
    /// Of destinations that become one, the one with the lowest endpoint stays.
    public var normalized: Table {
        var result = Table()
        for (key, entry) in entries { result[key] = entry.normalized(for: key) }
        return result
    }
}

extension TableEntry {
    /// The entry as a kernel holds it under a key; see `Table.normalized`.
    public func normalized(for key: VirtualServerKey) -> TableEntry {
        let normal = destinations.values.sorted { $0.endpoint < $1.endpoint }.map { $0.normalized(for: key) }
        return TableEntry(options.normalized(for: key.family), normal.reversed())
    }
}

extension ServiceOptions {
    /// The options as a kernel keeps them; see `Table.normalized`.
    public func normalized(for family: AddressFamily) -> ServiceOptions {
        var result = self
        result.flags.remove(.hashed)
        if !flags.contains(.persistent) {
            result.timeout = 0
            result.netmaskLength = UInt8(family.bits)
        }
        if persistenceEngine?.isEmpty == true { result.persistenceEngine = nil }
        return result
    }
}

extension ServiceFlags {
    /// Set by the kernel itself in what it reports.
    fileprivate static let hashed = ServiceFlags(rawValue: 2)
}

extension Destination {
    /// The destination as a kernel keeps it under a key; see `Table.normalized`. A firewall mark has no
    /// port to take, so there the destination's own stays.
    public func normalized(for key: VirtualServerKey) -> Destination {
        var result = normalizedProperties
        if forwarding != .masq, case .endpoint(_, let service) = key { result.endpoint.port = service.port }
        return result
    }

    /// The destination at its own endpoint, without what has no effect: a tunnel that isn't used, a lower
    /// threshold without an upper one (which the kernel refuses).
    var normalizedProperties: Destination {
        var result = self
        if forwarding != .ipip { result.tunnel = .ipip }
        if upperThreshold == 0 { result.lowerThreshold = 0 }
        return result
    }
}
