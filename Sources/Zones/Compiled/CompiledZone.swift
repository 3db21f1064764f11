public import DNSWire

/// A compiled zone as a query sees it: plain numbers and views, without a reference count. Whoever keeps it
/// keeps the ``Zone`` it came from.
///
/// The heap holds the apex's name, a table, and the nodes: each with its name, its flags, the directory of its rrsets and
/// their prepared answers in one run, so that a plain answer touches one line of the table and one or two further on.
/// Names below a delegation or a DNAME are no nodes; each ancestor of a node, down to the apex, is one.
///
/// `slots`, the table, has lines of eight slots of 64 bits, little-endian: a mark from the hash of the full name above,
/// which is never 0, and the node's place in `heap`, in units of eight octets, below. A name's slot is the first that
/// was free from the beginning of the line that its hash leads to. Behind the slots of a line there can be a node of one
/// of its names: as a free slot it ends a search, since a mark of 0 does.
///
/// A node, at a multiple of 8, little-endian:
///
///      0  u8   octets of its name without the apex
///      1  u8   NodeFlags
///      2  u16  rrsets
///      4  u32  the node of the wildcard below it, or else the one that its alias leads to, in units of eight; 0
///              without one
///      8       its name in lower case, up to the apex; padded to a multiple of 4
///              the directory: for each rrset, by type, 12 octets (see RRSet)
///              prepared answers, each at a multiple of 4
@safe @frozen public struct CompiledZone: Sendable {
    // Owned by the Zone, never written after it was made.
    @usableFromInline nonisolated(unsafe) let head: UnsafePointer<ZoneHead>

    @unsafe init(head: UnsafePointer<ZoneHead>) {
        unsafe self.head = head
    }

    @inlinable var slots: FlatView { unsafe head.pointee.slots }
    @inlinable var slotCount: UInt64 { unsafe head.pointee.slotCount }
    /// The apex's name, the nodes and their answers.
    @inlinable public var heap: FlatView { unsafe head.pointee.heap }
    /// Labels of the apex.
    @inlinable public var apexLabels: Int { unsafe head.pointee.apexLabels }
    /// Octets of the apex's name, the root's included; the name is in `heap` at ``apexName``.
    @inlinable public var apexLength: Int { unsafe head.pointee.apexLength }
    /// Labels of the deepest node.
    @inlinable public var deepest: Int { unsafe head.pointee.deepest }
    /// The node of the apex.
    @inlinable public var apexNode: Int { unsafe head.pointee.apexNode }
    /// The SOA for the authority section of a negative answer, prepared for a question about the apex.
    @inlinable public var negative: RRSet { unsafe head.pointee.negative }

    /// Whether any record is signed: in front of each rrset stand the numbers of its signatures.
    @inlinable public var isSigned: Bool { unsafe head.pointee.isSigned }

    /// Where the apex's name stands in `heap`, in lower case.
    @inlinable public static var apexName: Int { 8 }

    /// Whether a name lies at or below the apex.
    public func contains(_ key: borrowing NameKey) -> Bool {
        if key.labelCount < apexLabels { return false }
        let start = key.offset(labels: apexLabels)
        return key.length &- start == apexLength
            && key.matches(heap, at: Self.apexName, from: start, count: apexLength)
    }

    /// Where the search for a name begins, which must lie in the zone; it begins to be fetched.
    @inlinable @inline(__always)
    public func trail(of key: borrowing NameKey) -> Trail {
        let trail = trail(ofHash: key.hash)
        slots.prefetch(at: Int(truncatingIfNeeded: trail.slot) &* 8)
        return trail
    }

    /// Goes on to the first node whose name has the right hash, which begins to be fetched.
    @inlinable @inline(__always)
    public func follow(_ trail: inout Trail) {
        trail.node = seek(&trail)
        // The apex's name lies where no node does.
        heap.prefetch(at: trail.node)
    }

    /// The node of a name, which must lie in the zone; 0 if there is none.
    @inlinable @inline(__always)
    public func find(_ key: borrowing NameKey) -> Int {
        find(key, from: 0)
    }

    /// The same at the end of a trail that was followed.
    @inlinable @inline(__always)
    public func find(_ key: borrowing NameKey, on trail: Trail) -> Int {
        find(key, from: 0, on: trail)
    }

    /// The node of the name that the key's last labels make; 0 if there is none. The key must lie in the zone.
    @inlinable @inline(__always)
    public func find(_ key: borrowing NameKey, labels: Int) -> Int {
        find(key, from: key.offset(labels: labels))
    }

