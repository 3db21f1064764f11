internal import DNSWire

/// A name that a builder has met, with those of its records and of its ancestors in the zone.
struct PendingNode: BitwiseCopyable {
    /// The hash of the full name.
    var hash: UInt64
    /// Where its name without the apex begins among the names.
    var nameStart: UInt32
    /// The node of the name without its first label; the apex is its own.
    var parent: UInt32
    /// The first and the last of its records; `none` without one.
    var first: UInt32
    var last: UInt32
    /// Octets of the name without the apex.
    var nameLength: UInt8
    /// Labels of the full name.
    var labels: UInt8
    /// What becomes known about it.
    var flags: NodeFlags
    /// What its records are.
    var kinds: RecordKinds = []
    /// Whether it lies below a delegation or a DNAME.
    var isOccluded = false
    /// Whether it has nothing but an NSEC3 record: no name that exists (RFC 5155 §7.2.8).
    var isHidden = false
    /// Whether the referral being made has its addresses already.
    var isInReferral = false
    /// Whether a host may have its name; for a wildcard, whether those may that it stands for.
    var hasHostName = true

    static let none = UInt32.max
}

/// What the records of a name, or of a zone, are: a pass over all names looks at those only that concern it.
struct RecordKinds: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    static let address = Self(rawValue: 1)
    static let nameServer = Self(rawValue: 2)
    static let alias = Self(rawValue: 4)
    static let subtreeAlias = Self(rawValue: 8)
    static let authority = Self(rawValue: 16)
    static let signature = Self(rawValue: 32)
    static let hashedDenial = Self(rawValue: 64)
    /// Whatever has a form to be looked at.
    static let other = Self(rawValue: 128)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ type: RecordType) {
        switch type {
        case .a, .aaaa: self = .address
        case .ns: self = .nameServer
        case .cname: self = .alias
        case .dname: self = .subtreeAlias
        case .soa: self = .authority
        case .rrsig: self = .signature
        case .nsec3: self = .hashedDenial
        case .txt, .nsec: self = []
        default: self = .other
        }
    }
}

/// A record that a builder has taken.
struct PendingRecord: BitwiseCopyable {
    /// The caller's place of it.
    var location: UInt64
    /// Where its data begins among the data, and its octets.
    var dataStart: UInt32
    var dataLength: UInt16
    /// The type.
    var type: RecordType
    /// The TTL in seconds.
    var ttl: UInt32
    /// The node's next record; `PendingNode.none` after the last.
    var next: UInt32
    /// The node that it leads to, once that was looked for.
    var target = PendingNode.none
    /// Whether a referral has it.
    var isGlue = false
    /// Whether it was there before.
    var isDuplicate = false
}

/// The records of a zone as a builder gathers them: flat columns, linked by index.
///
/// What is called for each name is `mutating`, though it changes nothing: all of the value would be copied for a
/// borrow of it, which costs more than most of what is done with it. For the same reason it is passed as `inout`.
struct PendingZone: ~Copyable {
    let origin: DomainName
    /// The apex.
    let apex: NameKey
    /// Whether a host may have the apex's name.
    let hasHostOrigin: Bool
    /// Whether its names are addresses written backwards, so that its PTR records lead to hosts.
    let isReverse: Bool
    var nodes: Column<PendingNode>
    var records: Column<PendingRecord>
    /// Names without the apex, in lower case, one after another; and first of all the apex's. Those that came into the
    /// zone with a name below them lie inside it.
    private(set) var names: FlatBuffer
    /// Octets of the names of all nodes, which the compiled zone has one by one.
    private(set) var nameOctets = 0
    /// The data of all records.
    private(set) var data: FlatBuffer
    /// What all records are.
    private(set) var kinds: RecordKinds = []
    /// Whether a name is a wildcard.
    private(set) var hasWildcards = false
    // Open addressing by hash: the low half of the hash above, the node's index and one below.
    private var table: Column<UInt64>
    // The newest records, which no node has yet: those of the last owner, and in front of them those of the one before.
    private var newest = Run()
    private var former = Run()

    /// Records of one owner, linked to each other: where they begin, and what they are.
    private struct Run: BitwiseCopyable {
        var first = 0
        var kinds: RecordKinds = []
    }

    init(origin: DomainName, recordCountHint: Int) {
        self.origin = origin
        var apex = NameKey()
        apex.read(origin)
        // Room for more than the hint says: what is not touched costs nothing, and what grows is copied.
        let room = recordCountHint * 2
        names = FlatBuffer(capacity: room * 12 + MessageSize.name)
        _ = names.extend(by: apex.length)
        for offset in 0..<apex.length { names.store(apex.octet(at: offset), at: offset) }
        // Room for as many names as records.
        table = Column(zeros: max(64, min(recordCountHint, 1 << 28) * 2))
        records = Column(capacity: room)
        nodes = Column(capacity: room)
        data = FlatBuffer(capacity: room * 10)
        nodes.append(
            PendingNode(
                hash: apex.hash(labels: apex.labelCount), nameStart: 0, parent: 0, first: PendingNode.none,
                last: PendingNode.none, nameLength: 0, labels: UInt8(apex.labelCount), flags: []))
        hasHostOrigin = apex.isHostName(from: 0)
        isReverse = Self.isReverse(apex)
        self.apex = apex
        place(0, in: slot(nodes[0].hash))
    }

