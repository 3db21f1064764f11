internal import DNSWire

/// The records that an answer needs to prove what isn't there, each once: by zone and node. They are gathered
/// on the way and written when the sections before them are complete.
@safe struct ProofList: ~Copyable {
    private struct Proof {
        var zone: Int
        var node: Int
    }

    /// A step of a chain needs at most three, and a chain has at most as many steps as a ``NameSet`` has room.
    private static let capacity = 96
    // Allocated in init, freed in deinit.
    private let proofs: UnsafeMutablePointer<Proof>
    private(set) var count = 0

    init() {
        unsafe proofs = .allocate(capacity: Self.capacity)
        unsafe proofs.initialize(repeating: Proof(zone: 0, node: 0), count: Self.capacity)
    }

    deinit {
        unsafe proofs.deallocate()
    }

    /// Forgets all.
    @inline(__always)
    mutating func removeAll() {
        count = 0
    }

    /// Adds the record of a zone's node, unless it is there or the node is 0.
    mutating func insert(_ node: Int, of zone: Int) {
        if node == 0 || count == Self.capacity { return }
        for index in 0..<count where unsafe proofs[index].node == node && proofs[index].zone == zone { return }
        unsafe proofs[count] = Proof(zone: zone, node: node)
        count += 1
    }

    /// The zone's place in the catalog and the node of a proof.
    subscript(_ index: Int) -> (zone: Int, node: Int) {
        precondition(index >= 0 && index < count)
        return unsafe (proofs[index].zone, proofs[index].node)
    }
}
