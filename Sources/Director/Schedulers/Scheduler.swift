public import Addresses

/// Chooses a real server for each new connection, as the kernel's scheduler of the same name does.
///
/// A scheduler holds the destinations in the order of its list; the kernel's list has the newest first,
/// and so the same choices come from a list in that order. None chooses a destination of weight 0 or one
/// that is overloaded. What it is told alone decides, the time included: no clock and no chance.
public protocol Scheduler: Sendable {
    /// The destinations, in the order in which they are gone through.
    var destinations: [Destination] { get }

    /// Takes over a changed list: destinations added, removed, or with another weight.
    mutating func update(_ destinations: [Destination])

    /// Tells the time, from any zero that stays the same; only `lblcr` heeds it.
    mutating func advance(to now: Duration)

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
    /// For those that are the same at any time.
    public mutating func advance(to now: Duration) {}

    /// The indices of those that may be chosen.
    func usable(_ loads: [DestinationLoad]) -> [Int] {
        destinations.indices.filter { destinations[$0].weight > 0 && !loads[$0].isUnavailable }
    }
}

/// An address in 32 bits: of IPv6 the four words, by exclusive or, as IPVS's hashes fold it.
func folded(_ address: IPAddress) -> UInt32 {
    switch address {
    case .v4(let address): address.rawValue
    case .v6(let address):
        UInt32(truncatingIfNeeded: address.high >> 32 ^ address.high ^ address.low >> 32 ^ address.low)
    }
}

/// The place of a key in the tables of sh and dh, which have 256: the kernel's hash_32 to eight bits.
func hashPlace(_ key: UInt32) -> Int {
    Int((key &* 0x61C8_8647) >> 24)
}

/// The greatest common divisor; of 0 and another number, that one.
func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}

extension ServiceOptions {
    /// The names of the schedulers that `makeScheduler` knows: all that IPVS has.
    public static let schedulerNames = [
        "rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos",
    ]

    /// What the scheduler makes of weights, in words behind its name, where a larger one is not just a larger share
    /// of the clients; nil where it is.
    public var otherUseOfWeights: String? {
        switch scheduler {
        case "rr", "lc", "dh": "knows no weights"
        case "fo": "takes weights for priorities"
        case "ovf": "takes weights for numbers of connections"
        case "sh": "takes weights for places in a table of 256"
        default: nil
        }
    }

    /// The scheduler with the options' name and flags; nil if there is none here.
    ///
    /// - Parameter virtual: the address that clients ask.
    public func makeScheduler(_ destinations: [Destination], virtual: IPAddress) -> (any Scheduler)? {
        let isFirst = flags.contains(.scheduler1)
        let isSecond = flags.contains(.scheduler2)
        if let rule = LeastLoaded.Rule(rawValue: scheduler) { return LeastLoaded(rule, destinations) }
        return switch scheduler {
        case "rr": RoundRobin(destinations)
        case "wrr": WeightedRoundRobin(destinations)
        case "lblc", "lblcr": Locality(destinations, isReplicated: scheduler == "lblcr")
        case "dh": DestinationHash(destinations, virtual: virtual)
        case "sh": SourceHash(destinations, fallsBack: isFirst, usesPort: isSecond)
        case "mh": Maglev(destinations, fallsBack: isFirst, usesPort: isSecond)
        case "twos": TwoChoices(destinations, seed: .random(in: .min ... .max))
        default: nil
        }
    }
}
