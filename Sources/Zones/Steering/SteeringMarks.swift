public import DNSWire

/// Which rrsets of one zone are steered, and by which place of the view: a table by the rrset's place in
/// the zone's directory.
public struct SteeringMarks: Sendable {
    /// The number of steered rrsets.
    public let count: Int
    /// The marks as a query sees them; valid as long as these marks live, which the
    /// caller has to see to.
    @unsafe public let table: SteeringTable
    private let memory: FlatMemory

    /// Whether no rrset is steered.
    public var isEmpty: Bool { count == 0 }

    /// Marks of a zone in which nothing is steered.
    public static let none = SteeringMarks([])

    /// The marks of these rrsets of a zone.
    public init(_ rrsets: [SteeredRRSet], registry: inout SteeringRegistry) {
        if rrsets.isEmpty {
            self = .none
        } else {
            self.init(rrsets.map { ($0.place, registry.index(of: $0.set)) })
        }
    }

    init(_ marks: [(place: Int, index: UInt32)]) {
        count = marks.count
        // Half full at most, and a power of two.
        let slots = marks.isEmpty ? 0 : 1 << (Int.bitWidth - (marks.count * 2 - 1).leadingZeroBitCount)
        var buffer = FlatBuffer(capacity: slots * 8)
        _ = buffer.extend(by: slots * 8)
        for mark in marks {
            let key = SteeringTable.key(mark.place)
            var slot = SteeringTable.slot(key, count: slots)
            while buffer.word64(at: slot * 8) != 0 { slot = (slot + 1) & (slots - 1) }
            buffer.store(UInt64(key) << 32 | UInt64(mark.index), at: slot * 8)
        }
        memory = FlatMemory(buffer)
        unsafe table = SteeringTable(slots: memory.view)
    }
}

/// The marks of a zone as a query sees them: without a reference count. Whoever keeps it keeps the
/// ``SteeringMarks`` it came from.
@frozen public struct SteeringTable: Sendable {
    @usableFromInline let slots: FlatView

    @inlinable init(slots: FlatView) {
        self.slots = slots
    }

    /// Whether no rrset is steered.
    @inlinable public var isEmpty: Bool { slots.count == 0 }

    /// The place in the view of an rrset; nil if it isn't steered.
    @inlinable public func index(of rrset: RRSet) -> Int? {
        if slots.count == 0 { return nil }
        let key = Self.key(rrset.place)
        let count = slots.count / 8
        var slot = Self.slot(key, count: count)
        while true {
            let entry = slots.word64(at: slot &* 8)
            if entry == 0 { return nil }
            if UInt32(truncatingIfNeeded: entry &>> 32) == key {
                return Int(UInt32(truncatingIfNeeded: entry))
            }
            slot = (slot &+ 1) & (count &- 1)
        }
    }

    /// Directory entries lie at multiples of 4 and never at 0, so that 32 bits reach 16 GB of heap.
    @inlinable static func key(_ place: Int) -> UInt32 { UInt32(truncatingIfNeeded: place / 4) }

    @inlinable static func slot(_ key: UInt32, count: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) &>> 32) & (count &- 1)
    }
}