    /// The names below which addresses are looked for (RFC 1035 §3.5, RFC 3596 §2.5).
    private static let reverseTrees = ["\u{7}in-addr\u{4}arpa\0", "\u{3}ip6\u{4}arpa\0"].map { Array($0.utf8) }

    private static func isReverse(_ apex: borrowing NameKey) -> Bool {
        if apex.labelCount < 2 { return false }
        let start = apex.offset(labels: 2)
        for tree in reverseTrees where tree.count == apex.length - start {
            var place = 0
            while place < tree.count, apex.octet(at: start + place) == tree[place] { place += 1 }
            if place == tree.count { return true }
        }
        return false
    }

    /// Labels of the apex.
    var apexLabels: Int { apex.labelCount }

    /// Octets in use, without the table, about; each node's name by itself, as it will be.
    @inline(__always)
    var size: Int { nameOctets &+ data.count &+ (records.count &+ nodes.count) &* 32 }

    /// Whether a name lies at or below the apex.
    mutating func contains(_ key: borrowing NameKey) -> Bool {
        if key.labelCount < apexLabels { return false }
        let start = key.offset(labels: apexLabels)
        let count = key.length - start
        return count == apex.length && key.matches(names.view, at: 0, from: start, count: count)
    }

    /// The node of the name that the last labels of a name in the zone make; nil if there is none.
    mutating func find(_ key: borrowing NameKey, labels: Int) -> Int? {
        let found = search(key, labels: labels, hash: key.hash(labels: labels))
        return found.isNode ? found.nodeOrSlot : nil
    }

    /// The node of the name that the last labels of a name in the zone make, or the slot that it would have.
    private mutating func search(
        _ key: borrowing NameKey, labels: Int, hash: UInt64
    ) -> (nodeOrSlot: Int, isNode: Bool) {
        let start = key.offset(labels: labels)
        let count = key.offset(labels: apexLabels) &- start
        var slot = slot(hash)
        while table[slot] != 0 {
            if UInt32(truncatingIfNeeded: table[slot] >> 32) == UInt32(truncatingIfNeeded: hash) {
                let index = Int(UInt32(truncatingIfNeeded: table[slot])) - 1
                if isNode(index, key, hash: hash, from: start, count: count) { return (index, true) }
            }
            slot = self.slot(after: slot)
        }
        return (slot, false)
    }

    @inline(__always)
    private func isNode(_ index: Int, _ key: borrowing NameKey, hash: UInt64, from start: Int, count: Int)
        -> Bool
    {
        nodes[index].hash == hash && nodes[index].nameLength == count
            && key.matches(names.view, at: Int(nodes[index].nameStart), from: start, count: count)
    }

    /// The node of a name in the zone, made with its ancestors if it is new.
    private mutating func node(of key: borrowing NameKey) -> Int {
        let labels = key.labelCount
        let hash = key.hash
        let found = search(key, labels: labels, hash: hash)
        if found.isNode { return found.nodeOrSlot }
        var slot = found.nodeOrSlot
        // The nearest ancestor that is there: the apex at the latest, which needs no search.
        var depth = labels - 1
        var index = 0
        while depth > apexLabels {
            if let ancestor = find(key, labels: depth) {
                index = ancestor
                break
            }
            depth -= 1
        }
        let length = key.offset(labels: apexLabels)
        let nameStart = names.extend(by: length)
        names.copy(unsafe key.view, from: 0, count: length, to: nameStart)
        while depth &+ 1 < labels {
            depth &+= 1
            let own = key.hash(labels: depth)
            index = makeNode(
                key, labels: depth, hash: own, nameAt: nameStart, below: index, in: self.slot(own))
            // It may have that slot now, and the table may be another.
            slot = self.slot(hash)
        }
        return makeNode(key, labels: labels, hash: hash, nameAt: nameStart, below: index, in: slot)
    }

