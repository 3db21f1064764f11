internal import Addresses

/// Which real server each client stays with, for a time after its latest connection. Times are `RelayClock`'s.
struct Persistence: Sendable {
    private struct Entry {
        var server: Endpoint
        var end: Duration
    }

    private let capacity: Int
    private var entries: [IPAddress: Entry] = [:]
    /// When to look for entries whose time is over again: not for each of many new clients.
    private var nextPurge = Duration.zero
    private static let purgeInterval = Duration.seconds(1)

    init(capacity: Int = RelayLimits.persistentClients) {
        self.capacity = capacity
    }

    /// The real server that a client stays with.
    func server(of client: IPAddress, now: Duration) -> Endpoint? {
        entries[client].flatMap { $0.end > now ? $0.server : nil }
    }

    /// Keeps a client with a real server. When no more fit, those whose time is over make room; if there
    /// are none, the client is not kept.
    mutating func keep(_ client: IPAddress, with server: Endpoint, until end: Duration, now: Duration) {
        if entries.count >= capacity && entries[client] == nil {
            if now < nextPurge { return }
            nextPurge = now + Self.purgeInterval
            entries = entries.filter { $0.value.end > now }
            if entries.count >= capacity { return }
        }
        entries[client] = Entry(server: server, end: end)
    }

    /// How many clients stay with each real server.
    func counts(now: Duration) -> [Endpoint: Int] {
        entries.values.reduce(into: [:]) { counts, entry in
            if entry.end > now { counts[entry.server, default: 0] += 1 }
        }
    }
}
