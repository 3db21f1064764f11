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
    /// Its neighbours in the queue of its state, and in its client's.
    fileprivate var links = InlineArray<2, Links>(repeating: Links())
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

/// Connections in the order in which they came.
private struct Queue {
    /// Whose queue it is: where its members have their neighbours.
    enum Kind: Int {
        case ofState
        case ofClient
    }

    var first: Int32 = -1
    var last: Int32 = -1

    mutating func append(_ index: Int32, _ kind: Kind, in entries: inout [Connection]) {
        entries[Int(index)].links[kind.rawValue] = Links(previous: last)
        if last >= 0 { entries[Int(last)].links[kind.rawValue].next = index } else { first = index }
        last = index
    }

    mutating func remove(_ index: Int, _ kind: Kind, in entries: inout [Connection]) {
        let links = entries[index].links[kind.rawValue]
        if links.previous >= 0 {
            entries[Int(links.previous)].links[kind.rawValue].next = links.next
        } else {
            first = links.next
        }
        if links.next >= 0 {
            entries[Int(links.next)].links[kind.rawValue].previous = links.previous
        } else {
            last = links.previous
        }
    }
}

/// The connections of one loop: which of them have had their time, and which makes room for a new one.
///
/// Those in the same state stand in a queue, in the order in which they came to it, and all have the same time
/// there. So the first of each queue is all there is to look at. A client's stand in two queues likewise: those that are
/// busy, and the others. Clients stand in lists by their share.
struct ConnectionTable {
    private struct Client {
        let key: IPAddress
        /// Its connections that are busy, and those that aren't.
        var busy = Queue()
        var others = Queue()
        var count = 0
        var inList = Links()

        /// How large its share is: 0 with less than four connections, which are anybody's right, and one more each
        /// time that they double.
        var share: Int { min(Int.bitWidth - (count / 4).leadingZeroBitCount, 31) }
        /// The list that it stands in: by share, and behind those that have the same and only busy connections.
        var list: Int { share * 2 + (others.first >= 0 ? 1 : 0) }
        /// Which of its connections goes first.
        var leaving: Int { Int(others.first >= 0 ? others.first : busy.first) }
    }

