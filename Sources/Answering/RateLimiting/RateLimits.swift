public import Addresses

/// How many responses of a kind a client's network gets in a second (BIND's `rate-limit`).
public struct RateLimits: Hashable, Sendable {
    /// Responses per second of each kind; 0: as many as are asked for.
    public var responses: Int
    /// Referrals to one delegation.
    public var referrals: Int
    /// Answers that a name has no such records.
    public var nodata: Int
    /// Answers that a name doesn't exist.
    public var nxdomains: Int
    /// REFUSED, FORMERR and other failures.
    public var errors: Int
    /// All of a client's network together.
    public var all: Int
    /// For how many seconds a debt is remembered: 1 to 3600.
    public var window: Int
    /// Every how manyth response over the limit is sent, cut short; 0: none. At most 10.
    public var slip: Int
    /// The responses per second in all beyond which the limits shrink; 0: they don't.
    public var qpsScale: Int
    /// Leading bits of an address that make a client: 8 to 32.
    public var ipv4PrefixLength: Int
    /// The same of IPv6: 16 to 64.
    public var ipv6PrefixLength: Int
    /// Who is not limited.
    public var exemptClients: AccessList
    /// Whether what would be limited is counted and logged only.
    public var isLogOnly: Bool
    /// Accounts that are kept at a time.
    public var tableSize: Int

    /// No limits, everything else as BIND has it.
    public init() {
        (responses, referrals, nodata, nxdomains, errors, all) = (0, 0, 0, 0, 0, 0)
        window = 15
        slip = 2
        qpsScale = 0
        ipv4PrefixLength = 24
        ipv6PrefixLength = 56
        exemptClients = .none
        isLogOnly = false
        tableSize = 20_000
    }

    /// Whether anything is limited.
    public var isLimiting: Bool { [responses, referrals, nodata, nxdomains, errors, all].contains { $0 > 0 } }
}

/// What a response is accounted as.
public enum ResponseKind: UInt8, Sendable {
    /// Records that were asked for.
    case answer
    /// A referral.
    case referral
    /// Nothing of the type.
    case nodata
    /// No such name.
    case nxdomain
    /// A failure.
    case error
    /// All of a client's network.
    case all
    /// A client's network that has used TCP.
    case tcp
}
