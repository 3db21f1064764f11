public import Addresses

/// What `rate-limit` says.
public struct RateLimitSettings: Hashable, Sendable {
    /// Answers of the same name and type per second and network of clients; 0 for any number, as below.
    public var responsesPerSecond = 0
    /// Referrals; nil for the number of `responsesPerSecond`, as with the next three.
    public var referralsPerSecond: Int?
    /// Answers that there is nothing of the type.
    public var nodataPerSecond: Int?
    /// Answers that there is no such name.
    public var nxdomainsPerSecond: Int?
    /// Failures.
    public var errorsPerSecond: Int?
    /// Whatever it is.
    public var allPerSecond = 0
    /// The seconds for which a debt is remembered.
    public var window = 15
    /// Every how manyth response over the limit is sent cut short; 0 for none.
    public var slip = 2
    /// The responses per second in all beyond which limits shrink; nil: they don't.
    public var qpsScale: Int?
    /// Leading bits of an IPv4 address that make a network of clients.
    public var ipv4PrefixLength = 24
    /// The same of IPv6.
    public var ipv6PrefixLength = 56
    /// Who is not limited. `localhost` and `localnets` are not resolved yet.
    public var exemptClients = AccessList.none
    /// Whether what would be limited is counted and logged only.
    public var isLogOnly = false
    /// Networks and names that are kept count of at a time, at most.
    public var maximumTableSize = 20_000

    /// What an empty `rate-limit` says.
    public init() {}
}
