public import Addresses
public import Zones

/// What was configured for the answers of a name.
public struct SteeringPolicy: Hashable, Sendable {
    /// The most seconds that an answer with a VIP may be cached.
    public var timeToLive: UInt32
    /// Whether an answer has one address rather than all that can serve.
    public var isSingle: Bool
    /// Whether, when none can serve, all are named rather than none; nil: as each VIP says.
    public var servesAllWhenDown: Bool?

    /// A policy; see the properties.
    public init(timeToLive: UInt32 = 30, isSingle: Bool = false, servesAllWhenDown: Bool? = nil) {
        self.timeToLive = timeToLive
        self.isSingle = isSingle
        self.servesAllWhenDown = servesAllWhenDown
    }
}

/// A VIP as steering sees it.
public struct SteeredVIP: Hashable, Sendable {
    /// How it stands.
    public var standing: VIPStanding
    /// Whether it is named although it can't serve, when no other address can either.
    public var isServedWhenAllDown: Bool

    /// A VIP; see the properties.
    public init(_ standing: VIPStanding, isServedWhenAllDown: Bool = false) {
        self.standing = standing
        self.isServedWhenAllDown = isServedWhenAllDown
    }
}

/// The least TTL, in seconds, of an answer that may change soon: less would only add load.
private let leastTimeToLive: UInt32 = 5

extension SteeringEntry {
    /// What a steered set is answered with, as its VIPs stand.
    ///
    /// The addresses that are up and those that are no VIP; without any, the degraded ones; without
    /// any, what the policy says. An address that is no VIP has the mean weight of those that are.
    public init(of set: SteeredSet, vips: [IPAddress: SteeredVIP], policy: SteeringPolicy) {
        var chosen = set.addresses.filter { vips[$0].map { $0.standing.state == .up } ?? true }
        if chosen.isEmpty { chosen = set.addresses.filter { vips[$0]?.standing.state == .degraded } }
        if chosen.isEmpty {
            chosen = set.addresses.filter { policy.servesAllWhenDown ?? vips[$0]?.isServedWhenAllDown ?? true }
        }
        let live = chosen.compactMap { vips[$0]?.standing.weight }
        let mean = live.isEmpty ? 1 : max(live.reduce(0, +) / live.count, 1)

        var ceiling = policy.timeToLive
        let unsettled = set.addresses.compactMap { vips[$0]?.standing }.filter { $0.state != .up }
        if let soonest = unsettled.compactMap(\.recovery).min() {
            let seconds = UInt32(
                clamping: soonest.components.seconds + (soonest.components.attoseconds > 0 ? 1 : 0))
            ceiling = min(ceiling, max(seconds, leastTimeToLive))
        }
        self.init(
            addresses: chosen.map {
                WeightedAddress(address: $0, weight: UInt32(clamping: vips[$0]?.standing.weight ?? mean))
            },
            timeToLive: min(set.timeToLive, ceiling), negativeTimeToLive: ceiling, isSingle: policy.isSingle)
    }
}
