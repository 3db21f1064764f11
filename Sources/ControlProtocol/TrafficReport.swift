/// What a backend has counted of a virtual server or a destination.
public struct TrafficReport: Hashable, Codable, Sendable {
    /// Five numbers that are counted.
    public struct Counts: Hashable, Codable, Sendable {
        /// Connections.
        public var connections: UInt64
        /// Packets from clients.
        public var packetsIn: UInt64
        /// Packets to clients.
        public var packetsOut: UInt64
        /// Octets from clients.
        public var octetsIn: UInt64
        /// Octets to clients.
        public var octetsOut: UInt64

        /// The numbers.
        public init(
            connections: UInt64, packetsIn: UInt64, packetsOut: UInt64, octetsIn: UInt64, octetsOut: UInt64
        ) {
            self.connections = connections
            self.packetsIn = packetsIn
            self.packetsOut = packetsOut
            self.octetsIn = octetsIn
            self.octetsOut = octetsOut
        }
    }

    /// All in all.
    public var totals: Counts
    /// In a second.
    public var rates: Counts

    /// What was counted.
    public init(totals: Counts, rates: Counts) {
        self.totals = totals
        self.rates = rates
    }
}
