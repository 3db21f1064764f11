internal import NIOCore

/// When a connection has had its time: pure, so that it can be tried without waiting.
struct ConnectionDeadline {
    /// Since when nothing has been going on.
    private var idleSince: NIODeadline
    /// Whether a query has been answered.
    private var hasAsked = false
    /// When the first octet of a query arrived that isn't whole yet.
    private var partialSince: NIODeadline?
    /// Since when answers wait for the client to read.
    private var blockedSince: NIODeadline?

    /// Whether the client was told for how long it may be silent (RFC 7828).
    var isKeptAlive = false

    init(now: NIODeadline) {
        idleSince = now
    }

    /// Queries were answered, or the connection is otherwise alive.
    mutating func wasActive(now: NIODeadline) {
        idleSince = now
        partialSince = nil
        hasAsked = true
    }

    /// Part of a query has arrived. Only the first part starts the clock: a query that comes octet by
    /// octet has no longer than another.
    mutating func isPartial(now: NIODeadline) {
        if partialSince == nil { partialSince = now }
    }

    /// Answers wait for the client, or no longer do.
    mutating func isBlocked(_ isBlocked: Bool, now: NIODeadline) {
        blockedSince = isBlocked ? blockedSince ?? now : nil
        // While we didn't read, the rest of a query couldn't come.
        if !isBlocked && partialSince != nil { partialSince = now }
    }

    /// When it is over if nothing happens.
    func end(_ limits: StreamLimits) -> NIODeadline {
        if let blockedSince { return blockedSince + limits.transferTimeout }
        if let partialSince { return partialSince + limits.transferTimeout }
        if !hasAsked { return idleSince + limits.initialTimeout }
        return idleSince + (isKeptAlive ? limits.keepaliveTimeout : limits.idleTimeout)
    }
}
