public import Addresses

/// What is known of a real server.
public enum Standing: Hashable, Sendable {
    /// Nothing yet: its entry in the table stays as it is.
    case unknown
    /// It can serve.
    case up
    /// It can't.
    case down
}

/// One backend of a virtual server.
public struct RealServer: Hashable, Sendable {
    /// Its entry while it is up.
    public var destination: Destination
    /// What its check says.
    public var standing: Standing
    /// Whether the backend has its entry with a weight above 0.
    public var isAcknowledged: Bool
    /// The least time in which it can come up when it is down; nil if it never does by itself.
    public var recovery: Duration?

    /// A real server; see the properties.
    public init(
        _ destination: Destination, standing: Standing = .unknown, isAcknowledged: Bool = false,
        recovery: Duration? = .zero
    ) {
        self.destination = destination
        self.standing = standing
        self.isAcknowledged = isAcknowledged
        self.recovery = recovery
    }

    /// Whether it takes connections: it is up, its weight is above 0, and the backend has acknowledged it.
    public var isServing: Bool { standing == .up && destination.weight > 0 && isAcknowledged }
}

/// What clients connect to, with everything that stands behind it.
public struct VirtualServer: Hashable, Sendable {
    /// What tells it apart.
    public var key: VirtualServerKey
    /// Its own properties in the table.
    public var options: ServiceOptions
    /// Serving real servers that make it up, at least 1.
    public var quorum: Int
    /// Whether a real server that is down stays in the table with weight 0, rather than leave it.
    public var isQuiescent: Bool
    /// Its real servers.
    public var realServers: [RealServer]
    /// The real server of last resort.
    public var fallback: RealServer?

    /// A virtual server; see the properties.
    public init(
        _ key: VirtualServerKey, options: ServiceOptions, quorum: Int = 1, isQuiescent: Bool = false,
        realServers: [RealServer] = [], fallback: RealServer? = nil
    ) {
        self.key = key
        self.options = options
        self.quorum = quorum
        self.isQuiescent = isQuiescent
        self.realServers = realServers
        self.fallback = fallback
    }

    /// The real servers that take connections.
    public var servingCount: Int { realServers.count { $0.isServing } }

    /// The sum of the weights of those.
    public var liveWeight: Int {
        realServers.reduce(0) { $0 + ($1.isServing ? Int($1.destination.weight) : 0) }
    }

    /// Whether the fallback belongs into the table: no real server serves, or is about to. `refused`
    /// holds what the backend would not take, which serves nobody however healthy it is.
    public func needsFallback(refused: Set<Endpoint> = []) -> Bool {
        fallback != nil
            && realServers.allSatisfy {
                $0.standing == .down || $0.destination.weight == 0
                    || refused.contains($0.destination.normalized(for: key).endpoint)
            }
    }

    /// The entry that the table should have.
    ///
    /// - Parameters:
    ///   - actual: The entry that it has: of a real server of which nothing is known yet it is kept.
    ///   - refused: Endpoints, as they stand in the table, that the backend would not take last time.
    public func desiredEntry(actual: TableEntry?, refused: Set<Endpoint> = []) -> TableEntry {
        var destinations: [Destination] = []
        if needsFallback(refused: refused), let fallback { destinations.append(fallback.destination) }
        for server in realServers {
            switch server.standing {
            case .up:
                destinations.append(server.destination)
            case .down:
                if isQuiescent { destinations.append(server.destination.withoutWeight) }
            case .unknown:
                let endpoint = server.destination.normalized(for: key).endpoint
                if let kept = actual?.destinations[endpoint] { destinations.append(kept) }
            }
        }
        return TableEntry(options, destinations)
    }
}

extension Destination {
    fileprivate var withoutWeight: Destination {
        var copy = self
        copy.weight = 0
        return copy
    }
}