    /// The same for what begins at an octet of the key.
    @inlinable @inline(__always)
    func find(_ key: borrowing NameKey, from start: Int) -> Int {
        var trail = trail(ofHash: key.hash(from: start))
        trail.node = seek(&trail)
        return find(key, from: start, on: trail)
    }

    @inlinable @inline(__always)
    func trail(ofHash hash: UInt64) -> Trail {
        // Less than the lines that there are, as the high half of a product is less than either factor.
        let line = hash.multipliedFullWidth(by: slotCount / Self.lineSlots).high
        return Trail(slot: line &* Self.lineSlots, mark: Self.mark(ofHash: hash))
    }

    /// Slots of a cache line.
    @inlinable static var lineSlots: UInt64 { 8 }

    /// The half of a hash that a slot has; it is never 0.
    @inlinable @inline(__always)
    static func mark(ofHash hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) | 1 }

    /// Goes on to the next slot whose node's name has the right hash, its own at first; that node, 0 at the end of the
    /// search.
    @inlinable @inline(__always)
    func seek(_ trail: inout Trail) -> Int {
        let slots = slots
        while true {
            let entry = unsafe slots.uncheckedWord64(at: Int(truncatingIfNeeded: trail.slot) &* 8)
            let mark = UInt32(truncatingIfNeeded: entry &>> 32)
            if mark == trail.mark { return Int(UInt32(truncatingIfNeeded: entry)) &* 8 }
            if mark == 0 { return 0 }
            step(&trail)
        }
    }

    /// Goes on to the next slot, from the last to the first.
    @inlinable @inline(__always)
    func step(_ trail: inout Trail) {
        trail.slot &+= 1
        if trail.slot == slotCount { trail.slot = 0 }
    }

    @inlinable @inline(__always)
    func find(_ key: borrowing NameKey, from start: Int, on trail: Trail) -> Int {
        var trail = trail
        while trail.node != 0 && !isNode(trail.node, key, from: start) {
            step(&trail)
            trail.node = seek(&trail)
        }
        return trail.node
    }

    /// Whether a node has the name that begins at an octet of the key.
    @inlinable @inline(__always)
    func isNode(_ node: Int, _ key: borrowing NameKey, from start: Int) -> Bool {
        let heap = heap
        let octets = heap.octet(at: node)
        if key.length &- apexLength &- start != octets { return false }
        heap.check(end: node &+ 8 &+ octets)
        return unsafe key.matches(unchecked: heap, at: node &+ 8, from: start, count: octets)
    }

    /// Octets of a node's name without the apex's.
    @inlinable @inline(__always) public func nameLength(of node: Int) -> Int { heap.octet(at: node) }

    /// What there is to know about a node.
    @inlinable @inline(__always) public func flags(of node: Int) -> NodeFlags {
        NodeFlags(rawValue: UInt8(truncatingIfNeeded: heap.octet(at: node &+ 1)))
    }

    /// The number of a node's rrsets.
    @inlinable @inline(__always) public func rrsetCount(of node: Int) -> Int {
        Int(heap.word16(at: node &+ 2).littleEndian)
    }

    /// The node of the wildcard below a node; 0 without one.
    @inlinable @inline(__always) public func wildcard(below node: Int) -> Int {
        Int(heap.word32(at: node &+ 4).littleEndian) &* 8
    }

    /// The node that the alias of a node leads to, which is a name of the zone with data or without, and no alias
    /// itself; 0 if there is none, or if it is not known.
    @inlinable @inline(__always) public func target(ofAlias node: Int) -> Int {
        flags(of: node).contains(.hasWildcard) ? 0 : Int(heap.word32(at: node &+ 4).littleEndian) &* 8
    }

    /// The IPv4 address that an alias leads to, whose node says that it has it.
    @inlinable @inline(__always) public func address(ofAlias alias: RRSet) -> UInt32 {
        let end = ((alias.start &+ alias.length &+ 1) & ~1) &+ 2 &* alias.relocationCount
        return UInt32(bigEndian: heap.word32(at: (end &+ 3) & ~3))
    }

    /// The rrset at a place of a node's directory.
    @inlinable @inline(__always) public func rrset(of node: Int, index: Int) -> RRSet {
        RRSet(
            heap, node: node, place: node &+ 8 &+ ((nameLength(of: node) &+ 3) & ~3) &+ index &* RRSet.entrySize
        )
    }

    /// The rrset of a type; nil if the node has none.
    @inlinable @inline(__always) public func rrset(of node: Int, type: RecordType) -> RRSet? {
        rrset(of: node, type: type, head: heap.word32(at: node).littleEndian)
    }

    /// The rrset of a type; nil if the node has none, or is a delegation.
    @inlinable @inline(__always) public func plainRRSet(of node: Int, type: RecordType) -> RRSet? {
        let head = heap.word32(at: node).littleEndian
        if head & UInt32(NodeFlags.delegation.rawValue) &<< 8 != 0 { return nil }
        return rrset(of: node, type: type, head: head)
    }

    /// The signatures of a node's rrset.
    @inlinable @inline(__always) public func signatures(of rrset: RRSet, node: Int) -> Signatures {
        isSigned ? ownSignatures(of: rrset, node: node) : .none
    }

    @usableFromInline @inline(never) func ownSignatures(of rrset: RRSet, node: Int) -> Signatures {
        let length = Int(heap.word16(at: rrset.start &- 2))
        if length == 0 { return .none }
        // Between the records of the apex's servers and their signatures lies the glue.
        let hasGlue = rrset.type == .ns && node == apexNode
        let offset = hasGlue ? rrset.length &+ Glue(of: rrset, in: heap).length : rrset.length
        return Signatures(count: Int(heap.word16(at: rrset.start &- 4)), length: length, offset: offset)
    }

    @inlinable @inline(__always) func rrset(of node: Int, type: RecordType, head: UInt32) -> RRSet? {
        let heap = heap
        // Octets of the name, flags, rrsets.
        var left = Int(head &>> 16)
        let nameLength = Int(head & 0xFF)
        var place = node &+ 8 &+ ((nameLength &+ 3) & ~3)
        heap.check(end: place &+ left &* RRSet.entrySize)
        while left > 0 {
            if (unsafe heap.uncheckedWord16(at: place)).littleEndian == type.rawValue {
                return unsafe RRSet(unchecked: heap, node: node, place: place)
            }
            place &+= RRSet.entrySize
            left &-= 1
        }
        return nil
    }
}

