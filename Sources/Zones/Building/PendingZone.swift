internal import DNSWire

/// A name that a builder has met, with those of its records and of its ancestors in the zone.
struct PendingNode {
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
    /// Whether it lies below a delegation or a DNAME.
    var isOccluded = false
    /// Whether it has nothing but an NSEC3 record: no name that exists (RFC 5155 §7.2.8).
    var isHidden = false

    static let none = UInt32.max
}

/// A record that a builder has taken.
struct PendingRecord {
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
    /// Whether a referral has it.
    var isGlue = false
    /// Whether it was there before.
    var isDuplicate = false
}

/// The records of a zone as a builder gathers them: flat arrays, linked by index.
struct PendingZone {
    let origin: DomainName
    let apexLabels: Int
    let apexHash: UInt64
    var nodes: [PendingNode] = []
    var records: [PendingRecord] = []
    /// Names without the apex, in lower case, one after another; and first of all the apex's.
    let names: NamePool
    var data: [UInt8] = []
    // Open addressing by hash: the low half of the hash above, the node's index and one below.
    private var table: [UInt64]

    init(origin: DomainName, recordCountHint: Int) {
        self.origin = origin
        var key = NameKey()
        key.read(origin)
        apexLabels = key.labelCount
        apexHash = key.hash(labels: key.labelCount)
        names = NamePool(capacity: recordCountHint * 10 + MessageSize.name)
        names.append(key, from: 0, count: key.length)
        // Twice the hint is room for as many names as records; memory that is not touched costs nothing.
        let size = max(64, min(recordCountHint, 1 << 28) * 2)
        table = Array(repeating: 0, count: 1 << (Int.bitWidth - (size - 1).leadingZeroBitCount))
        records.reserveCapacity(recordCountHint)
        nodes.reserveCapacity(recordCountHint)
        data.reserveCapacity(recordCountHint * 8)
        nodes.append(
            PendingNode(
                hash: apexHash, nameStart: 0, parent: 0, first: PendingNode.none, last: PendingNode.none,
                nameLength: 0, labels: UInt8(apexLabels), flags: []))
        insert(0)
    }

    /// Whether a name lies at or below the apex.
    func contains(_ key: borrowing NameKey) -> Bool {
        guard key.labelCount >= apexLabels, key.hash(labels: apexLabels) == apexHash else { return false }
        let start = key.offset(labels: apexLabels)
        let count = key.length - start
        return count == origin.wire.count && key.matches(names.view, at: 0, from: start, count: count)
    }

    /// The node of the name that the last labels of a name in the zone make; nil if there is none.
    func find(_ key: borrowing NameKey, labels: Int) -> Int? {
        let hash = key.hash(labels: labels)
        let start = key.offset(labels: labels)
        let count = key.offset(labels: apexLabels) - start
        var slot = Int(truncatingIfNeeded: hash >> 32) & (table.count - 1)
        while table[slot] != 0 {
            if UInt32(truncatingIfNeeded: table[slot] >> 32) == UInt32(truncatingIfNeeded: hash) {
                let index = Int(UInt32(truncatingIfNeeded: table[slot])) - 1
                if nodes[index].hash == hash, nodes[index].nameLength == count,
                    key.matches(
                        names.view, at: Int(nodes[index].nameStart), from: start, count: count)
                {
                    return index
                }
            }
            slot = (slot + 1) & (table.count - 1)
        }
        return nil
    }

    /// The node of a name in the zone, made with its ancestors if it is new.
    mutating func node(of key: borrowing NameKey) -> Int {
        let labels = key.labelCount
        if let index = find(key, labels: labels) { return index }
        var depth = labels - 1
        var parent = find(key, labels: depth)
        while parent == nil {
            depth -= 1
            parent = find(key, labels: depth)
        }
        var index = parent ?? 0
        let end = key.offset(labels: apexLabels)
        while depth < labels {
            depth += 1
            let start = key.offset(labels: depth)
            let nameStart = names.append(key, from: start, count: end - start)
            let isWildcard = key.octet(at: start) == 1 && key.octet(at: start + 1) == UInt8(ascii: "*")
            nodes.append(
                PendingNode(
                    hash: key.hash(labels: depth), nameStart: UInt32(nameStart), parent: UInt32(index),
                    first: PendingNode.none, last: PendingNode.none, nameLength: UInt8(end - start),
                    labels: UInt8(depth), flags: isWildcard ? .isWildcard : []))
            if isWildcard { nodes[index].flags.insert(.hasWildcard) }
            index = nodes.count - 1
            insert(index)
        }
        return index
    }

    /// Adds a record, whose data was put at the end of `data`, to a node.
    mutating func append(_ record: PendingRecord, to node: Int) {
        let index = UInt32(records.count)
        records.append(record)
        if nodes[node].first == PendingNode.none {
            nodes[node].first = index
        } else {
            records[Int(nodes[node].last)].next = index
        }
        nodes[node].last = index
    }

    /// The full name of a node, in lower case.
    func name(of node: Int) -> DomainName {
        let start = Int(nodes[node].nameStart)
        return DomainName(
            uncheckedWire: names.view.array(from: start, count: Int(nodes[node].nameLength))
                + names.view.array(from: 0, count: origin.wire.count))
    }

    /// Makes a node's full name a key.
    func read(_ node: Int, into key: inout NameKey) {
        let start = Int(nodes[node].nameStart)
        key.read(names.view, at: start, count: Int(nodes[node].nameLength), then: names.view, at: 0)
    }

    private mutating func insert(_ index: Int) {
        if nodes.count * 3 > table.count * 2 {
            table = Array(repeating: 0, count: table.count * 2)
            for index in nodes.indices.dropLast() { place(index) }
        }
        place(index)
    }

    private mutating func place(_ index: Int) {
        let hash = nodes[index].hash
        var slot = Int(truncatingIfNeeded: hash >> 32) & (table.count - 1)
        while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
        table[slot] = hash << 32 | UInt64(index + 1)
    }
}

/// Octets of names that only grow, so that copies of a builder may share them.
final class NamePool {
    private var buffer: FlatBuffer

    init(capacity: Int) {
        buffer = FlatBuffer(capacity: capacity)
    }

    /// What is there so far, to look at until more is added.
    var view: FlatView { buffer.view }

    /// Adds octets of a key; where they begin.
    @discardableResult
    func append(_ key: borrowing NameKey, from start: Int, count: Int) -> Int {
        let place = buffer.extend(by: count)
        var done = 0
        while done + 8 <= count {
            buffer.store(key.word(at: start + done), at: place + done)
            done += 8
        }
        while done < count {
            buffer.store(key.octet(at: start + done), at: place + done)
            done += 1
        }
        return place
    }
}
