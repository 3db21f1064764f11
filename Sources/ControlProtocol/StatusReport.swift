/// How the daemon is: the answer to `status`.
public struct StatusReport: Hashable, Codable, Sendable {
    /// What the last reload came to.
    public struct LastReload: Hashable, Codable, Sendable {
        /// When it ended.
        public var time: Timestamp
        /// Whether everything could be loaded.
        public var isComplete: Bool
        /// What was loaded or what was wrong, one line.
        public var text: String

        /// A reload's end; see the properties.
        public init(time: Timestamp, isComplete: Bool, text: String) {
            self.time = time
            self.isComplete = isComplete
            self.text = text
        }

        private enum CodingKeys: String, CodingKey {
            case time, text
            case isComplete = "ok"
        }
    }

    /// How many of something are well.
    public struct Share: Hashable, Codable, Sendable {
        /// Those that are up, or loaded.
        public var up: Int
        /// All.
        public var total: Int

        /// So many of so many.
        public init(up: Int, total: Int) {
            self.up = up
            self.total = total
        }
    }

    /// The program's version.
    public var version: String
    /// The process.
    public var processIdentifier: Int
    /// When it began.
    public var started: Timestamp
    /// Seconds since then.
    public var uptime: Int
    /// The file that the configuration comes from.
    public var configurationFile: String
    /// What carries the packets: `ipvs`, `relay` or `none`.
    public var backend: String
    /// What the backend can't do at present, in words; nil if it works.
    public var backendError: String?
    /// Where queries are taken: `udp 192.0.2.1#53`.
    public var endpoints: [String]
    /// Threads that answer over UDP.
    public var workers: Int
    /// Zones whose file is loaded as it stands now (stale and failed ones are not), and all.
    public var zones: Share
    /// Zones of which nothing could be loaded, so that clients get SERVFAIL; the others that are not loaded as they
    /// stand now are served as they were.
    public var failedZones: Int
    /// Orders of admins that hold.
    public var orders: Int
    /// Real servers whose verdict is up, and all; fallbacks are not counted.
    public var realServers: Share
    /// VIPs that are up, and all.
    public var vips: Share
    /// Bytes of memory that the process holds; nil if it isn't known.
    public var memory: Int?
    /// What is wrong but does not stop the daemon, one line each.
    public var warnings: [String]
    /// The last reload; nil if there was none.
    public var lastReload: LastReload?

    /// A report; see the properties.
    public init(
        version: String, processIdentifier: Int, started: Timestamp, uptime: Int, configurationFile: String,
        backend: String, backendError: String? = nil, endpoints: [String] = [], workers: Int = 0,
        zones: Share = Share(up: 0, total: 0), failedZones: Int = 0, orders: Int = 0,
        realServers: Share = Share(up: 0, total: 0),
        vips: Share = Share(up: 0, total: 0), memory: Int? = nil, warnings: [String] = [],
        lastReload: LastReload? = nil
    ) {
        self.version = version
        self.processIdentifier = processIdentifier
        self.started = started
        self.uptime = uptime
        self.configurationFile = configurationFile
        self.backend = backend
        self.backendError = backendError
        self.endpoints = endpoints
        self.workers = workers
        self.zones = zones
        self.failedZones = failedZones
        self.orders = orders
        self.realServers = realServers
        self.vips = vips
        self.memory = memory
        self.warnings = warnings
        self.lastReload = lastReload
    }

    private enum CodingKeys: String, CodingKey {
        case version, started, uptime, backend, backendError, endpoints, workers, zones, failedZones, orders,
            realServers, vips, memory, warnings, lastReload
        case processIdentifier = "pid"
        case configurationFile = "configuration"
    }
}
