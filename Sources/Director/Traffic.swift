public import Addresses

/// What a backend has counted of a virtual server or a destination: since it was made or set to zero, and in a second
/// of late.
public struct Traffic: Hashable, Sendable {
    /// Five numbers that are counted.
    public struct Counts: Hashable, Sendable {
        /// Connections.
        public var connections: UInt64
        /// Packets from clients.
        public var packetsIn: UInt64
        /// Packets to clients, where they come by here.
        public var packetsOut: UInt64
        /// Octets from clients.
        public var octetsIn: UInt64
        /// Octets to clients, where they come by here.
        public var octetsOut: UInt64

        /// The numbers, 0 where they aren't given.
        public init(
            connections: UInt64 = 0, packetsIn: UInt64 = 0, packetsOut: UInt64 = 0, octetsIn: UInt64 = 0,
            octetsOut: UInt64 = 0
        ) {
            self.connections = connections
            self.packetsIn = packetsIn
            self.packetsOut = packetsOut
            self.octetsIn = octetsIn
            self.octetsOut = octetsOut
        }

        /// In ipvsadm's order.
        public var all: [UInt64] { [connections, packetsIn, packetsOut, octetsIn, octetsOut] }
    }

    /// All in all.
    public var totals: Counts
    /// In a second.
    public var rates: Counts

    /// What was counted; nothing where it isn't given.
    public init(totals: Counts = Counts(), rates: Counts = Counts()) {
        self.totals = totals
        self.rates = rates
    }
}

/// The traffic of a virtual server, and of each of its destinations.
public struct ServiceTraffic: Hashable, Sendable {
    /// Of the virtual server.
    public var own: Traffic
    /// Of its destinations.
    public var destinations: [Endpoint: Traffic]

    /// The traffic of a virtual server.
    public init(_ own: Traffic, destinations: [Endpoint: Traffic] = [:]) {
        self.own = own
        self.destinations = destinations
    }
}
