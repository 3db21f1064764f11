public import Addresses
public import DNSWire

/// The addresses of an rrset that steering decides about: one rendering serves every name that has the
/// same set.
public struct SteeredSet: Hashable, Sendable {
    /// A or AAAA.
    public var type: RecordType
    /// The addresses as the zone has them, in its order; at least one is a VIP.
    public var addresses: [IPAddress]
    /// The TTL as the zone has it, in seconds.
    public var timeToLive: UInt32
    /// The caller's number for what was configured for the name.
    public var policy: UInt16

    /// The addresses' family.
    public var family: AddressFamily { type == .a ? .v4 : .v6 }

    /// A set.
    public init(type: RecordType, addresses: [IPAddress], timeToLive: UInt32, policy: UInt16) {
        self.type = type
        self.addresses = addresses
        self.timeToLive = timeToLive
        self.policy = policy
    }
}

/// A steered rrset of one zone.
public struct SteeredRRSet: Sendable {
    /// Its place in the zone's directory.
    let place: Int
    /// What is in it.
    public let set: SteeredSet
}

/// The distinct sets of all zones; a set's place here is its place in the view.
public struct SteeringRegistry: Sendable {
    /// The sets, in the order in which they were first met.
    public private(set) var sets: [SteeredSet] = []
    /// How many rrsets have each of the sets.
    public private(set) var uses: [Int] = []
    private var places: [SteeredSet: UInt32] = [:]

    /// A registry without sets.
    public init() {}

    /// The place of a set, made for it if it has none.
    public mutating func index(of set: SteeredSet) -> UInt32 {
        if let place = places[set] {
            uses[Int(place)] += 1
            return place
        }
        let place = UInt32(sets.count)
        sets.append(set)
        uses.append(1)
        places[set] = place
        return place
    }
}

/// An address and its share.
public struct WeightedAddress: Hashable, Sendable {
    /// The address.
    public var address: IPAddress
    /// Its share in proportion to the others' weights; an address of weight 0 is never the first
    /// while another has more.
    public var weight: UInt32

    /// An address with its share.
    public init(address: IPAddress, weight: UInt32) {
        self.address = address
        self.weight = weight
    }
}

/// What a steered set is answered with.
public struct SteeringEntry: Hashable, Sendable {
    /// The addresses to answer with; none: the set is withdrawn.
    public var addresses: [WeightedAddress]
    /// The TTL of the addresses, in seconds.
    public var timeToLive: UInt32
    /// An upper bound for the TTL of the SOA in a withdrawn answer, in seconds.
    public var negativeTimeToLive: UInt32
    /// Whether an answer has one address, chosen in proportion to the weights; otherwise it has all,
    /// the first chosen so.
    public var isSingle: Bool

    /// An entry.
    public init(
        addresses: [WeightedAddress], timeToLive: UInt32, negativeTimeToLive: UInt32, isSingle: Bool = false
    ) {
        self.addresses = addresses
        self.timeToLive = timeToLive
        self.negativeTimeToLive = negativeTimeToLive
        self.isSingle = isSingle
    }
}
