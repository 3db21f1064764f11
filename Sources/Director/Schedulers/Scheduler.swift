public import Addresses

/// Chooses a real server for each new connection, as the kernel's scheduler of the same name does.
///
/// A scheduler holds the destinations in the order of its list; the kernel's list has the newest first,
/// and so the same choices come from a list in that order. None chooses a destination of weight 0 or one
/// that is overloaded. The order of calls alone decides: no clock and no chance.
public protocol Scheduler: Sendable {
    /// The destinations, in the order in which they are gone through.
    var destinations: [Destination] { get }

    /// Takes over a changed list: destinations added, removed, or with another weight.
    mutating func update(_ destinations: [Destination])

    /// The index of the destination for a new connection of a client; nil if none may have it.
    ///
    /// - Parameter loads: what each destination has now, in the order of `destinations`.
    mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int?
}

/// What a destination has to carry now.
public struct DestinationLoad: Hashable, Sendable {
    /// Connections in which both sides may still send.
    public var active: Int
    /// All other connections that are still known.
    public var inactive: Int
    /// Whether it gets no more, by its thresholds or because it was tried already.
    public var isUnavailable: Bool

    /// A load; none where nothing is given.
    public init(active: Int = 0, inactive: Int = 0, isUnavailable: Bool = false) {
        self.active = active
        self.inactive = inactive
        self.isUnavailable = isUnavailable
    }

    /// All connections, the active ones for 256 each, since they cost that much more: the kernel's measure.
    var overhead: Int { active << 8 + inactive }
}

extension Scheduler {
    /// The indices of those that may be chosen.
    func usable(_ loads: [DestinationLoad]) -> [Int] {
        destinations.indices.filter { destinations[$0].weight > 0 && !loads[$0].isUnavailable }
    }
}

extension ServiceOptions {
    /// The names of the schedulers that `makeScheduler` knows.
    public static let schedulerNames = ["rr", "wrr", "lc", "wlc", "sh"]

    /// The scheduler with the options' name and flags; nil if there is none here.
    public func makeScheduler(_ destinations: [Destination]) -> (any Scheduler)? {
        switch scheduler {
        case "rr": RoundRobin(destinations)
        case "wrr": WeightedRoundRobin(destinations)
        case "lc": LeastConnection(destinations)
        case "wlc": WeightedLeastConnection(destinations)
        case "sh":
            SourceHash(
                destinations, fallsBack: flags.contains(.scheduler1), usesPort: flags.contains(.scheduler2))
        default: nil
        }
    }
}
