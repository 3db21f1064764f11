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
    /// Where the table has its client.
    fileprivate var clientPlace: Int32 = -1

    init(_ descriptor: Int32, from client: Endpoint) {
        self.descriptor = descriptor
        self.client = client
    }

    var isOpen: Bool { descriptor >= 0 }
    /// Whether it has asked something, and nothing is left to do.
    var isAnswered: Bool { state == .idle || state == .keptAlive }
}

/// Neighbours in a list; -1: none.
private struct Links {
    var previous: Int32 = -1
    var next: Int32 = -1
}

/// The connections of one loop: which of them have had their time, and which makes room for a new one.
///
/// Those in the same state stand in a queue, in the order in which they came to it, and all have the same time
/// there. So the first of each queue is all there is to look at. Clients stand in lists by their share.
struct ConnectionTable {
    private struct Queue {
        var first: Int32 = -1
        var last: Int32 = -1
    }

    private struct Client {
        let key: IPAddress
        var first: Int32 = -1
        var count = 0
        var inShare = Links()

        /// How large its share is: 0 with less than four connections, which are anybody's right, and one more each
        /// time that they double.
        var share: Int { min(Int.bitWidth - (count / 4).leadingZeroBitCount, 31) }
    }

    private var entries: [Connection] = []
    private var free: [Int32] = []
    private var queues: InlineArray<4, Queue> = .init(repeating: Queue())
    private var clients: [Client] = []
    private var freeClients: [Int32] = []
    private var places: [IPAddress: Int32] = [:]
    /// The clients of each share.
    private var shares: InlineArray<32, Queue> = .init(repeating: Queue())
    /// Bit by share: whether a client has it.
    private var sharesTaken: UInt32 = 0

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
        let client = place(of: Self.client(connection.client.address))
        entries[Int(index)].clientPlace = client
        let first = clients[Int(client)].first
        entries[Int(index)].ofClient.next = first
        if first >= 0 { entries[Int(first)].ofClient.previous = index }
        clients[Int(client)].first = index
        count(client, 1)
        return Int(index)
    }

    /// Forgets a connection; its descriptor.
    mutating func remove(_ index: Int) -> Int32 {
        let descriptor = entries[index].descriptor
        unlink(index)
        let (links, client) = (entries[index].ofClient, entries[index].clientPlace)
        if links.next >= 0 { entries[Int(links.next)].ofClient.previous = links.previous }
        if links.previous >= 0 {
            entries[Int(links.previous)].ofClient.next = links.next
        } else {
            clients[Int(client)].first = links.next
        }
        count(client, -1)
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

    /// Which goes first: of the clients with the largest share the longest idle one (RFC 7766 §6.2.3), and one in the
    /// middle of something only if no other is idle: else a thousand half-sent queries would keep everybody out.
    ///
    /// Shares come first, or a few clients that are always in the middle of something would. Where the longest idle one
    /// is a client's of a smaller share, the client makes room that has had the largest for longest.
    var first: Int? {
        guard let oldest else { return nil }
        let largest = largestShare
        if clients[Int(entries[oldest].clientPlace)].share == largest { return oldest }
        return first(of: shares[largest].first)
    }

    /// How soon the first goes, for loops to compare what they have; the greatest number if there is none.
    var rank: UInt64 {
        guard let oldest else { return .max }
        return UInt64(31 - largestShare) << 59 | rank(oldest) >> 5
    }

    /// The first of all, whoever has it.
    private var oldest: Int? {
        var first: Int32 = -1
        for state in 0..<4 {
            let next = queues[state].first
            if next >= 0, first < 0 || rank(Int(next)) < rank(Int(first)) { first = next }
        }
        return first < 0 ? nil : Int(first)
    }

    private var largestShare: Int { 31 - sharesTaken.leadingZeroBitCount }

    /// The order of going: busy ones last, then by time.
    private func rank(_ index: Int) -> UInt64 {
        (entries[index].state == .busy ? 1 << 63 : 0) | entries[index].since
    }

    /// Which goes first of a client's connections, where it has more than `limit`.
    func first(of client: IPAddress, beyond limit: Int) -> Int? {
        guard let place = places[Self.client(client)], clients[Int(place)].count > limit else { return nil }
        return first(of: place)
    }

    private func first(of client: Int32) -> Int {
        var first = Int(clients[Int(client)].first)
        var index = entries[first].ofClient.next
        while index >= 0 {
            if rank(Int(index)) <= rank(first) { first = Int(index) }
            index = entries[Int(index)].ofClient.next
        }
        return first
    }

    /// A client that has more connections than `limit`, if there is one.
    func client(beyond limit: Int) -> IPAddress? {
        clients.first { $0.count > limit }?.key
    }

    /// The place of a client, which is new if it has no connection.
    private mutating func place(of key: IPAddress) -> Int32 {
        if let place = places[key] { return place }
        let place: Int32
        if let last = freeClients.popLast() {
            place = last
            clients[Int(place)] = Client(key: key)
        } else {
            place = Int32(clients.count)
            clients.append(Client(key: key))
        }
        places[key] = place
        return place
    }

    /// Counts a connection of a client that has come or gone.
    private mutating func count(_ client: Int32, _ change: Int) {
        let (before, share) = (clients[Int(client)].count, clients[Int(client)].share)
        clients[Int(client)].count = before + change
        if before > 0, change > 0 || before > 1, clients[Int(client)].share == share { return }
        if before > 0 { leaveShare(client, share) }
        if before + change > 0 { return enterShare(client, clients[Int(client)].share) }
        places[clients[Int(client)].key] = nil
        freeClients.append(client)
    }

    private mutating func enterShare(_ client: Int32, _ share: Int) {
        let last = shares[share].last
        clients[Int(client)].inShare = Links(previous: last)
        if last >= 0 { clients[Int(last)].inShare.next = client } else { shares[share].first = client }
        shares[share].last = client
        sharesTaken |= 1 << UInt32(share)
    }

    private mutating func leaveShare(_ client: Int32, _ share: Int) {
        let links = clients[Int(client)].inShare
        if links.previous >= 0 {
            clients[Int(links.previous)].inShare.next = links.next
        } else {
            shares[share].first = links.next
        }
        if links.next >= 0 {
            clients[Int(links.next)].inShare.previous = links.previous
        } else {
            shares[share].last = links.previous
        }
        if shares[share].first < 0 { sharesTaken &= ~(1 << UInt32(share)) }
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
