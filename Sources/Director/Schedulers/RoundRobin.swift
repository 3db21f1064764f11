public import Addresses

/// `rr`: each in turn, whatever its weight above 0 is.
public struct RoundRobin: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    /// The index of the last choice; -1 before the first.
    private var last = -1

    /// Begins with the first destination.
    public init(_ destinations: [Destination]) {
        self.destinations = destinations
    }

    /// Goes on after the last choice; if that was removed, with the one that followed it.
    public mutating func update(_ destinations: [Destination]) {
        last = Self.carriedOver(last, from: self.destinations, to: destinations)
        self.destinations = destinations
    }

    /// The next one with a weight that is available.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        let count = destinations.count
        for step in stride(from: 1, through: count, by: 1) {
            let index = (last + step) % count
            if destinations[index].weight > 0 && !loads[index].isUnavailable {
                last = index
                return index
            }
        }
        return nil
    }

    /// The index in a new list of what an index of the old one stood for; where that is gone, of the
    /// nearest one before it, and -1 where there is none.
    private static func carriedOver(_ index: Int, from old: [Destination], to new: [Destination]) -> Int {
        for index in stride(from: index, through: 0, by: -1) {
            if let found = new.firstIndex(where: { $0.endpoint == old[index].endpoint }) { return found }
        }
        return -1
    }
}
