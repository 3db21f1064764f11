public import Addresses

/// `lc`: the destination with the least to carry, whatever its weight above 0 is; of equals the first.
public struct LeastConnection: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]

    /// Begins with these.
    public init(_ destinations: [Destination]) {
        self.destinations = destinations
    }

    /// Takes over a changed list.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
    }

    /// The one with the least overhead: 256 for an active connection, 1 for an inactive one.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        usable(loads).min { loads[$0].overhead < loads[$1].overhead }
    }
}

/// `wlc`: the destination with the least to carry for its weight; of equals the first.
public struct WeightedLeastConnection: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]

    /// Begins with these.
    public init(_ destinations: [Destination]) {
        self.destinations = destinations
    }

    /// Takes over a changed list.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
    }

    /// The one with the least overhead divided by weight, compared without dividing.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        usable(loads).min {
            loads[$0].overhead * Int(destinations[$1].weight)
                < loads[$1].overhead * Int(destinations[$0].weight)
        }
    }
}
