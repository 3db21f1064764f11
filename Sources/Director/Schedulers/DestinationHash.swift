public import Addresses

/// `dh`: the address asked alone decides, by a table of 256 places that the destinations fill in turn: for
/// caches, behind a firewall mark. A virtual server with one address has one destination then; its clients
/// get none while it is unavailable or has weight 0.
public struct DestinationHash: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    private let place: Int

    /// Begins with these, for one address asked.
    public init(_ destinations: [Destination], virtual: IPAddress) {
        self.destinations = destinations
        place = hashPlace(folded(virtual))
    }

    /// Takes over a changed list.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
    }

    /// The destination of the address's place.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        if destinations.isEmpty { return nil }
        let index = place % destinations.count
        return destinations[index].weight > 0 && !loads[index].isUnavailable ? index : nil
    }
}
