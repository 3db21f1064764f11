internal import Addresses
internal import Synchronization

/// What a connection tells the table about itself, from its event loop to whichever loop asks.
final class ConnectionActivity: Sendable {
    private let state: Atomic<UInt64>

    init(now: UInt64) {
        state = Atomic(now << 1)
    }

    /// Notes when it was last active (nanoseconds of the loops' clock) and whether something is
    /// unfinished.
    func note(now: UInt64, isBusy: Bool) {
        state.store(now << 1 | (isBusy ? 1 : 0), ordering: .relaxed)
    }

    /// Sorts connections: idle ones first, of them the longest idle first.
    var rank: (busy: UInt64, since: UInt64) {
        let value = state.load(ordering: .relaxed)
        return (value & 1, value >> 1)
    }
}

/// Which connections there are, and which of them makes room for a new one.
///
/// A newcomer is always taken. Where it is one too many, of its client or of all, the longest idle
/// connection goes (RFC 7766 §6.2.3), and one in the middle of something only if no other is idle:
/// else a thousand half-sent queries would keep everybody out. Finding it looks at every connection,
/// some microseconds for a thousand, and only when full.
struct ConnectionTable<Connection> {
    private struct Entry {
        let client: IPAddress
        let activity: ConnectionActivity
        let connection: Connection
    }

    private var entries: [UInt64: Entry] = [:]
    private var clients: [IPAddress: Int] = [:]
    private var lastID: UInt64 = 0
    private var limits: StreamLimits

    init(limits: StreamLimits) {
        self.limits = limits
    }

    var count: Int { entries.count }
    var connections: [Connection] { entries.values.map(\.connection) }

    /// Takes a connection in; returns its number, and the one that has to go for it and is no longer
    /// in the table.
    mutating func admit(
        _ connection: Connection, from address: IPAddress, activity: ConnectionActivity
    ) -> (id: UInt64, evicted: Connection?) {
        let client = Self.client(address)
        var evicted: Connection?
        if clients[client, default: 0] >= limits.connectionsPerClient {
            evicted = evict { $0.client == client }
        } else if entries.count >= limits.connections {
            evicted = evict()
        }
        lastID += 1
        entries[lastID] = Entry(client: client, activity: activity, connection: connection)
        clients[client, default: 0] += 1
        return (lastID, evicted)
    }

    /// Forgets a connection; nothing if it has been evicted.
    mutating func remove(_ id: UInt64) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        let count = clients[entry.client, default: 1] - 1
        clients[entry.client] = count == 0 ? nil : count
    }

    /// Takes other limits; those that are too many now are returned, and no longer in the table.
    mutating func take(_ limits: StreamLimits) -> [Connection] {
        self.limits = limits
        var leaving: [Connection] = []
        for (client, count) in clients where count > limits.connectionsPerClient {
            for _ in 0..<(count - limits.connectionsPerClient) {
                if let evicted = evict({ $0.client == client }) { leaving.append(evicted) }
            }
        }
        while entries.count > limits.connections, let evicted = evict() { leaving.append(evicted) }
        return leaving
    }

    /// Makes room: the connection that has to go, and is no longer in the table; nil if there is none.
    mutating func evict() -> Connection? {
        evict { _ in true }
    }

    private mutating func evict(_ isCandidate: (Entry) -> Bool) -> Connection? {
        var oldest: (id: UInt64, rank: (busy: UInt64, since: UInt64), connection: Connection)?
        for (id, entry) in entries where isCandidate(entry) {
            let rank = entry.activity.rank
            if let oldest, oldest.rank <= rank { continue }
            oldest = (id, rank, entry.connection)
        }
        guard let oldest else { return nil }
        remove(oldest.id)
        return oldest.connection
    }

    private static func client(_ address: IPAddress) -> IPAddress {
        guard case .v6(let address) = address else { return address }
        return .v6(IPv6Address(high: address.high, low: 0))
    }
}
