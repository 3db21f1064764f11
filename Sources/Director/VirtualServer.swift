public import Addresses

/// What is known of a real server.
public enum Standing: Hashable, Sendable {
    /// Nothing yet: its entry in the table stays as it is.
    case unknown
    /// It can serve.
    case up
    /// It can't.
    case down
    /// It serves whom it serves, but no answer counts on it any more: it keeps its weight.
    case withdrawing
    /// It keeps its connections and gets no new ones: it stands in the table with weight 0.
    case draining
    /// It is out of the table, even where others that can't serve stay there with weight 0.
    case out
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
    /// The part of its weight that it has now, of a thousand, or more than all of it; at least 1 of a weight above 0
    /// stays.
    public var share: Int
    /// Why it stands otherwise than its check says, in words; nil: it doesn't.
    public var note: String?

    /// A real server; see the properties.
    public init(
        _ destination: Destination, standing: Standing = .unknown, isAcknowledged: Bool = false,
        recovery: Duration? = .zero, share: Int = 1000, note: String? = nil
    ) {
        self.destination = destination
        self.standing = standing
        self.isAcknowledged = isAcknowledged
        self.recovery = recovery
        self.share = share
        self.note = note
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
    /// Serving real servers that keep it up once the quorum was reached.
    public var lowQuorum: Int
    /// Whether it was up when it was looked at last.
    public var wasUp = false
    /// Whether it counts as up or down whatever stands behind it; nil: as it is.
    public var forced: Bool?
    /// By which the weights in the table are multiplied, as long as none of them becomes too large by it.
    public var weightScale: Int32
    /// Whether a real server that is down stays in the table with weight 0, rather than leave it.
    public var isQuiescent: Bool
    /// Its real servers.
    public var realServers: [RealServer]
    /// The real server of last resort.
    public var fallback: RealServer?

    /// A virtual server; see the properties.
    public init(
        _ key: VirtualServerKey, options: ServiceOptions, quorum: Int = 1, lowQuorum: Int? = nil,
        weightScale: Int32 = 1, isQuiescent: Bool = false, realServers: [RealServer] = [],
        fallback: RealServer? = nil
    ) {
        self.key = key
        self.options = options
        self.quorum = quorum
        self.lowQuorum = lowQuorum ?? quorum
        self.weightScale = weightScale
        self.isQuiescent = isQuiescent
        self.realServers = realServers
        self.fallback = fallback
    }

    /// The real servers that take connections.
    public var servingCount: Int { realServers.count { $0.isServing } }

    /// The sum of the weights of those, as far as they have them by now, each rounded up.
    public var liveWeight: Int {
        realServers.reduce(0) {
            $0 + ($1.isServing ? (Int($1.destination.weight) * $1.share + 999) / 1000 : 0)
        }
    }

    /// Whether enough real servers serve: the quorum of them, or, once that was reached, the low one.
    public var reachesQuorum: Bool { forced ?? (servingCount >= (wasUp ? lowQuorum : quorum)) }

    /// Whether anything serves.
    public var serves: Bool {
        forced ?? (servingCount > 0 || (fallback.map { $0.standing == .up && $0.isAcknowledged } ?? false))
    }

    /// Whether no real server serves, or is about to. `refused` holds what the backend would not take, which serves
    /// nobody however healthy it is.
    public func isForsaken(refused: Set<Endpoint> = []) -> Bool {
        realServers.allSatisfy {
            [.down, .draining, .out].contains($0.standing) || $0.destination.weight == 0
                || refused.contains($0.destination.normalized(for: key).endpoint)
        }
    }

    /// Whether the fallback belongs into the table: there is one, and nothing else serves.
    public func needsFallback(refused: Set<Endpoint> = []) -> Bool {
        fallback != nil && isForsaken(refused: refused)
    }

    /// The entry that the table should have.
    ///
    /// - Parameters:
    ///   - actual: The entry that it has: of a real server of which nothing is known yet it is kept.
    ///   - refused: Endpoints, as they stand in the table, that the backend would not take last time.
    public func desiredEntry(actual: TableEntry?, refused: Set<Endpoint> = []) -> TableEntry {
        var destinations: [Destination] = []
        if needsFallback(refused: refused), let fallback { destinations.append(fallback.destination) }
        let scale = tableScale
        for server in realServers {
            switch server.standing {
            case .up, .withdrawing:
                destinations.append(server.destination.weighted(server.share, by: scale))
            case .draining:
                destinations.append(server.destination.withoutWeight)
            case .out: break
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

extension VirtualServer {
    /// By which weights in the table are multiplied: the scale, or less where the largest of them would be above what
    /// the schedulers of Linux count with, so that their proportions stay. Whatever share of its weight a real server
    /// has now, its whole weight counts: the others keep theirs while one comes up, or has more than its own.
    fileprivate var tableScale: (numerator: Int, denominator: Int) {
        let largest =
            realServers.lazy.map { Int($0.destination.weight) }.filter { $0 <= Destination.maximumWeight }
            .max() ?? 0
        let maximum = Destination.maximumWeight
        return largest * Int(weightScale) <= maximum ? (Int(weightScale), 1) : (maximum, largest)
    }
}

extension Destination {
    /// The schedulers of Linux count with weights up to this one.
    fileprivate static let maximumWeight = 65_535

    /// With a share of its weight (of a thousand) times a scale, up to the maximum; one that is above that by itself
    /// stays.
    fileprivate func weighted(_ share: Int, by scale: (numerator: Int, denominator: Int)) -> Destination {
        if weight <= 0 || weight > Self.maximumWeight || (share == 1000 && scale == (1, 1)) { return self }
        var copy = self
        let scaled = Int(weight) * share * scale.numerator / (1000 * scale.denominator)
        copy.weight = Int32(min(max(scaled, 1), Self.maximumWeight))
        return copy
    }

    fileprivate var withoutWeight: Destination {
        var copy = self
        copy.weight = 0
        return copy
    }
}