    private var entries: [Connection] = []
    private var free: [Int32] = []
    private var queues: InlineArray<4, Queue> = .init(repeating: Queue())
    private var clients: [Client] = []
    private var freeClients: [Int32] = []
    private var places: [IPAddress: Int32] = [:]
    /// The clients of each share, in two lists.
    private var lists: InlineArray<64, Queue> = .init(repeating: Queue())
    /// Bit by list: whether a client stands in it.
    private var listsTaken: UInt64 = 0

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
        let client = place(of: Self.client(connection.client.address))
        entries[Int(index)].clientPlace = client
        let before = clients[Int(client)].count > 0 ? clients[Int(client)].list : nil
        append(index)
        clients[Int(client)].count += 1
        relist(client, before)
        return Int(index)
    }

    /// Forgets a connection; its descriptor.
    mutating func remove(_ index: Int) -> Int32 {
        let descriptor = entries[index].descriptor
        let client = entries[index].clientPlace
        let before = clients[Int(client)].list
        unlink(index)
        clients[Int(client)].count -= 1
        relist(client, before)
        entries[index].input.clear()
        entries[index].output.clear()
        entries[index].descriptor = -1
        free.append(Int32(index))
        return descriptor
    }

    /// Lets a connection begin anew in a state.
    mutating func move(_ index: Int, to state: Connection.State, now: UInt64) {
        let client = entries[index].clientPlace
        let before = clients[Int(client)].list
        unlink(index)
        entries[index].state = state
        entries[index].since = now
        append(Int32(index))
        relist(client, before)
    }

    /// A connection that has had its time, if there is one.
    func expired(now: UInt64, _ patience: InlineArray<4, UInt64>) -> Int? {
        for state in 0..<4 {
            let first = Int(queues[state].first)
            if first >= 0, entries[first].since &+ patience[state] <= now { return first }
        }
        return nil
    }

    /// How long a connection is left to its client where others have a larger share.
    private static let youth: UInt64 = 2_000_000_000

    /// Which goes first: the longest idle one (RFC 7766 §6.2.3), and one in the middle of something only if no other is
    /// idle: else a thousand half-sent queries would keep everybody out.
    ///
    /// A client with a share that is larger by two steps than that of its owner makes room instead, or few clients
    /// that are always in the middle of something would keep everybody out; larger by one step where that connection
    /// has come to its state just now, or more of them would. No less than that: else a client with four would pay for
    /// those of many others that lie idle. Of several clients with the largest share one that has an idle connection
    /// goes before others.
    func first(now: UInt64) -> Int? {
        guard let oldest, listsTaken != 0 else { return nil }
        let largest = 63 - listsTaken.leadingZeroBitCount
        let steps = largest / 2 - share(oldest)
        let isYoung = now < entries[oldest].since &+ Self.youth
        if steps < (isYoung ? 1 : 2) { return oldest }
        return clients[Int(lists[largest].first)].leaving
    }

    /// How soon the first goes, for loops to compare what they have; the greatest number if there is none. As within a
    /// loop, a share that is larger by one step than the smallest makes no difference.
    func rank(now: UInt64) -> UInt64 {
        guard let first = first(now: now) else { return .max }
        return UInt64(31 - max(share(first) - 1, 0)) << 59 | rank(first) >> 5
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

    /// The share of a connection's client.
    private func share(_ index: Int) -> Int { clients[Int(entries[index].clientPlace)].share }

    /// The order of going: busy ones last, then by time.
    private func rank(_ index: Int) -> UInt64 {
        (entries[index].state == .busy ? 1 << 63 : 0) | entries[index].since
    }

    /// Which goes first of a client's connections, where it has more than `limit`.
    func first(of client: IPAddress, beyond limit: Int) -> Int? {
        guard let place = places[Self.client(client)], clients[Int(place)].count > limit else { return nil }
        return clients[Int(place)].leaving
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

    /// Puts a client into the list that it belongs to, after one of its connections has come, changed or gone.
    private mutating func relist(_ client: Int32, _ before: Int?) {
        let isGone = clients[Int(client)].count == 0
        let list = isGone ? nil : clients[Int(client)].list
        if list == before { return }
        if let before { leave(client, before) }
        if let list { return enter(client, list) }
        places[clients[Int(client)].key] = nil
        freeClients.append(client)
    }

    private mutating func enter(_ client: Int32, _ list: Int) {
        let last = lists[list].last
        clients[Int(client)].inList = Links(previous: last)
        if last >= 0 { clients[Int(last)].inList.next = client } else { lists[list].first = client }
        lists[list].last = client
        listsTaken |= 1 << UInt64(list)
    }

    private mutating func leave(_ client: Int32, _ list: Int) {
        let links = clients[Int(client)].inList
        if links.previous >= 0 {
            clients[Int(links.previous)].inList.next = links.next
        } else {
            lists[list].first = links.next
        }
        if links.next >= 0 {
            clients[Int(links.next)].inList.previous = links.previous
        } else {
            lists[list].last = links.previous
        }
        if lists[list].first < 0 { listsTaken &= ~(1 << UInt64(list)) }
    }

    /// Puts a connection at the end of the queue of its state, and of its client's.
    private mutating func append(_ index: Int32) {
        let (state, client) = (entries[Int(index)].state, Int(entries[Int(index)].clientPlace))
        queues[state.rawValue].append(index, .ofState, in: &entries)
        if state == .busy {
            clients[client].busy.append(index, .ofClient, in: &entries)
        } else {
            clients[client].others.append(index, .ofClient, in: &entries)
        }
    }

    private mutating func unlink(_ index: Int) {
        let (state, client) = (entries[index].state, Int(entries[index].clientPlace))
        queues[state.rawValue].remove(index, .ofState, in: &entries)
        if state == .busy {
            clients[client].busy.remove(index, .ofClient, in: &entries)
        } else {
            clients[client].others.remove(index, .ofClient, in: &entries)
        }
    }

    private static func client(_ address: IPAddress) -> IPAddress {
        guard case .v6(let address) = address else { return address }
        return .v6(IPv6Address(high: address.high, low: 0))
    }
}
