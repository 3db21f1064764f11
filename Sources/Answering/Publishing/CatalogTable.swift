internal import Addresses
internal import DNSWire
internal import Zones

/// A served zone as a query sees it: plain numbers, without a reference count.
struct CatalogEntry: Sendable {
    /// The zone; without meaning if it is broken.
    var zone: CompiledZone
    /// Its steered rrsets.
    var marks: SteeringTable
    /// Whether it could not be read.
    var isBroken: Bool
    /// Whether anybody may ask.
    var isOpen: Bool
    /// Whether nothing but the zone and its marks decide about an answer: it is there, open to all, and
    /// answers are minimal and not limited.
    var isPlain: Bool
    /// Whether another zone's apex is a name of this one and not delegated, so that it may have names that are the
    /// other's.
    var hasZoneBelow = false
    /// Octets and labels of its apex.
    var length: UInt8
    var labels: UInt8
    /// Its place in the catalog.
    var index: UInt32
    /// Who may ask.
    var access: (start: Int, end: Int)
    /// Where its apex's name is among the names, in lower case.
    var nameStart: Int
}

/// An entry of a catalog where it lies: a single word to hand on.
@safe struct ServedEntry {
    // Owned by CatalogMemory, never written after it was made.
    private let pointer: UnsafePointer<CatalogEntry>

    @unsafe init(pointer: UnsafePointer<CatalogEntry>) {
        unsafe self.pointer = pointer
    }

    var zone: CompiledZone { unsafe pointer.pointee.zone }
    var marks: SteeringTable { unsafe pointer.pointee.marks }
    var isBroken: Bool { unsafe pointer.pointee.isBroken }
    var isOpen: Bool { unsafe pointer.pointee.isOpen }
    var isPlain: Bool { unsafe pointer.pointee.isPlain }
    var hasZoneBelow: Bool { unsafe pointer.pointee.hasZoneBelow }
    var access: (start: Int, end: Int) { unsafe pointer.pointee.access }
    var nameStart: Int { unsafe pointer.pointee.nameStart }
    var length: Int { Int(unsafe pointer.pointee.length) }
    var labels: Int { Int(unsafe pointer.pointee.labels) }
    var index: Int { Int(unsafe pointer.pointee.index) }
}

/// The zones of a catalog as a query sees them. Whoever keeps it keeps the ``CatalogMemory``.
@safe struct CatalogTable: Sendable {
    /// What there is to know about a catalog as a whole.
    @unsafe struct Head {
        /// Open addressing by the upper half of the apex's hash: the lower half above, and the entry's
        /// place and one below; 0 is free. A power of two.
        var slots: FlatView
        var mask: Int
        /// The apexes' names, in lower case.
        var names: FlatView
        var entries: UnsafeMutablePointer<CatalogEntry>
        var count: Int
        /// Labels of the longest apex.
        var deepest: Int
        /// Bit by number of labels: whether there is an apex of that many.
        var depths: (low: UInt64, high: UInt64)
    }

    // Owned by CatalogMemory, never written after it was made.
    private nonisolated(unsafe) let head: UnsafePointer<Head>

    @unsafe init(head: UnsafePointer<Head>) {
        unsafe self.head = head
    }

    /// The place of the zone with the longest apex, of at most so many labels, that a name lies at or below; -1 if
    /// there is none.
    func find(_ key: borrowing NameKey, atMost most: Int) -> Int {
        let labels = min(most, unsafe head.pointee.deepest)
        return first(of: key, labels: labels)?.index ?? findFurther(key, from: labels)
    }

    /// The zone with the longest apex that a name lies at or below.
    @inline(__always)
    func entry(of key: borrowing NameKey) -> ServedEntry? {
        // Most names lie in a zone of as many labels as the longest apex has.
        let labels = min(key.labelCount, unsafe head.pointee.deepest)
        if let entry = first(of: key, labels: labels) { return entry }
        let found = findFurther(key, from: labels)
        return found < 0 ? nil : self[found]
    }

    /// The zone whose apex is the key's last labels, if it is where it belongs, as most are.
    @inline(__always)
    private func first(of key: borrowing NameKey, labels: Int) -> ServedEntry? {
        let start = key.offset(labels: labels)
        let hash = key.hash(from: start)
        let slot = Int(truncatingIfNeeded: hash &>> 32) & (unsafe head.pointee.mask)
        // There are as many slots as the mask says.
        let word = unsafe head.pointee.slots.uncheckedWord64(at: slot &* 8)
        let place = Int(UInt32(truncatingIfNeeded: word)) &- 1
        if UInt32(truncatingIfNeeded: word &>> 32) == UInt32(truncatingIfNeeded: hash),
            UInt(bitPattern: place) < UInt(bitPattern: unsafe head.pointee.count)
        {
            let entry = unsafe ServedEntry(pointer: head.pointee.entries + place)
            if isApex(of: entry, key, from: start) { return entry }
        }
        return nil
    }

    @inline(never)
    private func findFurther(_ key: borrowing NameKey, from most: Int) -> Int {
        var labels = most
        while labels >= 0 {
            let depths = unsafe labels < 64 ? head.pointee.depths.low : head.pointee.depths.high
            if depths &>> UInt64(truncatingIfNeeded: labels & 63) & 1 != 0 {
                let entry = find(key, labels: labels)
                if entry >= 0 { return entry }
            }
            labels &-= 1
        }
        return -1
    }

    /// An entry that was found.
    @inline(__always)
    subscript(_ entry: Int) -> ServedEntry {
        @inline(__always) get {
            precondition(UInt(bitPattern: entry) < UInt(bitPattern: unsafe head.pointee.count))
            return unsafe ServedEntry(pointer: head.pointee.entries + entry)
        }
    }

