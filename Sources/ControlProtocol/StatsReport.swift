/// What the daemon counted since its start: the answer to `stats`.
public struct StatsReport: Hashable, Codable, Sendable {
    /// One counter.
    public struct Counter: Hashable, Codable, Sendable {
        /// Its name, such as `udp4Queries`; names stay.
        public var name: String
        /// What was counted, over all workers.
        public var value: UInt64

        /// A counter's value.
        public init(_ name: String, _ value: UInt64) {
            self.name = name
            self.value = value
        }
    }

    /// When counting began.
    public var started: Timestamp
    /// The counters, in the order in which people read them.
    public var counters: [Counter]

    /// A report; see the properties.
    public init(started: Timestamp, counters: [Counter]) {
        self.started = started
        self.counters = counters
    }
}
