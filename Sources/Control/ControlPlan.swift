public import Addresses
public import DNSWire
public import Director
public import Health
public import Steering

/// What Control carries out: the part of a configuration that directs and steers.
public struct ControlPlan: Hashable, Sendable {
    /// A destination, and the check that decides whether it can serve.
    public struct Member: Hashable, Sendable {
        /// Its entry in the table while it is up.
        public var destination: Destination
        /// How it is checked.
        public var check: Check
        /// Whether a check reaches it only while it stands in the table, as it is with a fallback on
        /// this host that is delivered at the VIP itself.
        public var isCheckedInTableOnly: Bool
        /// The question to an agent beside it; nil: it has none.
        public var agent: Check?
        /// Its address and port as people write them, where packets go to another port.
        public var written: Endpoint

        /// A member; see the properties.
        public init(
            _ destination: Destination, check: Check, isCheckedInTableOnly: Bool = false, agent: Check? = nil,
            written: Endpoint? = nil
        ) {
            self.destination = destination
            self.check = check
            self.agent = agent
            self.written = written ?? destination.endpoint
            self.isCheckedInTableOnly = isCheckedInTableOnly
        }
    }

    /// A virtual server with what stands behind it.
    public struct Service: Hashable, Sendable {
        /// What tells it apart.
        public var key: VirtualServerKey
        /// Its own properties in the table.
        public var options: ServiceOptions
        /// Serving real servers that make it up.
        public var quorum: Int
        /// Serving real servers that keep it up once the quorum was reached.
        public var lowQuorum: Int
        /// The percentage of its real servers that checks may take out at a time; nil: all of them.
        public var maximumDown: Int?
        /// How long a real server takes after its return until it has its whole weight; nil: no time.
        public var slowStart: Duration?
        /// Whether a real server that is down stays in the table with weight 0.
        public var isQuiescent: Bool
        /// Whether a stop of the daemon removes it from the table.
        public var isRemovedOnStop: Bool
        /// Its real servers.
        public var members: [Member]
        /// The real server of last resort.
        public var fallback: Member?

        /// A virtual server; see the properties.
        public init(
            _ key: VirtualServerKey, options: ServiceOptions, quorum: Int = 1, lowQuorum: Int? = nil,
            maximumDown: Int? = nil, slowStart: Duration? = nil, isQuiescent: Bool = false,
            isRemovedOnStop: Bool = false, members: [Member] = [], fallback: Member? = nil
        ) {
            self.key = key
            self.options = options
            self.quorum = quorum
            self.lowQuorum = lowQuorum ?? quorum
            self.maximumDown = maximumDown
            self.slowStart = slowStart
            self.isQuiescent = isQuiescent
            self.isRemovedOnStop = isRemovedOnStop
            self.members = members
            self.fallback = fallback
        }
    }

    /// An address that leads to virtual servers.
    public struct VIP: Hashable, Sendable {
        /// The address, as zones name it.
        public var address: IPAddress
        /// The virtual servers that it leads to.
        public var virtualServers: [VirtualServerKey]
        /// Which of them it needs.
        public var requires: VIPRequirement
        /// Whether it is named although it can't serve, when no other address can either.
        public var isServedWhenAllDown: Bool
        /// Its weight in answers while it serves; nil: the live weight behind it.
        public var weight: Int?

        /// A VIP; see the properties.
        public init(
            _ address: IPAddress, virtualServers: [VirtualServerKey], requires: VIPRequirement = .any,
            isServedWhenAllDown: Bool = false, weight: Int? = nil
        ) {
            self.address = address
            self.virtualServers = virtualServers
            self.requires = requires
            self.isServedWhenAllDown = isServedWhenAllDown
            self.weight = weight
        }
    }

    /// The virtual servers.
    public var services: [Service]
    /// The VIPs.
    public var vips: [VIP]
    /// The addresses of those.
    public var vipAddresses: Set<IPAddress> { Set(vips.map(\.address)) }
    /// Policies of answers; the first is for names that have none of their own.
    public var policies: [SteeringPolicy]
    /// The place in `policies` of the names that have one of their own.
    public var policyOfName: [DomainName: UInt16]
    /// Whether what others change in our virtual servers is put back.
    public var repairs: Bool
    /// The interface that has the VIPs of the virtual servers; nil: the admin sees to it.
    public var vipInterface: String?
    /// The firewall marks that may be given to checks which take the way of clients.
    public var privateMarks: ClosedRange<UInt32>

    /// A plan; see the properties.
    public init(
        services: [Service] = [], vips: [VIP] = [], policies: [SteeringPolicy] = [SteeringPolicy()],
        policyOfName: [DomainName: UInt16] = [:], repairs: Bool = true, vipInterface: String? = nil,
        privateMarks: ClosedRange<UInt32> = PrivateMarks.usual
    ) {
        self.services = services
        self.vips = vips
        self.policies = policies
        self.policyOfName = policyOfName
        self.repairs = repairs
        self.vipInterface = vipInterface
        self.privateMarks = privateMarks
    }
}
