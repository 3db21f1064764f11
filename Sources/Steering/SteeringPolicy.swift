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
