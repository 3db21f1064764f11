public import Addresses

/// What holds for all answers.
public struct AnswerOptions: Hashable, Sendable {
    /// Who may ask, where a zone doesn't say.
    public var allowQuery: AccessList
    /// What positive answers carry beside what was asked for.
    public var minimalResponses: MinimalResponses
    /// Whether ANY is answered with one rrset over UDP (RFC 8482 §4.1), not with all.
    public var minimalAny: Bool
    /// The most octets of a UDP message, in what we send and in what we offer to take: 512 to 65535.
    public var maximumUDPSize: UInt16
    /// What limits responses; nil: nothing does.
    public var rateLimiter: RateLimiter?
    /// DNS cookies.
    public var cookies: CookieOptions
    /// What is said about the server itself.
    public var identity: ServerIdentity

    /// Options; 1232 octets are what passes an IPv6 path of 1280 whole (DNS flag day 2020).
    public init(
        allowQuery: AccessList = .any, minimalResponses: MinimalResponses = .yes, minimalAny: Bool = true,
        maximumUDPSize: UInt16 = 1232, rateLimiter: RateLimiter? = nil,
        cookies: CookieOptions = CookieOptions(), identity: ServerIdentity = ServerIdentity()
    ) {
        self.allowQuery = allowQuery
        self.minimalResponses = minimalResponses
        self.minimalAny = minimalAny
        self.maximumUDPSize = maximumUDPSize
        self.rateLimiter = rateLimiter
        self.cookies = cookies
        self.identity = identity
    }
}
