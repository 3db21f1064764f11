/// Nodes of zones, each once. An answer has two such lists: of the nodes whose NSEC or NSEC3 record it needs to prove
/// what isn't there, which are gathered on the way and written when the sections before them are complete; and of
/// those whose DNAME it has.
@safe struct NodeList: ~Copyable {
    struct Place {
        var zone: Int
        var node: Int
    }

    /// A step of a chain needs at most three places, and a chain has at most as many steps as a ``NameSet`` has room.
    static let capacity = 96
    // Allocated in init, freed in deinit, never handed out.
    let places: UnsafeMutablePointer<Place>
    private(set) var count = 0

    init() {
        unsafe places = CacheLines.allocate(Self.capacity, of: Place.self)
        unsafe places.initialize(repeating: Place(zone: 0, node: 0), count: Self.capacity)
    }

    deinit {
        unsafe UnsafeMutableRawPointer(places).deallocate()
    }

    /// Forgets all.
    @inline(__always)
    mutating func removeAll() {
        count = 0
    }

    /// Adds a zone's node; false if it is there, is 0, which is none, or there is no room.
    @discardableResult
    mutating func insert(_ node: Int, of zone: Int) -> Bool {
        if node == 0 || count == Self.capacity || contains(node, of: zone) { return false }
        unsafe places[count] = Place(zone: zone, node: node)
        count += 1
        return true
    }

    /// Whether a zone's node is there.
    func contains(_ node: Int, of zone: Int) -> Bool {
        // The count never exceeds the capacity.
        for index in 0..<count where unsafe places[index].node == node && places[index].zone == zone {
            return true
        }
        return false
    }

    /// The zone's place in the catalog and the node.
    subscript(_ index: Int) -> (zone: Int, node: Int) {
        precondition(index >= 0 && index < count)
        return unsafe (places[index].zone, places[index].node)
    }
}
