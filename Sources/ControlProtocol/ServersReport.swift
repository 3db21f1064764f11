/// The VIPs and what stands behind them: the answer to `servers`.
public struct ServersReport: Hashable, Codable, Sendable {
    /// The VIPs, by address.
    public var vips: [VIPReport]
    /// The virtual servers, in the table's order.
    public var virtualServers: [VirtualServerReport]

    /// A report; see the properties.
    public init(vips: [VIPReport], virtualServers: [VirtualServerReport]) {
        self.vips = vips
        self.virtualServers = virtualServers
    }
}

/// How far something can serve.
public enum ServiceState: String, Codable, Sendable, CaseIterable {
    /// As it should.
    case up
    /// Less than it should.
    case degraded
    /// Not at all.
    case down
}

/// A VIP, as steering sees it.
public struct VIPReport: Hashable, Codable, Sendable {
    /// The address.
    public var address: String
    /// Its state.
    public var state: ServiceState
    /// Since when it has had this state.
    public var since: Timestamp
    /// Steered rrsets in all zones that hold the address.
    public var names: Int
    /// Seconds that answers with it live at present.
    public var timeToLive: Int
    /// The sum of the weights of the real servers that serve behind it.
    public var weight: Int
    /// `any` or `all`: how many of its virtual servers it needs.
    public var requires: String
    /// `withdraw` or `serve-all`.
    public var whenAllDown: String
    /// What an admin has ordered: `up`, `down`, `disabled`, `draining`, `drained`.
    public var order: String?
    /// Why it stands otherwise than what is behind it says, in words.
    public var note: String?

    /// A VIP; see the properties.
    public init(
        address: String, state: ServiceState, since: Timestamp, names: Int, timeToLive: Int,
        weight: Int,
        requires: String = "any", whenAllDown: String = "withdraw", order: String? = nil,
        note: String? = nil
    ) {
        self.address = address
        self.state = state
        self.since = since
        self.names = names
        self.timeToLive = timeToLive
        self.weight = weight
        self.requires = requires
        self.whenAllDown = whenAllDown
        self.order = order
        self.note = note
    }

    private enum CodingKeys: String, CodingKey {
        case address, state, since, names, weight, requires, order, note
        case timeToLive = "ttl"
        case whenAllDown = "when-all-down"
    }
}

/// A virtual server and its real servers.
public struct VirtualServerReport: Hashable, Codable, Sendable {
    /// What clients connect to: `tcp 192.0.2.1:80`, `fwmark 1`.
    public var name: String
    /// How far it can serve.
    public var state: ServiceState
    /// Its scheduler.
    public var scheduler: String
    /// Real servers that must serve for it to be up.
    public var quorum: Int
    /// What an admin has ordered: `up` or `down`.
    public var order: String?
    /// Its real servers, as configured.
    public var realServers: [RealServerReport]
    /// The real server of last resort.
    public var fallback: RealServerReport?

    /// A virtual server; see the properties.
    public init(
        name: String, state: ServiceState, scheduler: String, quorum: Int,
        realServers: [RealServerReport],
        fallback: RealServerReport? = nil, order: String? = nil
    ) {
        self.name = name
        self.state = state
        self.scheduler = scheduler
        self.quorum = quorum
        self.order = order
        self.realServers = realServers
        self.fallback = fallback
    }
}

/// A real server.
public struct RealServerReport: Hashable, Codable, Sendable {
    /// What its check says.
    public enum Verdict: String, Codable, Sendable, CaseIterable {
        /// It answers as asked.
        case up
        /// It does not.
        case down
        /// Nothing has been said yet.
        case unknown
    }

    /// What it counts as by its check, its agent, orders, maintenance and max-down.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// It gets connections, if it has weight.
        case up
        /// It gets none.
        case down
        /// Nothing has been said yet.
        case unknown
        /// It goes out by order, without cutting anything off.
        case draining
        /// It has gone out so.
        case drained
        /// It is out by order.
        case disabled
    }

    /// Its address and port.
    public var endpoint: String
    /// `gate`, `ipip` or `masq`.
    public var forwarding: String
    /// What it counts as.
    public var state: State
    /// What its check says.
    public var verdict: Verdict
    /// Why, in words: `HTTP 200 in 3 ms`, `connection refused`.
    public var reason: String
    /// Since when the verdict has been this.
    public var since: Timestamp?
    /// The weight that the configuration gives it.
    public var weight: Int
    /// The weight at which the backend has acknowledged it; nil if it is not in the table.
    public var actualWeight: Int?
    /// What an admin has ordered: `up`, `down`, `disabled`, `draining`, `drained`.
    public var order: String?
    /// Why it stands otherwise than its check says, in words: `draining, 3 active, 14 min 2 s left`.
    public var note: String?
    /// Its check: `http 192.0.2.11:80/index.html every 1 s`.
    public var check: String
    /// Connections in which both sides may still send; nil if the backend does not say.
    public var activeConnections: Int?
    /// All other connections; nil if the backend does not say.
    public var inactiveConnections: Int?

    /// What its agent says, in words: `up`, `drain`, `50 % of its weight`; nil if it has none that was asked.
    public var agent: String?
    /// When the certificate ends that it showed to its check; nil if it showed none.
    public var certificateEnd: Timestamp?
    /// What is worth a look although it decides nothing: `its certificate ends in 9 days`.
    public var warning: String?
    /// Whether it gets connections: its state lets it, its weight is above 0, and the backend has acknowledged it.
    public var isServing: Bool { [.up, .draining].contains(state) && (actualWeight ?? 0) > 0 }

    /// A real server; see the properties.
    public init(
        endpoint: String, forwarding: String, state: State, verdict: Verdict, reason: String,
        since: Timestamp? = nil,
        weight: Int, actualWeight: Int?, check: String, activeConnections: Int? = nil,
        inactiveConnections: Int? = nil, order: String? = nil, note: String? = nil
    ) {
        self.endpoint = endpoint
        self.forwarding = forwarding
        self.state = state
        self.verdict = verdict
        self.reason = reason
        self.since = since
        self.weight = weight
        self.actualWeight = actualWeight
        self.check = check
        self.order = order
        self.note = note
        self.activeConnections = activeConnections
        self.inactiveConnections = inactiveConnections
    }
}
