internal import DNSWire
internal import Zones

/// Writing records anywhere in an answer, names compressed against all that is there.
extension Responder {
    /// Appends a prepared rrset, with its signatures if they are wanted: whole or not at all; if it doesn't
    /// fit, the answer is marked as cut short.
    ///
    /// - Parameters:
    ///   - node: The node that it was prepared for.
    ///   - owner: Where the message has the owner's name; 0: the node's own name is written.
    /// - Returns: The records written; 0 if it doesn't fit.
    mutating func append(
        _ rrset: RRSet, of zone: CompiledZone, node: Int, owner: Int, maximumTTL: UInt32 = .max,
        _ draft: inout Draft
    ) -> UInt16 {
        let signatures = draft.wantsDNSSEC ? zone.signatures(of: rrset, node: node) : .none
        let total = UInt16(truncatingIfNeeded: rrset.count &+ signatures.count)
        let start = draft.position
        if owner != 0 && maximumTTL == .max && CompressibleNames(in: rrset.type).count == 0 {
            // Without names to compress there is no glue: all is one run.
            let length = rrset.length &+ signatures.length
            guard draft.fits(length) else { return 0 }
            draft.output.copy(zone.heap, from: rrset.start, count: length, to: start)
            draft.position = start &+ length
            setOwners(ofRecords: Int(total), at: start, to: owner, draft.output)
            return total
        }
        let known = compression.count
        var place = 0
        for index in 0..<Int(total) {
            if index == rrset.count { place = signatures.offset }
            guard
                appendRecord(
                    &place, of: rrset, zone, node: node, owner: owner, maximumTTL: maximumTTL, &draft)
            else {
                draft.position = start
                compression.forget(downTo: known)
                return 0
            }
        }
        return total
    }

    /// Appends the signatures of a node's rrset alone; their number, 0 if they don't fit.
    mutating func appendSignatures(
        of rrset: RRSet, _ zone: CompiledZone, node: Int, owner: Int, _ draft: inout Draft
    ) -> UInt16 {
        let signatures = zone.signatures(of: rrset, node: node)
        let start = draft.position
        guard draft.fits(signatures.length) else { return 0 }
        draft.output.copy(
            zone.heap, from: rrset.start &+ signatures.offset, count: signatures.length, to: start)
        draft.position = start &+ signatures.length
        setOwners(ofRecords: signatures.count, at: start, to: owner, draft.output)
        return UInt16(truncatingIfNeeded: signatures.count)
    }

    /// Makes the owners of records, which were copied to a place, point elsewhere.
    mutating func setOwners(
        ofRecords count: Int, at start: Int, to owner: Int, _ output: MessageBuffer
    ) {
        var place = start
        for _ in 0..<count {
            output.store(big16: UInt16(truncatingIfNeeded: 0xC000 | owner), at: place)
            place &+= RRSet.recordHeader &+ Int(output.big16(at: place &+ 10))
        }
    }

    /// Appends the record at a place of a prepared block, whole or not at all, and moves the place behind
    /// it.
    ///
    /// - Parameter owner: As above; nil: the owner that the block says, which is a name in its data.
    mutating func appendRecord(
        _ place: inout Int, of rrset: RRSet, _ zone: CompiledZone, node: Int, owner: Int?,
        maximumTTL: UInt32 = .max, _ draft: inout Draft
    ) -> Bool {
        let start = draft.position
        let known = compression.count
        if writeRecord(
            &place, of: rrset, zone, node: node, owner: owner, maximumTTL: maximumTTL, &draft)
        {
            return true
        }
        // Nothing may stay of a record that has begun: it would stand behind the last one counted.
        draft.position = start
        compression.forget(downTo: known)
        return false
    }

    /// Appends the glue of one host from a place of a prepared block on, which stands together there: of each type all
    /// or none, for half an rrset is none (RFC 2181 §9). Moves the place behind it, and takes its records from the
    /// rest; those that fit.
    mutating func appendHost(
        _ place: inout Int, of servers: RRSet, _ zone: CompiledZone, node: Int, owner: Int?, rest: inout Int,
        _ draft: inout Draft
    ) -> Int {
        let heap = zone.heap
        let host = heap.word16(at: servers.start + place)
        var end = place
        repeat {
            end += servers.recordSize(at: end, in: heap)
            rest -= 1
        } while rest > 0 && heap.word16(at: servers.start + end) == host
        var count = 0
        for index in 0..<2 {
            let type = index == 0 ? RecordType.a : .aaaa
            let (start, known) = (draft.position, compression.count)
            var (next, added) = (place, 0)
            while next < end {
                if heap.word16(at: servers.start + next + 2) != type.rawValue.bigEndian {
                    next += servers.recordSize(at: next, in: heap)
                } else if appendRecord(&next, of: servers, zone, node: node, owner: owner, &draft) {
                    added += 1
                } else {
                    draft.position = start
                    compression.forget(downTo: known)
                    added = 0
                    break
                }
            }
            count += added
        }
        place = end
        return count
    }

