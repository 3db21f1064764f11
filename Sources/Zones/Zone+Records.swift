public import DNSWire

/// The zone's data as records again, for those who look at it: explanations, warnings, tests.
extension Zone {
    /// The records of a type at a name as the zone has them (no wildcard, no alias), all types for `ANY`.
    /// Of a delegation, the NS records and what the parent has besides; names below it are not there.
    public func records(of owner: DomainName, type: RecordType) -> [ZoneRecord] {
        guard owner.isAtOrBelow(origin) else { return [] }
        var key = NameKey()
        key.read(owner)
        let node = content.find(key, labels: key.labelCount)
        if node == 0 { return [] }
        let name = name(of: node)
        let rrsets = (0..<content.rrsetCount(of: node)).map { content.rrset(of: node, index: $0) }
        let data = rrsets.filter { type == .any || $0.type == type }.flatMap { records(of: $0, owner: name) }
        if type != .any && type != .rrsig { return data }
        return data + rrsets.flatMap { signatures(of: $0, node: node, owner: name) }
    }

    /// How the zone knows a name at or below its apex, and by which: the name itself, the wildcard, the
    /// delegation or the DNAME that stands for it; for a name that doesn't exist, its closest encloser.
    public func lookup(_ name: DomainName) -> (match: Match, owner: DomainName) {
        var key = NameKey()
        key.read(name)
        let found = content.lookup(key)
        return (found.match, self.name(of: found.node))
    }

    /// The names of the zone, empty non-terminals among them, in lower case and in no order.
    package var owners: [DomainName] {
        var owners: [DomainName] = []
        forEachNode { owners.append(name(of: $0)) }
        return owners
    }

    /// Calls for each node of the zone, in no order.
    func forEachNode(_ body: (_ node: Int) -> Void) {
        for line in stride(from: 0, to: content.slots.count, by: SlotTable.lineSize) {
            for slot in stride(from: line, to: line + SlotTable.lineSize, by: SlotTable.slotSize) {
                let entry = content.slots.word64(at: slot)
                // Free, or the beginning of a node.
                if entry >> 32 == 0 { break }
                body(Int(UInt32(truncatingIfNeeded: entry)) * 8)
            }
        }
    }

    /// The full name of a node, in lower case.
    func name(of node: Int) -> DomainName {
        DomainName(
            uncheckedWire: content.heap.array(from: node + 8, count: content.nameLength(of: node))
                + content.heap.array(from: CompiledZone.apexName, count: content.apexLength))
    }

    /// The records of an rrset, names in their data written out.
    func records(of rrset: RRSet, owner: DomainName) -> [ZoneRecord] {
        var records: [ZoneRecord] = []
        var place = 0
        for _ in 0..<rrset.count {
            let record = record(at: place, of: rrset, owner: owner)
            records.append(record.record)
            place = record.end
        }
        return records
    }

    /// The signatures of a node's rrset.
    private func signatures(of rrset: RRSet, node: Int, owner: DomainName) -> [ZoneRecord] {
        let signatures = content.signatures(of: rrset, node: node)
        var records: [ZoneRecord] = []
        var place = signatures.offset
        for _ in 0..<signatures.count {
            let record = record(at: place, of: rrset, owner: owner)
            records.append(record.record)
            place = record.end
        }
        return records
    }

    /// The glue of a delegation's NS rrset.
    func glue(of rrset: RRSet, owner: DomainName) -> [ZoneRecord] {
        let glue = Glue(of: rrset, in: content.heap)
        var records: [ZoneRecord] = []
        var place = rrset.length
        for _ in 0..<(glue.requiredCount + glue.optionalCount) {
            var record = record(at: place, of: rrset, owner: owner)
            record.record.owner = content.name(in: rrset, at: place, owner: owner)
            records.append(record.record)
            place = record.end
        }
        return records
    }

    private func record(
        at place: Int, of rrset: RRSet, owner: DomainName
    ) -> (record: ZoneRecord, end: Int) {
        let heap = content.heap
        let start = rrset.start + place
        let type = RecordType(UInt16(bigEndian: heap.word16(at: start + 2)))
        let length = Int(UInt16(bigEndian: heap.word16(at: start + 10)))
        let dataPlace = place + RRSet.recordHeader
        let layout = CompressibleNames(in: type)
        var data = heap.array(
            from: start + RRSet.recordHeader, count: layout.count > 0 ? layout.prefix : length)
        if layout.count > 0 {
            var taken = layout.prefix
            for _ in 0..<layout.count {
                data += content.name(in: rrset, at: dataPlace + taken, owner: owner).wire
                taken += content.nameOctets(in: rrset, at: dataPlace + taken)
            }
            data += heap.array(from: start + RRSet.recordHeader + taken, count: length - taken)
        }
        let ttl = UInt32(bigEndian: heap.word32(at: start + 6))
        return (
            ZoneRecord(owner: owner, type: type, timeToLive: ttl, data: data), dataPlace + length
        )
    }
}

extension CompiledZone {
    /// A name at a place of a prepared block, its pointers followed: into the block, or into the name that
    /// the block was prepared for.
    func name(in rrset: RRSet, at place: Int, owner: DomainName) -> DomainName {
        var wire: [UInt8] = []
        var place = place
        while true {
            let octet = heap.octet(at: rrset.start + place)
            if octet >= 0xC0 {
                let pointer = Int(UInt16(bigEndian: heap.word16(at: rrset.start + place)) & 0x3FFF)
                let target = pointer - MessageSize.header
                if target < owner.wire.count {
                    return DomainName(uncheckedWire: wire + owner.wire[target...])
                }
                place = target - owner.wire.count - 4
                continue
            }
            wire += heap.array(from: rrset.start + place, count: octet + 1)
            place += octet + 1
            if octet == 0 { return DomainName(uncheckedWire: wire) }
        }
    }

    /// The octets that a name takes in a prepared block.
    func nameOctets(in rrset: RRSet, at place: Int) -> Int {
        var end = place
        while true {
            let octet = heap.octet(at: rrset.start + end)
            if octet >= 0xC0 { return end + 2 - place }
            end += octet + 1
            if octet == 0 { return end - place }
        }
    }
}

extension Zone {
    /// Whether another zone, made of records in the same order, answers everything alike.
    public func isSame(as other: Zone) -> Bool {
        let (mine, theirs) = unsafe (compiled.heap, other.compiled.heap)
        defer { withExtendedLifetime((self, other)) {} }
        if origin != other.origin || mine.count != theirs.count { return false }
        var place = 0
        while place + 8 <= mine.count {
            if mine.word64(at: place) != theirs.word64(at: place) { return false }
            place += 8
        }
        return mine.array(from: place, count: mine.count - place)
            == theirs.array(from: place, count: mine.count - place)
    }
}