    /// Makes the node of the name that the last labels of a name make.
    ///
    /// - Parameters:
    ///   - nameStart: Where the name of all labels begins among the names.
    ///   - slot: The first that it may have.
    @inline(__always)
    private mutating func makeNode(
        _ key: borrowing NameKey, labels: Int, hash: UInt64, nameAt nameStart: Int, below parent: Int,
        in slot: Int
    ) -> Int {
        let start = key.offset(labels: labels)
        let length = key.offset(labels: apexLabels) &- start
        nameOctets &+= length
        let isWildcard = key.octet(at: start) == 1 && key.octet(at: start + 1) == UInt8(ascii: "*")
        let above = nodes[parent]
        let node = nodes.count
        nodes.append(
            PendingNode(
                hash: hash, nameStart: UInt32(truncatingIfNeeded: nameStart &+ start),
                parent: UInt32(truncatingIfNeeded: parent), first: PendingNode.none, last: PendingNode.none,
                nameLength: UInt8(truncatingIfNeeded: length), labels: UInt8(truncatingIfNeeded: labels),
                flags: isWildcard ? .isWildcard : [],
                hasHostName: above.hasHostName && !above.flags.contains(.isWildcard)
                    && (isWildcard || key.isHostLabel(at: start))))
        if isWildcard {
            hasWildcards = true
            nodes[parent].flags.insert(.hasWildcard)
        }
        if nodes.count * 3 > table.count * 2 {
            enlargeTable()
        } else {
            place(node, in: slot)
        }
        return node
    }

    /// Adds a record of the owner that will be settled on next.
    @inline(__always)
    mutating func append(_ type: RecordType, ttl: UInt32, data octets: RawSpan, location: UInt64) {
        let dataStart = data.extend(by: octets.byteCount)
        data.copy(octets, to: dataStart)
        let index = records.count
        if index > newest.first { records[index &- 1].next = UInt32(truncatingIfNeeded: index) }
        records.append(
            PendingRecord(
                location: location, dataStart: UInt32(truncatingIfNeeded: dataStart),
                dataLength: UInt16(truncatingIfNeeded: octets.byteCount), type: type, ttl: ttl,
                next: PendingNode.none))
        newest.kinds.formUnion(RecordKinds(type))
    }

    /// Begins to fetch what the table has where a name in the zone would be.
    mutating func expect(_ key: borrowing NameKey) {
        table.prefetch(slot(key.hash(labels: key.labelCount)))
    }

    /// Gives the records of the last owner but one to its node: the last one is that now, and another may come.
    mutating func settle(on key: borrowing NameKey) {
        let (first, end, kinds) = (former.first, newest.first, former.kinds)
        former = newest
        newest = Run(first: records.count)
        if first == end { return }
        let node = node(of: key)
        if nodes[node].first == PendingNode.none {
            nodes[node].first = UInt32(truncatingIfNeeded: first)
        } else {
            records[Int(nodes[node].last)].next = UInt32(truncatingIfNeeded: first)
        }
        nodes[node].last = UInt32(truncatingIfNeeded: end &- 1)
        nodes[node].kinds.formUnion(kinds)
        self.kinds.formUnion(kinds)
    }

    /// The first of a node's records that is of a type; nil without one.
    func first(_ type: RecordType, of node: Int) -> Int? {
        var next = nodes[node].first
        while next != PendingNode.none {
            if records[Int(next)].type == type { return Int(next) }
            next = records[Int(next)].next
        }
        return nil
    }

    /// The full name of a node, in lower case.
    func name(of node: Int) -> DomainName {
        let start = Int(nodes[node].nameStart)
        return DomainName(
            uncheckedWire: names.view.array(from: start, count: Int(nodes[node].nameLength))
                + names.view.array(from: 0, count: apex.length))
    }

    /// Makes a node's full name a key.
    func read(_ node: Int, into key: inout NameKey) {
        let start = Int(nodes[node].nameStart)
        key.read(names.view, at: start, count: Int(nodes[node].nameLength), then: names.view, at: 0)
    }

    @inline(__always)
    private func slot(_ hash: UInt64) -> Int { Int(hash.multipliedFullWidth(by: UInt64(table.count)).high) }

    @inline(__always)
    private func slot(after slot: Int) -> Int { slot + 1 == table.count ? 0 : slot + 1 }

    /// Makes the table twice as large, and enters all nodes.
    @inline(never)
    private mutating func enlargeTable() {
        table = Column(zeros: table.count * 2)
        for node in nodes.indices { place(node, in: slot(nodes[node].hash)) }
    }

    /// Enters a node in the first free slot from one on.
    @inline(__always)
    private mutating func place(_ node: Int, in first: Int) {
        var slot = first
        while table[slot] != 0 { slot = self.slot(after: slot) }
        table[slot] = nodes[node].hash << 32 | UInt64(truncatingIfNeeded: node &+ 1)
    }
}

/// The data of a record; its places are counted from the record's own first octet.
extension PendingZone {
    func octets(of record: PendingRecord) -> [UInt8] {
        data.view.array(from: Int(record.dataStart), count: Int(record.dataLength))
    }

    func octet(_ place: Int, of record: PendingRecord) -> UInt8 {
        UInt8(truncatingIfNeeded: data.view.octet(at: Int(record.dataStart) + place))
    }

    func word16(_ place: Int, of record: PendingRecord) -> UInt16 {
        UInt16(bigEndian: data.view.word16(at: Int(record.dataStart) + place))
    }

    func word32(_ place: Int, of record: PendingRecord) -> UInt32 {
        UInt32(bigEndian: data.view.word32(at: Int(record.dataStart) + place))
    }
}
