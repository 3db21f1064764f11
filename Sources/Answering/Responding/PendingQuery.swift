internal import DNSWire
internal import Zones

/// What is known of a query that was read and not yet answered.
struct PendingQuery: ~Copyable {
    /// The name asked.
    var question = NameKey()
    /// Its octets; 0 if this is no query of one question, or that can't be read.
    var length = 0
    /// The zone that the name lies in.
    var entry: ServedEntry?
    /// Where that zone looks for the name.
    var trail = Trail.none

    /// Reads a query's question, copies it to the answer, and begins to fetch where its zone looks for the name.
    @inline(__always)
    mutating func read(_ exchange: Exchange, in catalog: CatalogTable) {
        let query = exchange.query
        if query.byteCount < MessageSize.header || !QueryHeader(query).isOneQuestion { return forget() }
        length = question.readQuestion(of: query, copyingTo: exchange.output)
        if length == 0 { return forget() }
        entry = catalog.entry(of: question)
        guard let zone = entry?.zone else { return }
        trail = zone.trail(of: question)
    }

    private mutating func forget() {
        length = 0
        entry = nil
    }

    /// Goes on to the name's node, which begins to be fetched.
    @inline(__always)
    mutating func follow() {
        entry?.zone.follow(&trail)
    }
}

/// The queries of a batch, allocated once.
@safe struct PendingQueries: ~Copyable {
    // Allocated in init, freed in deinit, never handed out.
    let memory: UnsafeMutablePointer<PendingQuery>
    private let count: Int

    init(count: Int) {
        unsafe memory = CacheLines.allocate(count, of: PendingQuery.self)
        for index in 0..<count { unsafe (memory + index).initialize(to: PendingQuery()) }
        self.count = count
    }

    deinit {
        unsafe memory.deinitialize(count: count)
        unsafe UnsafeMutableRawPointer(memory).deallocate()
    }

    /// The one of a number, which has to be less than their count.
    subscript(index: Int) -> PendingQuery {
        @inline(__always) unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe UnsafePointer(memory + index)
        }
        @inline(__always) unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe memory + index
        }
    }
}
