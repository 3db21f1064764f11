public import Health
internal import NIOCore
internal import Sockets

/// Carries out plain checks whenever they are due: those that connect, or ask over HTTP without TLS. One thread does it
/// for all of them, and a check that waits or is under way costs its place in a table.
public final class PlainRounds: CheckRounds {
    /// What came of those that were due.
    public let reports: AsyncStream<CheckReports>
    private let entrance: AsyncStream<CheckReports>.Continuation
    private let connections: PlainConnections

    /// - Parameter maximum: Probes that may be under way at a time; each has a descriptor.
    public init(maximum: Int) {
        let (reports, entrance) = AsyncStream<CheckReports>.makeStream()
        self.reports = reports
        self.entrance = entrance
        connections = PlainConnections(maximum: maximum) { entrance.yield($0) }
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
        let wait = TimeAmount(ContinuousClock.now.duration(to: first)).nanoseconds
        do throws(SocketError) {
            try connections.tell(checks.map { .add($0) }, by: PlainLoop.clock() + UInt64(max(wait, 0)))
        } catch {
            // Without a thread they are for tasks, which will hear why.
            var reports = CheckReports()
            reports.reports = checks.map { CheckReport($0.turn, began: .now, ended: .now, nil) }
            entrance.yield(reports)
        }
    }

    /// Lets go of these; connections that are under way for them are closed.
    public func drop(_ turns: [CheckTurn]) {
        if !turns.isEmpty { try? connections.tell(turns.map { .drop($0) }) }
    }

    /// Closes all connections and ends the thread.
    public func end() {
        try? connections.tell([.end])
        entrance.finish()
    }
}
