public import Addresses

/// `lblc` and `lblcr`: what is asked of one address goes to one destination (to a few, with replication)
/// while it can carry that, so that its cache is warm.
///
/// IPVS keeps a destination for each address asked; a virtual server of the relay has one address. As there,
/// a destination has too much when it has more active connections than its weight while another one has less
/// than half of its own. The set of `lblcr` grows then; when it has not changed for a day, its busiest leaves it.
public struct Locality: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    private let isReplicated: Bool
    /// After this time without a change the set of `lblcr` loses one: the kernel's default of lblcr_expiration.
    private let expiration: Duration
    private var now = Duration.zero
    private var lastChange = Duration.zero
    /// Those chosen so far, the newest first: at most one without replication.
    private var chosen: [Endpoint] = []

    /// Begins with these and without a choice.
    public init(
        _ destinations: [Destination], isReplicated: Bool, expiration: Duration = .seconds(24 * 60 * 60)
    ) {
        self.destinations = destinations
        self.isReplicated = isReplicated
        self.expiration = expiration
    }

    /// The set's age is counted in this time.
    public mutating func advance(to now: Duration) {
        self.now = now
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
        let least = leastForWeight(known, cost: { loads[$0].overhead })
        // As in the kernel the one that leaves may be the one that is chosen now, for the last time.
        if chosen.count > 1, now > lastChange + expiration { removeBusiest(loads) }
        if let least, !hasTooMuch(least, loads) { return least }
        guard let index = leastForWeight(usable, cost: { loads[$0].overhead }) else { return nil }
        let endpoint = destinations[index].endpoint
        if !isReplicated {
            chosen = [endpoint]
        } else if !chosen.contains(endpoint) {
            chosen.insert(endpoint, at: 0)
            lastChange = now
        }
        return index
    }

    /// Of those with a weight the one with the most for it, the first of equals; it may be overloaded.
    private mutating func removeBusiest(_ loads: [DestinationLoad]) {
        var busiest: Int?
        for endpoint in chosen {
            guard let index = destinations.firstIndex(where: { $0.endpoint == endpoint }),
                destinations[index].weight > 0
            else { continue }
            if let other = busiest,
                loads[index].overhead * Int(destinations[other].weight)
                    <= loads[other].overhead * Int(destinations[index].weight)
            {
                continue
            }
            busiest = index
        }
        guard let busiest else { return }
        let endpoint = destinations[busiest].endpoint
        chosen.removeAll { $0 == endpoint }
        lastChange = now
    }

    private func hasTooMuch(_ index: Int, _ loads: [DestinationLoad]) -> Bool {
        loads[index].active > Int(destinations[index].weight)
            && destinations.indices.contains { loads[$0].active * 2 < Int(destinations[$0].weight) }
    }
}
