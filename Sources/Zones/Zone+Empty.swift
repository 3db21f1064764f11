internal import DNSWire

extension Zone {
    /// A zone of the root without any record; stands where a broken zone has none.
    public static let empty: Zone = {
        var heap = FlatBuffer(capacity: 64)
        // The root's name, and an apex without rrsets.
        _ = heap.extend(by: 32)
        let owner = FlatMemory(heap)
        var slots = FlatBuffer(capacity: 64)
        _ = slots.extend(by: 8)
        let table = FlatMemory(slots)
        let negative = RRSet(type: .soa, count: 0, length: 0, relocationCount: 0, start: 0, place: 0)
        let head = ZoneHead(
            slots: table.view, heap: owner.view, apexLabels: 0, apexLength: 1, deepest: 0, apexNode: 16,
            negative: negative, isSigned: false,
            denials: DenialChain(kind: .none, entries: table.view, parameters: .none))
        return Zone(
            origin: .root, serial: 0, recordCount: 0, head: head, heap: owner, slots: table,
            denials: FlatMemory(FlatBuffer(capacity: 0)))
    }()
}
