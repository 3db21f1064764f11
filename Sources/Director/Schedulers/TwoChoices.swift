public import Addresses

/// `twos`: two destinations by chance, in proportion to weight, and of them the one that carries less for
/// its weight: nearly as even as looking at all, without all clients running to the one that was idle.
public struct TwoChoices: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    /// Chance enough for spreading load: splitmix64, from a seed.
    private var state: UInt64

    /// Begins with these; the same seed makes the same choices.
    public init(_ destinations: [Destination], seed: UInt64) {
        self.destinations = destinations
        state = seed
    }

    /// Takes over a changed list.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
    }

    /// The one of two that carries less; of equals the first drawn.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        let usable = usable(loads)
        let total = usable.reduce(0) { $0 + UInt64(destinations[$1].weight) }
        if total == 0 { return nil }
        let pair = [draw(usable, total), draw(usable, total)]
        return leastForWeight(pair) { loads[$0].overhead }
    }

    private mutating func draw(_ usable: [Int], _ total: UInt64) -> Int {
        var left = Int(random() % total)
        for index in usable {
            left -= Int(destinations[index].weight)
            if left < 0 { return index }
        }
        return usable[usable.count - 1]
    }

    private mutating func random() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
