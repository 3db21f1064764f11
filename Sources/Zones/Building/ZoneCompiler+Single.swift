internal import DNSWire

/// The short way for what zones are full of.
extension ZoneCompiler {
    /// Writes a node that has a single record, without names that could be shorter, in one go, as most nodes of most
    /// zones are; false if it is another.
    @inline(__always)
    mutating func composeSingle(_ node: Int) -> Bool {
        let name = zone.nodes[node]
        if name.first != name.last || name.first == PendingNode.none { return false }
        let record = zone.records[Int(name.first)]
        if CompressibleNames(in: record.type).count > 0 || record.dataLength > 255
            || name.flags.contains(.delegation)
        {
            return false
        }
        let nameLength = Int(name.nameLength)
        let directory = 8 + (nameLength + 3) & ~3
        let block = directory + RRSet.entrySize
        let (dataLength, length) = (Int(record.dataLength), RRSet.recordHeader + Int(record.dataLength))
        let size = block + length
        // A wildcard's place would stand where a search has to end.
        var start = name.flags.contains(.hasWildcard) ? 0 : table.room(for: (size + 7) & ~7, of: name.hash)
        if start == 0 {
            composer.align(to: 8)
            if isLarge {
                _ = composer.heap.extend(by: AnswerComposer.octetsToFit(size, at: composer.heap.count))
            }
            start = composer.heap.extend(by: size)
        }
        places[node] = UInt32(truncatingIfNeeded: start / 8)
        composer.heap.store(
            (UInt32(nameLength) | UInt32(name.flags.rawValue) << 8 | 1 << 16).littleEndian, at: start)
        composer.heap.copy(zone.names.view, from: Int(name.nameStart), count: nameLength, to: start + 8)
        let entry = UInt64(record.type.rawValue) | 1 << 16 | UInt64(length) << 32
        composer.heap.store(entry.littleEndian, at: start + directory)
        composer.heap.store(UInt32(block).littleEndian, at: start + directory + 8)
        composer.storeHead(
            of: record.type, ttl: record.ttl, pointer: MessageSize.header, length: dataLength, at: start + block
        )
        composer.heap.copy(
            zone.data.view, from: Int(record.dataStart), count: dataLength,
            to: start + block + RRSet.recordHeader)
        recordCount += 1
        return true
    }
}
