internal import DNSWire
internal import Zones

/// Where a chain of aliases stands.
struct ChainStep {
    /// The zone's place in the catalog.
    var index: Int
    /// How the zone knows the name.
    var found: Lookup
    /// The place of the zone that the question fell into.
    let firstIndex: Int
    /// Where the message has the name.
    var owner = MessageSize.header
    /// Whether the name is the question's.
    var isFirst: Bool { owner == MessageSize.header }
}
