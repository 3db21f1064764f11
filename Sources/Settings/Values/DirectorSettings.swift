public import Addresses
public import Diagnostics
public import Director
public import Health

/// What carries the packets.
public enum BackendKind: String, Hashable, Sendable, CaseIterable {
    /// The kernel.
    case ipvs
    /// This process.
    case relay
    /// Nothing here: checks and answers only.
    case none
}

/// What becomes of sysctls that are not as the director needs them.
public enum SysctlPolicy: String, Hashable, Sendable, CaseIterable {
    /// They are told about.
    case report
    /// They are set.
    case manage
}

/// How long the kernel keeps connections of which nothing is heard, in seconds; what is nil stays as it is.
public struct TimeoutSettings: Hashable, Sendable {
    /// TCP.
    public var tcp: UInt32?
    /// TCP after a FIN.
    public var tcpFin: UInt32?
    /// UDP.
    public var udp: UInt32?

    /// These times.
    public init(tcp: UInt32? = nil, tcpFin: UInt32? = nil, udp: UInt32? = nil) {
        self.tcp = tcp
        self.tcpFin = tcpFin
        self.udp = udp
    }

    /// Whether all of them stay as they are.
    public var isEmpty: Bool { self == TimeoutSettings() }
}

/// Virtual servers and what carries them.
public struct DirectorSettings: Hashable, Sendable {
    /// What carries the packets: where nothing is written `ipvs` if there are virtual servers, else `none`.
    public var backend: BackendKind
    /// The virtual servers of swerve.conf, then those of ldirectord.cf, each in their order; keys are distinct.
    public var virtualServers: [VirtualServerSettings]
    /// The `vip` statements; `allVIPs` has the others too.
    public var vips: [VIPSettings]
    /// The interface that VIPs are added to; nil: they are somebody else's business.
    public var vipInterface: String?
    /// Whether a stop removes the virtual servers of swerve.conf (ldirectord.cf's say it each).
    public var cleanstop: Bool
    /// Whether what others change in our virtual servers is put back.
    public var repair: Bool
    /// What becomes of sysctls.
    public var sysctls: SysctlPolicy
    /// The firewall marks that are given to checks which go through a VIP.
    public var privateMarks: ClosedRange<UInt32>
    /// How long the kernel keeps connections.
    public var timeouts: TimeoutSettings
    /// The network namespace in which the daemon works, by name or path; nil for that in which it is started.
    public var networkNamespace: String?
    /// The ldirectord.cf that was read, then those that it executes.
    public var ldirectordFiles: [LdirectordFileSettings]
    /// A directory whose files name real servers that are to be taken out; nil for none.
    public var maintenanceDirectory: String?
    /// Where what happens is told besides, unless an ldirectord.cf says something else; nil for nowhere.
    public var log: LogPlace?

    /// No virtual servers.
    public init() {
        backend = .none
        virtualServers = []
        vips = []
        vipInterface = nil
        cleanstop = false
        repair = true
        sysctls = .report
        privateMarks = PrivateMarks.usual
        timeouts = TimeoutSettings()
        networkNamespace = nil
        ldirectordFiles = []
    }

    /// Every VIP with its members: the `vip` statements, those without members with all virtual servers of
    /// their address, then the other addresses of virtual servers in the order of the addresses.
    public var allVIPs: [VIPSettings] {
        var byAddress: [IPAddress: [VirtualServerKey]] = [:]
        for server in virtualServers {
            if let address = server.key.vip { byAddress[address, default: []].append(server.key) }
        }
        var all: [VIPSettings] = []
        for var vip in vips {
            if vip.virtualServers.isEmpty { vip.virtualServers = byAddress[vip.address] ?? [] }
            byAddress[vip.address] = nil
            all.append(vip)
        }
        for (address, keys) in byAddress.sorted(by: { $0.key < $1.key }) {
            all.append(VIPSettings(address: address, virtualServers: keys))
        }
        return all
    }
}

extension DirectorSettings {
    /// The table with every real server and every fallback in it, as the kernel would hold it.
    public var fullTable: Table {
        let entries = virtualServers.map { virtual in
            let all = (virtual.realServers + (virtual.fallback.map { [$0] } ?? [])).map(\.destination)
            return (virtual.key, TableEntry(virtual.options, all))
        }
        return Table(Dictionary(entries, uniquingKeysWith: { first, _ in first })).normalized
    }
}

