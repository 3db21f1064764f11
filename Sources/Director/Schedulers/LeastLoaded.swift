public import Addresses

/// The schedulers that look at loads and weights only and remember nothing: `lc`, `wlc`, `sed`, `nq`, `fo`
/// and `ovf`. Of equals they choose the first.
public struct LeastLoaded: Scheduler {
    /// What is compared.
    public enum Rule: String, Sendable {
        /// `lc`: the least to carry, whatever the weight above 0 is.
        case leastConnection = "lc"
        /// `wlc`: the least to carry for the weight.
        case weightedLeastConnection = "wlc"
        /// `sed`: the least to carry for the weight once the new connection is there; inactive ones don't count.
        case shortestExpectedDelay = "sed"
        /// `nq`: the first that is idle, and if none is, as `sed`.
        case neverQueue = "nq"
        /// `fo`: the greatest weight.
        case failover = "fo"
        /// `ovf`: the greatest weight of those with no more active connections than their weight.
        case overflow = "ovf"
    }

    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    private let rule: Rule

    /// Begins with these.
    public init(_ rule: Rule, _ destinations: [Destination]) {
        self.rule = rule
        self.destinations = destinations
    }

    /// Takes over a changed list.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
    }

    /// The first of the best.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        let usable = usable(loads)
        switch rule {
        case .leastConnection: return usable.min { loads[$0].overhead < loads[$1].overhead }
        case .weightedLeastConnection: return leastForWeight(usable) { loads[$0].overhead }
        case .neverQueue:
            if let idle = usable.first(where: { loads[$0].active == 0 }) { return idle }
            fallthrough
        case .shortestExpectedDelay: return leastForWeight(usable) { loads[$0].active + 1 }
        case .failover: return first(of: usable)
        case .overflow: return first(of: usable.filter { loads[$0].active <= Int(destinations[$0].weight) })
        }
    }

    private func first(of indices: [Int]) -> Int? {
        // Not max(), which finds the last of equals.
        indices.min { destinations[$0].weight > destinations[$1].weight }
    }
}

extension Scheduler {
    /// The first of those whose cost is the least for their weight, compared without dividing.
    func leastForWeight(_ indices: [Int], cost: (Int) -> Int) -> Int? {
        indices.min { cost($0) * Int(destinations[$1].weight) < cost($1) * Int(destinations[$0].weight) }
    }
}
