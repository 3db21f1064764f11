/// The zones: the answer to `zones`.
public struct ZonesReport: Hashable, Codable, Sendable {
    /// The zones, by name.
    public var zones: [ZoneReport]

    /// A report of these zones.
    public init(zones: [ZoneReport]) {
        self.zones = zones
    }
}

/// One zone.
public struct ZoneReport: Hashable, Codable, Sendable {
    /// What clients get of a zone.
    public enum State: String, Codable, Sendable {
        /// What its file says.
        case loaded
        /// What its file said before it was broken.
        case stale
        /// SERVFAIL: its file has been broken ever since the start.
        case failed
    }

    /// The zone's name, without the last dot; `.` is the root.
    public var name: String
    /// The file that it comes from.
    public var file: String
    /// What clients get.
    public var state: State
    /// The serial of what is served; nil if nothing is.
    public var serial: UInt32?
    /// Records served.
    public var records: Int
    /// Bytes of memory.
    public var memory: Int
    /// When what is served was loaded; nil if nothing is.
    public var loaded: Timestamp?
    /// Names with a steered rrset.
    public var steeredNames: Int
    /// Why the file was refused, its first mistake; nil if it is loaded.
    public var error: String?

    /// A zone; see the properties.
    public init(
        name: String, file: String, state: State, serial: UInt32? = nil, records: Int = 0, memory: Int = 0,
        loaded: Timestamp? = nil, steeredNames: Int = 0, error: String? = nil
    ) {
        self.name = name
        self.file = file
        self.state = state
        self.serial = serial
        self.records = records
        self.memory = memory
        self.loaded = loaded
        self.steeredNames = steeredNames
        self.error = error
    }
}
