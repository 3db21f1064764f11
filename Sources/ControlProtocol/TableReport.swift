/// The table of virtual servers: the answer to `table`.
public struct TableReport: Hashable, Codable, Sendable {
    /// A virtual server with its destinations.
    public struct Service: Hashable, Codable, Sendable {
        /// `tcp 192.0.2.1:80`, `fwmark 1`.
        public var name: String
        /// Its scheduler.
        public var scheduler: String
        /// Its flags as ipvsadm prints them: `persistent 600`, `ops`.
        public var flags: [String]
        /// What stands behind it.
        public var destinations: [Destination]
        /// What was counted; nil if nothing is.
        public var traffic: TrafficReport?

        /// A virtual server; see the properties.
        public init(
            name: String, scheduler: String, flags: [String], destinations: [Destination],
            traffic: TrafficReport? = nil
        ) {
            self.name = name
            self.scheduler = scheduler
            self.flags = flags
            self.destinations = destinations
            self.traffic = traffic
        }
    }

    /// One entry of a virtual server's table.
    public struct Destination: Hashable, Codable, Sendable {
        /// Its address and port.
        public var endpoint: String
        /// `gate`, `ipip` or `masq`.
        public var forwarding: String
        /// The share of new connections.
        public var weight: Int
        /// Connections in which both sides may still send.
        public var activeConnections: Int
        /// All other connections.
        public var inactiveConnections: Int
        /// What was counted; nil if nothing is.
        public var traffic: TrafficReport?

        /// An entry; see the properties.
        public init(
            endpoint: String, forwarding: String, weight: Int, activeConnections: Int, inactiveConnections: Int,
            traffic: TrafficReport? = nil
        ) {
            self.endpoint = endpoint
            self.forwarding = forwarding
            self.weight = weight
            self.activeConnections = activeConnections
            self.inactiveConnections = inactiveConnections
            self.traffic = traffic
        }
    }

    /// Whether it is what the backend holds (true) or what it should hold.
    public var isActual: Bool
    /// The lines that `ipvsadm -Ln` prints for it.
    public var lines: [String]
    /// The same, to be computed with.
    public var services: [Service]

    /// A table; see the properties.
    public init(isActual: Bool, lines: [String], services: [Service]) {
        self.isActual = isActual
        self.lines = lines
        self.services = services
    }

    private enum CodingKeys: String, CodingKey {
        case lines, services
        case isActual = "actual"
    }
}
