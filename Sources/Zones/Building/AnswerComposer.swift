internal import DNSWire

/// Writes prepared records into a zone's heap: owners as pointers, names of RFC 1035's types compressed
/// against the owner and against what the block already has (RFC 1035 §4.1.4).
struct AnswerComposer: ~Copyable {
    /// A name that the block has, which later ones may point to: one of its suffixes.
    private struct Known {
        var hash: UInt64
        var pointer: UInt16
        // Where its octets are among `knownOctets`.
        var start: UInt32
        var count: UInt16
    }

    var heap: FlatBuffer
    /// Places of the block's pointers that move, from its start.
    private(set) var relocations: [UInt16] = []

    private var blockStart = 0
    private var hasSeveral = false
    // The name asked that the block is prepared for: in lower case, with the hashes of its suffixes.
    private var owner = NameKey()
    private var target = NameKey()
    private var known: [Known] = []
    private var knownOctets: [UInt8] = []
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
    mutating func begin(owner node: Int, of zone: borrowing PendingZone, hasSeveral: Bool) -> Int {
        zone.read(node, into: &owner)
        self.hasSeveral = hasSeveral
        return begin()
    }

    /// Begins a further block for the same question.
    mutating func begin() -> Int {
        relocations.removeAll(keepingCapacity: true)
        known.removeAll(keepingCapacity: true)
        knownOctets.removeAll(keepingCapacity: true)
        align(to: 4)
        blockStart = heap.count
        return blockStart
    }

    /// Octets of the block so far.
    var blockLength: Int { heap.count - blockStart }

    /// Where the block's next octet will lie in a message about the owner.
    private var messagePlace: Int { MessageSize.header + owner.length + 4 + blockLength }

    /// Writes a record.
    ///
    /// - Parameters:
    ///   - pointer: Where the owner's name stands in the message; the question's by default.
    ///   - movesOwner: Whether that place moves with the length of the name asked.
    /// - Returns: Where its data begins, from the start of the block.
    @discardableResult
    mutating func append(
        _ record: PendingRecord, ttl: UInt32, data: borrowing [UInt8], pointer: Int = MessageSize.header,
        movesOwner: Bool = false
    ) -> Int {
        if movesOwner { relocations.append(UInt16(blockLength)) }
        let start = heap.extend(by: RRSet.recordHeader)
        let dataStart = blockLength
        let head =
            UInt64(0xC000 | pointer) << 48 | UInt64(record.type.rawValue) << 32 | 1 << 16 | UInt64(ttl >> 16)
        heap.store(head.bigEndian, at: start)
        let layout = CompressibleNames(in: record.type)
        var taken = 0
        if layout.count > 0 {
            copy(data, from: Int(record.dataStart), count: layout.prefix)
            taken = layout.prefix
            for _ in 0..<layout.count { taken += appendName(data, at: Int(record.dataStart) + taken) }
        }
        copy(data, from: Int(record.dataStart) + taken, count: Int(record.dataLength) - taken)
        let tail = (ttl & 0xFFFF) << 16 | UInt32(blockLength - dataStart)
        heap.store(tail.bigEndian, at: start + 8)
        return dataStart
    }

    /// Writes the list of relocations after the block.
    mutating func appendRelocations() {
        if relocations.isEmpty { return }
        align(to: 2)
        for place in relocations {
            let start = heap.extend(by: 2)
            heap.store(place.littleEndian, at: start)
        }
    }

    /// Fills up to a multiple.
    mutating func align(to multiple: Int) {
        let rest = heap.count % multiple
        if rest != 0 { _ = heap.extend(by: multiple - rest) }
    }

    private mutating func copy(_ data: borrowing [UInt8], from start: Int, count: Int) {
        let place = heap.extend(by: count)
        heap.copy(data, from: start, count: count, to: place)
    }

    /// Writes a name, compressed where that is possible; its octets in the data.
    private mutating func appendName(_ data: borrowing [UInt8], at start: Int) -> Int {
        let isName = unsafe data.withUnsafeBytes { bytes in
            target.read(unsafe bytes.bytes, at: start)
        }
        // The data is valid for its type by the builder's contract.
        precondition(isName, "data of a record holds no name where its type has one")
        var labels = target.labelCount
        var pointer = 0
        while labels > 0 {
            pointer = place(ofSuffix: labels)
            if pointer != 0 { break }
            labels -= 1
        }
        remember(from: target.labelCount, downTo: labels)
        let written = labels == 0 ? target.length : target.offset(labels: labels)
        copy(data, from: start, count: written)
        if pointer != 0 {
            relocations.append(UInt16(blockLength))
            let place = heap.extend(by: 2)
            heap.store(UInt16(0xC000 | pointer).bigEndian, at: place)
        }
        return target.length
    }

    /// Where the message has the target's suffix of so many labels; 0 if nowhere.
    private func place(ofSuffix labels: Int) -> Int {
        let hash = target.hash(labels: labels)
        let start = target.offset(labels: labels)
        let count = target.length - start
        // What a wildcard is asked for isn't its own name, so its first label can't be pointed to.
        let isWildcard = owner.octet(at: 0) == 1 && owner.octet(at: 1) == UInt8(ascii: "*")
        if labels < owner.labelCount || labels == owner.labelCount && !isWildcard,
            owner.hash(labels: labels) == hash
        {
            let place = owner.offset(labels: labels)
            if owner.length - place == count,
                (0..<count).allSatisfy({ owner.octet(at: place + $0) == target.octet(at: start + $0) })
            {
                return MessageSize.header + place
            }
        }
        for name in known where name.hash == hash && Int(name.count) == count {
            let octets = Int(name.start)
            if (0..<count).allSatisfy({ knownOctets[octets + $0] == target.octet(at: start + $0) }) {
                return Int(name.pointer)
            }
        }
        return 0
    }

    /// Remembers the target's suffixes that are about to be written.
    private mutating func remember(from labels: Int, downTo last: Int) {
        if !hasSeveral || known.count >= Self.mostKnown || last >= labels { return }
        let octets = knownOctets.count
        for offset in 0..<target.length { knownOctets.append(target.octet(at: offset)) }
        for depth in stride(from: labels, to: last, by: -1) {
            let start = target.offset(labels: depth)
            let pointer = messagePlace + start
            if pointer > Self.lastPointer { continue }
            known.append(
                Known(
                    hash: target.hash(labels: depth), pointer: UInt16(pointer),
                    start: UInt32(octets + start), count: UInt16(target.length - start)))
        }
    }
}
