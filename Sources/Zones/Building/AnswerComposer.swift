internal import DNSWire

/// Writes prepared records into a zone's heap: owners as pointers, names of RFC 1035's types compressed
/// against the owner and against what the block already has (RFC 1035 §4.1.4).
struct AnswerComposer: ~Copyable {
    /// A name that the block has, which later ones may point to: one of its suffixes.
    private struct Known: BitwiseCopyable {
        var hash: UInt64
        /// Where it stands in the data of the zone's records, as it was written.
        var start: UInt32
        var count: UInt16
        var pointer: UInt16
        var labels: Int
    }

    var heap: FlatBuffer
    /// Places of the block's pointers that move, from its start.
    private(set) var relocations = Column<UInt16>(capacity: 64)

    private var blockStart = 0
    private var hasSeveral = false
    // The node asked for that the block is prepared for, and the octets of its full name.
    private var owner = 0
    private var ownerLength = 0
    /// The name in a record's data that was written last.
    private var target = NameKey()
    private var known = Column<Known>(capacity: 16)
    // Names that pointers can reach whatever is asked: 14 bits, less what the asked name may be longer.
    private static let lastPointer = 0x3FFF - MessageSize.name
    // More names than this are not compared with, so that a large rrset costs no square of its size.
    private static let mostKnown = 96

    init(capacity: Int) {
        heap = FlatBuffer(capacity: capacity)
    }

    /// Begins a block of records for a question about a node's name; where it begins, at a multiple of 4.
    ///
    /// - Parameter hasSeveral: Whether there will be more than one record, or more than one name in it.
    mutating func begin(owner node: Int, of zone: inout PendingZone, hasSeveral: Bool) -> Int {
        owner = node
        ownerLength = Int(zone.nodes[node].nameLength) + zone.apex.length
        self.hasSeveral = hasSeveral
        relocations.removeAll()
        known.removeAll()
        align(to: 4)
        blockStart = heap.count
        return blockStart
    }

    /// Octets of the block so far.
    var blockLength: Int { heap.count - blockStart }

    /// Where the block's next octet will lie in a message about the owner.
    private var messagePlace: Int { MessageSize.header + ownerLength + 4 + blockLength }

    /// Writes a record.
    ///
    /// - Parameters:
    ///   - pointer: Where the owner's name stands in the message; the question's by default.
    ///   - movesOwner: Whether that place moves with the length of the name asked.
    /// - Returns: Where its data begins, from the start of the block.
    @discardableResult
    mutating func append(
        _ record: PendingRecord, of zone: inout PendingZone, ttl: UInt32, pointer: Int = MessageSize.header,
        movesOwner: Bool = false
    ) -> Int {
        if movesOwner { relocations.append(UInt16(blockLength)) }
        let start = heap.extend(by: RRSet.recordHeader)
        let dataStart = blockLength
        let layout = CompressibleNames(in: record.type)
        var taken = 0
        if layout.count > 0 {
            if layout.prefix > 0 { copy(&zone, from: Int(record.dataStart), count: layout.prefix) }
            taken = layout.prefix
            for _ in 0..<layout.count { taken += appendName(of: &zone, at: Int(record.dataStart) + taken) }
        }
        let rest = Int(record.dataLength) - taken
        if rest != 0 { copy(&zone, from: Int(record.dataStart) + taken, count: rest) }
        storeHead(of: record.type, ttl: ttl, pointer: pointer, length: blockLength - dataStart, at: start)
        return dataStart
    }

    /// Writes what stands in front of a record's data.
    @inline(__always)
    mutating func storeHead(of type: RecordType, ttl: UInt32, pointer: Int, length: Int, at start: Int) {
        let head = UInt64(0xC000 | pointer) << 48 | UInt64(type.rawValue) << 32 | 1 << 16 | UInt64(ttl >> 16)
        heap.store(head.bigEndian, at: start)
        let tail = (ttl & 0xFFFF) << 16 | UInt32(length)
        heap.store(tail.bigEndian, at: start + 8)
    }

    /// Octets to leave in front of so many at a place, so that they lie in as few cache lines as they can.
    @inline(__always)
    static func octetsToFit(_ size: Int, at start: Int) -> Int {
        let line = 64
        let offset = start & (line - 1)
        return offset + size <= (size + line - 1) & -line ? 0 : line - offset
    }

    /// Writes the list of relocations after the block.
    mutating func appendRelocations() {
        if relocations.count == 0 { return }
        align(to: 2)
        for index in relocations.indices {
            let start = heap.extend(by: 2)
            heap.store(relocations[index].littleEndian, at: start)
        }
    }

