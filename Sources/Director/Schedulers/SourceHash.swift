public import Addresses

/// `sh`: the client's address alone decides, by a table of 256 places that the destinations fill in turn,
/// each as many in a row as its weight is.
///
/// As in the kernel, a client whose place belongs to a destination that is unavailable or has weight 0
/// gets none, unless the flag sh-fallback is set; with sh-port the client's port counts too.
public struct SourceHash: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    /// The index of each place's destination; empty if there are no destinations.
    private var places: [Int] = []
    private let fallsBack: Bool
    private let usesPort: Bool

    /// Begins with these; see the type for the flags.
    public init(_ destinations: [Destination], fallsBack: Bool = false, usesPort: Bool = false) {
        self.destinations = destinations
        self.fallsBack = fallsBack
        self.usesPort = usesPort
        fill()
    }

    /// Takes over a changed list and fills the table anew.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
        fill()
    }

    /// The destination of the client's place; with sh-fallback, of the first of the places after it, in
    /// the order of the kernel's search, whose destination is available.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        if places.isEmpty { return nil }
        let home = hashPlace(folded(client.address) &+ (usesPort ? UInt32(client.port) : 0))
        if isUsable(places[home], loads) { return places[home] }
        if !fallsBack { return nil }
        // The kernel adds the hash twice: once to the offset, once more in hashing.
        for offset in places.indices {
            let index = places[(home + (home + offset) % places.count) % places.count]
            if isUsable(index, loads) { return index }
        }
        return nil
    }

    private func isUsable(_ index: Int, _ loads: [DestinationLoad]) -> Bool {
        destinations[index].weight > 0 && !loads[index].isUnavailable
    }

    private mutating func fill() {
        places = []
        if destinations.isEmpty { return }
        var index = 0
        var taken = 0
        for _ in 0..<(256) {
            places.append(index)
            taken += 1
            // One of weight 0 takes a place too, and keeps it empty.
            if taken >= destinations[index].weight {
                index = (index + 1) % destinations.count
                taken = 0
            }
        }
    }
}
