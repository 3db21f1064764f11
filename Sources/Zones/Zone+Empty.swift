internal import DNSWire

extension Zone {
    /// A zone of the root without any record; stands where a broken zone has none.
    public static let empty: Zone = {
        var heap = FlatBuffer(capacity: 64)
        // The root's name, an apex without rrsets, and a table that has nothing.
        let table = SlotTable.lineSize
        _ = heap.extend(by: table + SlotTable.lineSize)
        let owner = FlatMemory(heap)
        let negative = RRSet(type: .soa, count: 0, length: 0, relocationCount: 0, start: 0, place: 0)
        let head = ZoneHead(
            heap: owner.view, slots: table..<(table + SlotTable.lineSize), apexLabels: 0, apexLength: 1,
            deepest: 0, apexNode: 16,
            negative: negative, isSigned: false,
            denials: DenialChain(kind: .none, entries: owner.view.part(0..<0), parameters: .none))
        return Zone(
            origin: .root, serial: 0, recordCount: 0, head: head, heap: owner,
            denials: FlatMemory(FlatBuffer(capacity: 0)))
    }()
}