/// Where a name is looked for in a zone's table. It belongs to that zone.
@frozen public struct Trail: Sendable {
    /// Less than the zone's slots.
    @usableFromInline var slot: UInt64
    /// What the name's slot has from its hash.
    @usableFromInline let mark: UInt32
    /// The node of a name of that hash; 0 if there is none.
    @usableFromInline var node = 0

    @inlinable init(slot: UInt64, mark: UInt32) {
        self.slot = slot
        self.mark = mark
    }

    /// One that leads nowhere; not to be followed.
    public static var none: Self { Self(slot: 0, mark: 0) }
}

/// What there is to know about a zone as a whole.
@usableFromInline struct ZoneHead: Sendable {
    @usableFromInline let slots: FlatView
    @usableFromInline let slotCount: UInt64
    @usableFromInline let heap: FlatView
    @usableFromInline let apexLabels: Int
    @usableFromInline let apexLength: Int
    @usableFromInline let deepest: Int
    @usableFromInline let apexNode: Int
    @usableFromInline let negative: RRSet
    @usableFromInline let isSigned: Bool
    @usableFromInline let denials: DenialChain

    init(
        heap: FlatView, slots: Range<Int>, apexLabels: Int, apexLength: Int, deepest: Int, apexNode: Int,
        negative: RRSet, isSigned: Bool, denials: DenialChain
    ) {
        self.slots = heap.part(slots)
        slotCount = UInt64(slots.count / 8)
        self.heap = heap
        self.apexLabels = apexLabels
        self.apexLength = apexLength
        self.deepest = deepest
        self.apexNode = apexNode
        self.negative = negative
        self.isSigned = isSigned
        self.denials = denials
    }
}

/// What there is to know about a node.
@frozen public struct NodeFlags: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// Flags of these bits.
    @inlinable public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// NS records that lead away; not at the apex.
    @inlinable public static var delegation: Self { Self(rawValue: 1) }
    /// A CNAME.
    @inlinable public static var alias: Self { Self(rawValue: 2) }
    /// A DNAME.
    @inlinable public static var subtreeAlias: Self { Self(rawValue: 4) }
    /// A child whose label is `*`.
    @inlinable public static var hasWildcard: Self { Self(rawValue: 8) }
    /// A name server of the zone; its addresses are never steered.
    @inlinable public static var nameServer: Self { Self(rawValue: 16) }
    /// Its own label is `*`.
    @inlinable public static var isWildcard: Self { Self(rawValue: 32) }
    /// An alias of a name of the zone that has one A record, of the alias's TTL, and nothing else: its address stands
    /// behind the relocations of the CNAME, at a multiple of 4.
    @inlinable public static var leadsToAddress: Self { Self(rawValue: 64) }
}
