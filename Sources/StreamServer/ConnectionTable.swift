internal import Addresses

/// A client's connection, as its loop knows it.
struct Connection {
    /// What it is about, which decides how long that may last.
    enum State: Int, CaseIterable {
        /// It has asked nothing yet.
        case silent
        /// All that it asked has been answered.
        case idle
        /// The same, and the client was told for how long it may be so (RFC 7828).
        case keptAlive
        /// A query has begun and isn't whole, or answers wait for the client to read.
        case busy
    }

    /// Its socket; -1: the entry is free.
    fileprivate(set) var descriptor: Int32 = -1
    let client: Endpoint
    /// A query that isn't whole; behind answers that wait, whole ones too.
    var input = HeldBytes()
    /// Answers that the client hasn't read. Nothing is read and nothing answered before it has.
    var output = HeldBytes()
    /// What the kernel was asked to tell of.
    var watched: UInt32 = 0
    /// Whether the client was told for how long it may be silent.
    var isKeptAlive = false
    /// Nothing more is read; it ends when the answers are out.
    var isFinishing = false

    fileprivate(set) var state = State.silent
    /// Since when, in nanoseconds of a clock.
    fileprivate(set) var since: UInt64 = 0
    fileprivate var inQueue = Links()
    fileprivate var ofClient = Links()

    init(_ descriptor: Int32, from client: Endpoint) {
        self.descriptor = descriptor
        self.client = client
    }

    var isOpen: Bool { descriptor >= 0 }
}

/// Neighbours in a list; -1: none.
private struct Links {
    var previous: Int32 = -1
    var next: Int32 = -1
}

/// The connections of one loop: which of them have had their time, and which makes room for a new one.
///
/// Those in the same state stand in a queue, in the order in which they came to it, and all have the same time
/// there. So the first of each queue is all there is to look at.
struct ConnectionTable {
    private struct Queue {
        var first: Int32 = -1
        var last: Int32 = -1
    }

    private struct Client {
        var first: Int32
        var count = 1
    }

    private var entries: [Connection] = []
    private var free: [Int32] = []
    private var queues: InlineArray<4, Queue> = .init(repeating: Queue())
    private var clients: [IPAddress: Client] = [:]

    /// Connections that there are.
    var count: Int { entries.count - free.count }
    /// Entries, those that are free among them.
    var indices: Range<Int> { entries.indices }

    /// A connection.
    subscript(index: Int) -> Connection {
        @inline(__always) _read { yield entries[index] }
        @inline(__always) _modify { yield &entries[index] }
    }

    /// Takes a connection in; its place.
    mutating func insert(_ connection: Connection, now: UInt64) -> Int {
        let index: Int32
        if let last = free.popLast() {
            index = last
            entries[Int(index)] = connection
        } else {
            index = Int32(entries.count)
            entries.append(connection)
        }
        entries[Int(index)].since = now
        append(index)
        let key = Self.client(connection.client.address)
        if let first = clients[key]?.first {
            entries[Int(index)].ofClient.next = first
            entries[Int(first)].ofClient.previous = index
            clients[key]?.first = index
            clients[key]?.count += 1
        } else {
            clients[key] = Client(first: index)
        }
        return Int(index)
    }

    /// Forgets a connection; its descriptor.
    mutating func remove(_ index: Int) -> Int32 {
        let descriptor = entries[index].descriptor
        unlink(index)
        let (links, key) = (entries[index].ofClient, Self.client(entries[index].client.address))
        if links.next >= 0 { entries[Int(links.next)].ofClient.previous = links.previous }
        if links.previous >= 0 {
            entries[Int(links.previous)].ofClient.next = links.next
            clients[key]?.count -= 1
        } else if links.next >= 0 {
            clients[key]?.first = links.next
            clients[key]?.count -= 1
        } else {
            clients[key] = nil
        }
        entries[index].input.clear()
        entries[index].output.clear()
        entries[index].descriptor = -1
        free.append(Int32(index))
        return descriptor
    }

    /// Lets a connection begin anew in a state.
    mutating func move(_ index: Int, to state: Connection.State, now: UInt64) {
        unlink(index)
        entries[index].state = state
        entries[index].since = now
        append(Int32(index))
    }

    /// A connection that has had its time, if there is one.
    func expired(now: UInt64, _ patience: InlineArray<4, UInt64>) -> Int? {
        for state in 0..<4 {
            let first = Int(queues[state].first)
            if first >= 0, entries[first].since &+ patience[state] <= now { return first }
        }
        return nil
    }

    /// Which goes first: the longest idle one (RFC 7766 §6.2.3), and one in the middle of something only if no
    /// other is idle: else a thousand half-sent queries would keep everybody out.
    var first: Int? {
        var first: Int32 = -1
        for state in 0..<4 {
            let next = queues[state].first
            if next >= 0, first < 0 || rank(Int(next)) < rank(Int(first)) { first = next }
        }
        return first < 0 ? nil : Int(first)
    }

    /// The order of going, for loops to compare what they have: busy ones last, then by time.
    func rank(_ index: Int) -> UInt64 {
        (entries[index].state == .busy ? 1 << 63 : 0) | entries[index].since
    }

    /// Which goes first of a client's connections, where it has more than `limit`.
    func first(of client: IPAddress, beyond limit: Int) -> Int? {
        guard let client = clients[Self.client(client)], client.count > limit else { return nil }
        var first = Int(client.first)
        var index = entries[first].ofClient.next
        while index >= 0 {
            if rank(Int(index)) <= rank(first) { first = Int(index) }
            index = entries[Int(index)].ofClient.next
        }
        return first
    }

    /// A client that has more connections than `limit`, if there is one.
    func client(beyond limit: Int) -> IPAddress? {
        clients.first { $0.value.count > limit }?.key
    }

    private mutating func append(_ index: Int32) {
        let state = entries[Int(index)].state.rawValue
        let last = queues[state].last
        entries[Int(index)].inQueue = Links(previous: last)
        if last >= 0 { entries[Int(last)].inQueue.next = index } else { queues[state].first = index }
        queues[state].last = index
    }

    private mutating func unlink(_ index: Int) {
        let (links, state) = (entries[index].inQueue, entries[index].state.rawValue)
        if links.previous >= 0 {
            entries[Int(links.previous)].inQueue.next = links.next
        } else {
            queues[state].first = links.next
        }
        if links.next >= 0 {
            entries[Int(links.next)].inQueue.previous = links.previous
        } else {
            queues[state].last = links.previous
        }
    }

    private static func client(_ address: IPAddress) -> IPAddress {
        guard case .v6(let address) = address else { return address }
        return .v6(IPv6Address(high: address.high, low: 0))
    }
}
