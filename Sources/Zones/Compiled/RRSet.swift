public import DNSWire

/// A prepared rrset: its records as they stand in an answer, right after the question.
///
/// Owners are the pointer 0xC00C. Other pointers were made for a question about the node's own name, and
/// move by the difference in length when another name is asked: the list of relocations has their offsets.
///
/// Its entry in a node's directory (little-endian): u16 type, u16 records, u16 octets, u16 relocations, u32 where the
/// records begin, from the node. After the records come their signatures, then the relocations, u16 each; of an alias, then
/// maybe an address (NodeFlags.leadsToAddress).
/// In a signed zone the numbers of signatures and of their octets (u16 each) stand in front of the records. A
/// delegation's NS rrset is its referral: the records' glue lies right behind them, its owners are in the
/// list too, and in front of the records and of those two numbers stand (u16 each) the numbers of glue records
/// that are required and that are not, and their octets. So does the apex's, with the addresses of the zone's
/// own servers.
@frozen public struct RRSet: Sendable {
    /// The type.
    public let type: RecordType
    /// Records.
    public let count: Int
    /// Octets of the records.
    public let length: Int
    /// Pointers that move.
    public let relocationCount: Int
    /// Where the records begin in the zone's heap.
    public let start: Int
    /// Where the directory has it: what steering knows it by.
    public let place: Int

    @inlinable static var entrySize: Int { 12 }

    @inlinable @inline(__always)
    init(_ heap: FlatView, node: Int, place: Int) {
        heap.check(place, count: Self.entrySize)
        unsafe self.init(unchecked: heap, node: node, place: place)
    }

    /// The entry at a place that was checked.
    @unsafe @inlinable @inline(__always)
    init(unchecked heap: FlatView, node: Int, place: Int) {
        let entry = (unsafe heap.uncheckedWord64(at: place)).littleEndian
        type = RecordType(UInt16(truncatingIfNeeded: entry))
        count = Int(UInt16(truncatingIfNeeded: entry &>> 16))
        length = Int(UInt16(truncatingIfNeeded: entry &>> 32))
        relocationCount = Int(UInt16(truncatingIfNeeded: entry &>> 48))
        start = node &+ Int((unsafe heap.uncheckedWord32(at: place &+ 8)).littleEndian)
        self.place = place
    }

    init(type: RecordType, count: Int, length: Int, relocationCount: Int, start: Int, place: Int) {
        self.type = type
        self.count = count
        self.length = length
        self.relocationCount = relocationCount
        self.start = start
        self.place = place
    }

    /// Octets between the start of a record and its data.
    @inlinable public static var recordHeader: Int { 12 }

    /// Octets of the record at a place of its block.
    @inlinable public func recordSize(at place: Int, in heap: FlatView) -> Int {
        Self.recordHeader + Int(UInt16(bigEndian: heap.word16(at: start + place + 10)))
    }
}

/// The glue of a delegation, or of the apex: a run of records after those of its NS rrset.
@frozen public struct Glue: Sendable {
    /// Records that an answer must have (RFC 9471 §3.1): the addresses of servers below the cut.
    public let requiredCount: Int
    /// Further records: addresses of servers elsewhere in the zone.
    public let optionalCount: Int
    /// Octets of the required ones.
    public let requiredLength: Int
    /// Octets of the further ones, which follow.
    public let optionalLength: Int

    /// The glue of an NS rrset at a delegation or at the apex.
    @inlinable public init(of rrset: RRSet, in heap: FlatView) {
        self.init(behind: rrset.start, in: heap)
    }

    /// The glue of such an rrset, which begins at a place of the heap.
    @inlinable @inline(__always) public init(behind start: Int, in heap: FlatView) {
        let numbers = heap.word64(at: start &- 12).littleEndian
        requiredCount = Int(UInt16(truncatingIfNeeded: numbers))
        optionalCount = Int(UInt16(truncatingIfNeeded: numbers &>> 16))
        requiredLength = Int(UInt16(truncatingIfNeeded: numbers &>> 32))
        optionalLength = Int(UInt16(truncatingIfNeeded: numbers &>> 48))
    }

    /// Octets of all glue.
    @inlinable public var length: Int { requiredLength &+ optionalLength }

    /// Records of all glue.
    @inlinable public var count: Int { requiredCount &+ optionalCount }
}

/// The signatures of an rrset: a run of RRSIG records after those that they sign.
@frozen public struct Signatures: Sendable {
    /// Records.
    public let count: Int
    /// Octets of them.
    public let length: Int
    /// Where they begin, from the start of the rrset.
    public let offset: Int

    /// Some signatures.
    @inlinable public init(count: Int, length: Int, offset: Int) {
        self.count = count
        self.length = length
        self.offset = offset
    }

    /// No signature.
    @inlinable public static var none: Self { Self(count: 0, length: 0, offset: 0) }
}
