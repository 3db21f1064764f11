public import Health
public import Sockets

/// Carries out plain checks whenever they are due: those that connect, or ask over HTTP without TLS. One thread does it
/// for all of them, and a check that waits or is under way costs its place in a table.
public final class PlainRounds: CheckRounds {
    /// What came of those that were due.
    public let reports: AsyncStream<CheckReports>
    private let entrance: AsyncStream<CheckReports>.Continuation
    private let connections: PlainConnections

    /// - Parameter maximum: Probes that may be under way at a time; each has a descriptor.
    /// - Throws: What keeps the thread from starting: `create a poller: …`.
    public init(maximum: Int) throws(SocketError) {
        let (reports, entrance) = AsyncStream<CheckReports>.makeStream()
        self.reports = reports
        self.entrance = entrance
        connections = PlainConnections("checks", maximum: maximum) { entrance.yield($0) }
        try connections.start()
    }

    deinit { end() }

    /// Whether it can carry out a check.
    public func takes(_ check: Check) -> Bool {
        // The way of clients has to stand before each probe.
        if check.path != nil { return false }
        return switch check.method {
        case .connect: true
        case .http(let http): !http.isSecure && !http.isHTTP2
        default: false
        }
    }

    /// Takes these on, which the thread begins with when they are due.
    public func schedule(_ checks: [DueCheck]) {
        guard let first = checks.lazy.map(\.due).min() else { return }
        let wait = ContinuousClock.now.duration(to: first)
        connections.tell(checks.map { .add($0) }, by: MonotonicClock.now + wait.nanoseconds)
    }

    /// Lets go of these; connections that are under way for them are closed.
    public func drop(_ turns: [CheckTurn]) {
        if !turns.isEmpty { connections.tell(turns.map { .drop($0) }) }
    }

    /// Closes all connections and ends the thread.
    public func end() {
        connections.end()
        entrance.finish()
    }
}