    /// Fills up to a multiple, which is a power of two.
    @inline(__always)
    mutating func align(to multiple: Int) {
        _ = heap.extend(by: -heap.count & (multiple - 1))
    }

    @inline(__always)
    private mutating func copy(_ zone: inout PendingZone, from start: Int, count: Int) {
        let place = heap.extend(by: count)
        heap.copy(zone.data.view, from: start, count: count, to: place)
    }

    /// Writes a name, compressed where that is possible; its octets in the data.
    private mutating func appendName(of zone: inout PendingZone, at start: Int) -> Int {
        // The data is valid for its type by the builder's contract.
        precondition(
            target.read(zone.data.view, at: start), "data of a record holds no name where its type has one")
        let (labels, pointer) = longestSuffix(in: &zone)
        remember(downTo: labels, at: start)
        let written = labels == 0 ? target.length : target.offset(labels: labels)
        copy(&zone, from: start, count: written)
        if labels > 0 {
            relocations.append(UInt16(blockLength))
            let place = heap.extend(by: 2)
            heap.store(UInt16(0xC000 | pointer).bigEndian, at: place)
        }
        return target.length
    }

    /// The most labels at the target's end that the message has already, and where; 0 if none.
    private mutating func longestSuffix(in zone: inout PendingZone) -> (labels: Int, pointer: Int) {
        var longest = suffixOfOwner(in: &zone)
        for index in known.indices {
            let name = known[index]
            if name.labels > longest.labels, name.labels <= target.labelCount,
                target.hash(labels: name.labels) == name.hash, isTarget(name, in: &zone)
            {
                longest = (name.labels, Int(name.pointer))
            }
        }
        return longest
    }

    /// The same of the name asked.
    private mutating func suffixOfOwner(in zone: inout PendingZone) -> (labels: Int, pointer: Int) {
        if zone.contains(target) {
            var node = owner
            // What a wildcard is asked for isn't its own name, so its first label can't be pointed to.
            if zone.nodes[node].flags.contains(.isWildcard) { node = Int(zone.nodes[node].parent) }
            while node != 0 {
                let labels = Int(zone.nodes[node].labels)
                let length = Int(zone.nodes[node].nameLength)
                if labels <= target.labelCount, target.hash(labels: labels) == zone.nodes[node].hash,
                    target.matches(
                        zone.names.view, at: Int(zone.nodes[node].nameStart),
                        from: target.offset(labels: labels), count: length)
                {
                    return (labels, MessageSize.header + ownerLength - zone.apex.length - length)
                }
                node = Int(zone.nodes[node].parent)
            }
            if owner != 0 || !zone.origin.isWildcard {
                return (zone.apexLabels, MessageSize.header + ownerLength - zone.apex.length)
            }
        }
        var labels = min(zone.apexLabels, target.labelCount)
        if owner == 0, zone.origin.isWildcard, labels == zone.apexLabels { labels -= 1 }
        while labels > 0 {
            let place = zone.apex.offset(labels: labels)
            let start = target.offset(labels: labels)
            let count = target.length - start
            if target.hash(labels: labels) == zone.apex.hash(labels: labels), zone.apex.length - place == count,
                target.matches(zone.names.view, at: place, from: start, count: count)
            {
                return (labels, MessageSize.header + ownerLength - zone.apex.length + place)
            }
            labels -= 1
        }
        return (0, 0)
    }

    /// Whether a known name is the target's suffix, and not only of the same hash.
    private func isTarget(_ name: Known, in zone: inout PendingZone) -> Bool {
        let start = target.offset(labels: name.labels)
        let data = zone.data.view
        return target.length - start == Int(name.count)
            && (0..<Int(name.count)).allSatisfy {
                let octet = UInt8(truncatingIfNeeded: data.octet(at: Int(name.start) + $0))
                return DomainName.lowercased(octet) == target.octet(at: start + $0)
            }
    }

    /// Remembers the target's suffixes that are about to be written.
    private mutating func remember(downTo last: Int, at dataStart: Int) {
        if !hasSeveral || known.count >= Self.mostKnown { return }
        for labels in stride(from: target.labelCount, to: last, by: -1) {
            let start = target.offset(labels: labels)
            let pointer = messagePlace + start
            if pointer > Self.lastPointer { continue }
            known.append(
                Known(
                    hash: target.hash(labels: labels), start: UInt32(dataStart + start),
                    count: UInt16(target.length - start), pointer: UInt16(pointer), labels: labels))
        }
    }
}
