public import DNSWire

/// The zones by apex, in the form in which a query finds the longest match.
public struct ZoneCatalog: Sendable {
    /// The zones by apex.
    public let zones: [DomainName: ServedZone]

    /// A catalog of these zones.
    public init(_ zones: [DomainName: ServedZone]) {
        self.zones = zones
    }
}