/// One virtual server.
public struct VirtualServerSettings: Hashable, Sendable {
    /// What clients connect to.
    public var key: VirtualServerKey
    /// Scheduler, flags, persistence.
    public var options: ServiceOptions
    /// Serving real servers that make it up, at least 1.
    public var quorum: Int
    /// Serving real servers that keep it up once the quorum was reached; nil: the quorum.
    public var lowQuorum: Int?
    /// The percentage of its real servers that checks may take out at a time; nil: all.
    public var maximumDown: Int?
    /// How long a real server that has returned takes to its whole weight; nil: no time.
    public var slowStart: Duration?
    /// Whether a real server that is down stays in the table with weight 0, instead of leaving it.
    public var isQuiescent: Bool
    /// Whether a stop removes it from the table.
    public var cleanstop: Bool
    /// What stands behind it; endpoints are distinct and as the kernel keeps them: gate and ipip have the
    /// virtual server's port.
    public var realServers: [RealServerSettings]
    /// The real server of last resort.
    public var fallback: RealServerSettings?
    /// What is done, beside the table and the answers, when something changes.
    public var reactions = ReactionSettings()
    /// Where it is written.
    @NotCompared public var position: SourcePosition

    /// A virtual server; see the properties.
    public init(
        key: VirtualServerKey, options: ServiceOptions, quorum: Int = 1, lowQuorum: Int? = nil,
        maximumDown: Int? = nil, slowStart: Duration? = nil, isQuiescent: Bool = false,
        cleanstop: Bool = false, realServers: [RealServerSettings] = [], fallback: RealServerSettings? = nil,
        position: SourcePosition
    ) {
        self.key = key
        self.options = options
        self.quorum = quorum
        self.lowQuorum = lowQuorum
        self.maximumDown = maximumDown
        self.slowStart = slowStart
        self.isQuiescent = isQuiescent
        self.cleanstop = cleanstop
        self.realServers = realServers
        self.fallback = fallback
        self.position = position
    }
}

extension VirtualServerSettings {
    /// The fallback as it is checked by a director with these addresses of its own. The kernel delivers gate and
    /// ipip to one of them locally, at the VIP and its port, whatever port is written; so that is checked. Loopback
    /// addresses are known to be local without asking. Not for the relay, which connects to what is written.
    public func fallback(isLocal: (IPAddress) -> Bool) -> RealServerSettings? {
        guard var fallback, case .endpoint(_, let vip) = key, fallback.destination.forwarding != .masq,
            isLocal(fallback.destination.endpoint.address)
        else { return self.fallback }
        fallback.check.target = vip
        return fallback
    }
}

/// One real server, or a fallback.
public struct RealServerSettings: Hashable, Sendable {
    /// The entry in the table while it serves.
    public var destination: Destination
    /// How it is checked.
    public var check: Check
    /// The question to an agent beside it; nil: it has none.
    public var agent: Check?
    /// Its address and port as they are written, where packets go to another port.
    public var written: Endpoint
    /// Where it is written.
    @NotCompared public var position: SourcePosition

    /// A real server; see the properties.
    public init(
        destination: Destination, check: Check, agent: Check? = nil, written: Endpoint? = nil,
        position: SourcePosition
    ) {
        self.destination = destination
        self.written = written ?? destination.endpoint
        self.check = check
        self.agent = agent
        self.position = position
    }
}

/// An address in zones that leads to virtual servers.
public struct VIPSettings: Hashable, Sendable {
    /// How many virtual servers must serve.
    public enum Requirement: String, Hashable, Sendable, CaseIterable {
        /// One.
        case any
        /// Each.
        case all
    }

    /// The address.
    public var address: IPAddress
    /// What it leads to; empty for all virtual servers with this address (see `DirectorSettings.allVIPs`).
    public var virtualServers: [VirtualServerKey]
    /// How many of them must serve.
    public var requires: Requirement
    /// What its names say when everything is down; nil for what `steering` says.
    public var whenAllDown: WhenAllDown?
    /// Its weight in answers; nil for the live weight behind it.
    public var weight: Int?
    /// Where it is written; nil if no `vip` statement is.
    @NotCompared public var position: SourcePosition?

    /// A VIP; see the properties.
    public init(
        address: IPAddress, virtualServers: [VirtualServerKey] = [], requires: Requirement = .any,
        whenAllDown: WhenAllDown? = nil, weight: Int? = nil, position: SourcePosition? = nil
    ) {
        self.address = address
        self.virtualServers = virtualServers
        self.requires = requires
        self.whenAllDown = whenAllDown
        self.weight = weight
        self.position = position
    }
}