    private func find(_ key: borrowing NameKey, labels: Int) -> Int {
        let start = key.offset(labels: labels)
        let hash = key.hash(from: start)
        let mask = unsafe head.pointee.mask
        var slot = Int(truncatingIfNeeded: hash &>> 32) & mask
        while true {
            let word = unsafe head.pointee.slots.word64(at: slot &* 8)
            if word == 0 { return -1 }
            if UInt32(truncatingIfNeeded: word &>> 32) == UInt32(truncatingIfNeeded: hash) {
                let entry = Int(UInt32(truncatingIfNeeded: word)) &- 1
                if isApex(of: self[entry], key, from: start) { return entry }
            }
            slot = (slot &+ 1) & mask
        }
    }

    /// Whether what begins at an octet of the key is an entry's apex.
    @inline(__always)
    private func isApex(of entry: ServedEntry, _ key: borrowing NameKey, from start: Int) -> Bool {
        // No name in wire form begins with another, so that the key's ends where the apex's does. Entries and names
        // were made together.
        unsafe key.matches(
            unchecked: head.pointee.names, at: entry.nameStart, from: start, count: entry.length)
    }
}

/// Owns what a ``CatalogTable`` looks into, and keeps the zones and marks that it leads to.
@safe final class CatalogMemory: Sendable {
    /// The table; valid as long as this object lives.
    let table: CatalogTable
    /// Access lists: of the zones, and of the options at ``generalAccess``.
    let access: AccessTable
    /// The options' list.
    let generalAccess: (start: Int, end: Int)
    private let zones: [DomainName: ServedZone]
    private let slots: FlatMemory
    private let names: FlatMemory
    private let lists: FlatMemory
    // Allocated in init, freed in deinit, never written after init.
    private nonisolated(unsafe) let head: UnsafeMutablePointer<CatalogTable.Head>

    init(_ zones: [DomainName: ServedZone], options: AnswerOptions) {
        self.zones = zones
        var lists = FlatBuffer(capacity: 256)
        var names = FlatBuffer(capacity: zones.count * 24)
        let size = 1 << (Int.bitWidth - max(zones.count * 2 - 1, 7).leadingZeroBitCount)
        var slots = FlatBuffer(capacity: size * 8)
        _ = slots.extend(by: size * 8)
        let general = AccessTable.append(options.allowQuery, to: &lists)
        generalAccess = general
        let entries = UnsafeMutablePointer<CatalogEntry>.allocate(capacity: max(zones.count, 1))
        var depths: (low: UInt64, high: UInt64) = (0, 0)
        var key = NameKey()
        for (index, (apex, served)) in zones.enumerated() {
            key.read(apex)
            let nameStart = names.extend(by: key.length)
            names.copy(apex.lowercased.wire, from: 0, count: key.length, to: nameStart)
            let access = served.allowQuery.map { AccessTable.append($0, to: &lists) } ?? general
            let zone = served.zone
            unsafe (entries + index).initialize(
                to: CatalogEntry(
                    zone: zone?.compiled ?? Self.noZone.compiled,
                    marks: zone == nil ? SteeringMarks.none.table : served.marks.table,
                    isBroken: zone == nil, isOpen: (served.allowQuery ?? options.allowQuery).isAny,
                    isPlain: zone != nil && (served.allowQuery ?? options.allowQuery).isAny
                        && options.minimalResponses == .yes && options.rateLimiter == nil,
                    length: UInt8(key.length), labels: UInt8(key.labelCount), index: UInt32(index),
                    access: access, nameStart: nameStart))
            if key.labelCount < 64 {
                depths.low |= 1 << UInt64(key.labelCount)
            } else {
                depths.high |= 1 << UInt64(key.labelCount - 64)
            }
            let hash = key.hash(labels: key.labelCount)
            var slot = Int(truncatingIfNeeded: hash >> 32) & (size - 1)
            while slots.word64(at: slot * 8) != 0 { slot = (slot + 1) & (size - 1) }
            slots.store(hash << 32 | UInt64(index + 1), at: slot * 8)
        }
        self.slots = FlatMemory(slots)
        self.names = FlatMemory(names)
        self.lists = FlatMemory(lists)
        access = AccessTable(self.lists.view)
        let deepest =
            depths.high != 0
            ? 127 - depths.high.leadingZeroBitCount
            : depths.low != 0 ? 63 - depths.low.leadingZeroBitCount : 0
        unsafe head = .allocate(capacity: 1)
        unsafe head.initialize(
            to: CatalogTable.Head(
                slots: self.slots.view, mask: size - 1, names: self.names.view, entries: entries,
                count: zones.count, deepest: deepest, depths: depths))
        table = unsafe CatalogTable(head: UnsafePointer(head))
        if depths.low.nonzeroBitCount + depths.high.nonzeroBitCount == 1 { return }
        for index in 0..<zones.count {
            let entry = table[index]
            guard entry.labels > 0, key.read(self.names.view, at: entry.nameStart) else { continue }
            let above = table.find(key, atMost: entry.labels - 1)
            if above < 0 { continue }
            // Where it is delegated, or not there, no name at it or below is a node.
            let zone = table[above].zone
            let node = zone.find(key)
            if node != 0, !zone.flags(of: node).contains(.delegation) {
                unsafe (entries + above).pointee.hasZoneBelow = true
            }
        }
    }

    deinit {
        unsafe head.pointee.entries.deallocate()
        unsafe head.deallocate()
    }

    // Stands where a broken zone has none.
    private static let noZone = Zone.empty
}