    /// Writes the record; what it has begun stays where it didn't fit.
    private mutating func writeRecord(
        _ place: inout Int, of rrset: RRSet, _ zone: CompiledZone, node: Int, owner: Int?,
        maximumTTL: UInt32, _ draft: inout Draft
    ) -> Bool {
        let heap = zone.heap
        let output = draft.output
        let record = rrset.start + place
        let type = RecordType(UInt16(bigEndian: heap.word16(at: record + 2)))
        let ttl = min(UInt32(bigEndian: heap.word32(at: record + 6)), maximumTTL)
        let length = Int(UInt16(bigEndian: heap.word16(at: record + 10)))
        if let owner, owner != 0 {
            guard draft.fits(RRSet.recordHeader) else { return false }
            output.store(big16: UInt16(0xC000 | owner), at: draft.position)
            draft.position += 2
        } else {
            if owner == nil {
                expand(place, of: rrset, zone, node: node)
            } else {
                expandName(of: node, zone)
            }
            guard writeSpare(&draft), draft.fits(RRSet.recordHeader - 2) else { return false }
        }
        let fields = draft.position
        output.store(big16: type.rawValue, at: fields)
        output.store(big16: 1, at: fields + 2)
        output.store(big32: ttl, at: fields + 4)
        draft.position = fields + 10
        var taken = 0
        let layout = CompressibleNames(in: type)
        let data = record + RRSet.recordHeader
        if layout.count > 0 {
            guard draft.fits(layout.prefix) else { return false }
            output.copy(heap, from: data, count: layout.prefix, to: draft.position)
            draft.position += layout.prefix
            taken = layout.prefix
            for _ in 0..<layout.count {
                taken += expand(place + RRSet.recordHeader + taken, of: rrset, zone, node: node)
                guard writeSpare(&draft) else { return false }
            }
        }
        guard draft.fits(length - taken) else { return false }
        output.copy(heap, from: data + taken, count: length - taken, to: draft.position)
        draft.position += length - taken
        output.store(big16: UInt16(draft.position - fields - 10), at: fields + 8)
        place += RRSet.recordHeader + length
        return true
    }

    /// Appends the addresses of a steered set, the first chosen by weight; their number, 0 if it has none,
    /// or if they don't fit: then the answer is marked as cut short.
    mutating func appendSteered(
        _ entry: Int, _ type: RecordType, owner: Int, _ draft: inout Draft
    ) -> UInt16 {
        let view = table.steering
        let output = draft.output
        let octets = type == .a ? 4 : 16
        let available = view.addressCount(entry)
        if available == 0 { return 0 }
        let count = view.isSingle(entry) ? 1 : available
        guard draft.fits(count * (RRSet.recordHeader + octets)) else { return 0 }
        let ttl = view.timeToLive(entry)
        var address = available == 1 ? 0 : view.choose(entry, random: random.next())
        for _ in 0..<count {
            let start = draft.position
            output.store(big16: UInt16(0xC000 | owner), at: start)
            output.store(big16: type.rawValue, at: start + 2)
            output.store(big16: 1, at: start + 4)
            output.store(big32: ttl, at: start + 6)
            output.store(big16: UInt16(octets), at: start + 10)
            let data = view.address(address, of: entry)
            output.copy(view.octets, from: data, count: octets, to: start + RRSet.recordHeader)
            draft.position = start + RRSet.recordHeader + octets
            address = address + 1 == available ? 0 : address + 1
        }
        draft.isSteered = true
        return UInt16(count)
    }

    /// Writes the spare name, the part that the message has as a pointer.
    mutating func writeSpare(_ draft: inout Draft) -> Bool {
        compression.learnQuestion(question)
        let output = draft.output
        // A name that is known has its suffixes known too, but for the last one before the room for them was used up: so
        // the longest known suffix is found by halves, whether names share much or little.
        var labels = 0
        var pointer = 0
        var unknown = spare.labelCount &+ 1
        while unknown &- labels > 1 {
            let middle = (labels &+ unknown) / 2
            let place = compression.place(of: spare, labels: middle, in: output)
            if place == 0 {
                unknown = middle
            } else {
                (labels, pointer) = (middle, place)
            }
        }
        let count = labels == 0 ? spare.length : spare.offset(labels: labels)
        let start = draft.position
        guard draft.fits(count + (labels == 0 ? 0 : 2)) else { return false }
        for depth in stride(from: spare.labelCount, to: labels, by: -1) {
            compression.add(spare.hash(labels: depth), at: start + spare.offset(labels: depth))
        }
        for offset in 0..<count { output.store(octet: spare.writtenOctet(at: offset), at: start + offset) }
        draft.position = start + count
        if labels > 0 {
            output.store(big16: UInt16(0xC000 | pointer), at: draft.position)
            draft.position += 2
        }
        return true
    }

    /// Makes the name at a place of a prepared block the spare one; the octets it takes there.
    @discardableResult
    mutating func expand(_ place: Int, of rrset: RRSet, _ zone: CompiledZone, node: Int) -> Int {
        let heap = zone.heap
        let nameLength = zone.nameLength(of: node)
        let ownerLength = nameLength + zone.apexLength
        var place = place
        var taken = 0
        var hasJumped = false
        // The octet of the owner's name that comes next, once a pointer has led there.
        var owner = -1
        _ = spare.fill { _, isLength in
            while true {
                if owner >= 0 {
                    let offset =
                        owner < nameLength ? node + 8 + owner : CompiledZone.apexName + owner - nameLength
                    owner += 1
                    return UInt8(heap.octet(at: offset))
                }
                let octet = heap.octet(at: rrset.start + place)
                if !isLength || octet < 0xC0 {
                    place += 1
                    if !hasJumped { taken += 1 }
                    return UInt8(octet)
                }
                if !hasJumped { taken += 2 }
                hasJumped = true
                let pointer = Int(UInt16(bigEndian: heap.word16(at: rrset.start + place))) & 0x3FFF
                let target = pointer - MessageSize.header
                if target < ownerLength { owner = target } else { place = target - ownerLength - 4 }
            }
        }
        return taken
    }

    /// Makes a node's name the spare one.
    mutating func expandName(of node: Int, _ zone: CompiledZone) {
        let nameLength = zone.nameLength(of: node)
        _ = spare.fill { index, _ in
            UInt8(
                zone.heap.octet(
                    at: index < nameLength ? node + 8 + index : CompiledZone.apexName + index - nameLength))
        }
    }
}
