public import Addresses

/// `lblc` and `lblcr`: what is asked of one address goes to one destination (to a few, with replication)
/// while it can carry that, so that its cache is warm.
///
/// IPVS keeps a destination for each address asked; a virtual server of the relay has one address. As there,
/// a destination has too much when it has more active connections than its weight while another one has less
/// than half of its own. The set of `lblcr` grows then; the kernel lets its busiest go when the set has not
/// changed for a day, which is left out here, since schedulers know no clock.
public struct Locality: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    private let isReplicated: Bool
    /// Those chosen so far, the newest first: at most one without replication.
    private var chosen: [Endpoint] = []

    /// Begins with these and without a choice.
    public init(_ destinations: [Destination], isReplicated: Bool) {
        self.destinations = destinations
        self.isReplicated = isReplicated
    }

    /// Takes over a changed list; those chosen before stay chosen if they are still in it.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
        chosen.removeAll { endpoint in !destinations.contains { $0.endpoint == endpoint } }
    }

    /// The least loaded of those chosen before; else the least loaded of all, which is then chosen.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        let usable = usable(loads)
        let known = chosen.compactMap { endpoint in usable.first { destinations[$0].endpoint == endpoint } }
        if let index = leastForWeight(known, cost: { loads[$0].overhead }), !hasTooMuch(index, loads) {
            return index
        }
        guard let index = leastForWeight(usable, cost: { loads[$0].overhead }) else { return nil }
        let endpoint = destinations[index].endpoint
        if !isReplicated {
            chosen = [endpoint]
        } else if !known.contains(index) {
            chosen.insert(endpoint, at: 0)
        }
        return index
    }

    private func hasTooMuch(_ index: Int, _ loads: [DestinationLoad]) -> Bool {
        loads[index].active > Int(destinations[index].weight)
            && destinations.indices.contains { loads[$0].active * 2 < Int(destinations[$0].weight) }
    }
}
