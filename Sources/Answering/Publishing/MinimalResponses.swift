/// What positive answers carry beside the records that were asked for (BIND's `minimal-responses`).
public enum MinimalResponses: Hashable, Sendable {
    /// The zone's servers in the authority section, and addresses of names in the additional one.
    case no
    /// Nothing, except that the servers of a zone come with their addresses where they are asked for.
    case yes
    /// Addresses, but no servers.
    case noAuth
    /// As `noAuth` for those who want recursion (RD), which is resolvers' clients; as `no` for others.
    case noAuthRecursive

    /// Whether the zone's servers are added to an answer.
    @inline(__always)
    func addsServers(recursionDesired: Bool) -> Bool {
        self == .no || self == .noAuthRecursive && !recursionDesired
    }
}

extension MinimalResponses: ExpressibleByBooleanLiteral {
    /// `yes` or `no`.
    public init(_ isMinimal: Bool) {
        self = isMinimal ? .yes : .no
    }

    /// `yes` or `no`.
    public init(booleanLiteral isMinimal: Bool) {
        self.init(isMinimal)
    }
}
