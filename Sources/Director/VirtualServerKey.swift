public import Addresses

/// A transport protocol that a virtual server can balance.
public enum TransportProtocol: UInt16, Hashable, Sendable, CaseIterable, Codable {
    /// TCP, by its number in IP.
    case tcp = 6
    /// UDP
    case udp = 17
    /// SCTP
    case sctp = 132
}

/// What clients connect to, and so what tells virtual servers apart.
public enum VirtualServerKey: Hashable, Sendable, Codable {
    /// A protocol, an address and a port; port 0 is every port (IPVS wants persistence then).
    case endpoint(TransportProtocol, Endpoint)
    /// Packets that carry a firewall mark above 0, of one address family.
    case firewallMark(UInt32, AddressFamily)

    /// The VIP, which a firewall mark does not have.
    public var vip: IPAddress? {
        switch self {
        case .endpoint(_, let endpoint): endpoint.address
        case .firewallMark: nil
        }
    }

    /// The address family of clients.
    public var family: AddressFamily {
        switch self {
        case .endpoint(_, let endpoint): endpoint.address.family
        case .firewallMark(_, let family): family
        }
    }
}

extension VirtualServerKey: CustomStringConvertible {
    /// `tcp 192.0.2.1:80`, `fwmark 1`, `fwmark6 1`.
    public var description: String {
        switch self {
        case .endpoint(let transport, let endpoint): "\(transport) \(endpoint)"
        case .firewallMark(let mark, .v4): "fwmark \(mark)"
        case .firewallMark(let mark, .v6): "fwmark6 \(mark)"
        }
    }
}

extension VirtualServerKey: Comparable {
    /// Addresses before marks; protocol, address and port in their order.
    public static func < (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.endpoint(let p, let x), .endpoint(let q, let y)): (p.rawValue, x) < (q.rawValue, y)
        case (.firewallMark(let m, let f), .firewallMark(let n, let g)): (f.rawValue, m) < (g.rawValue, n)
        case (.endpoint, .firewallMark): true
        case (.firewallMark, .endpoint): false
        }
    }
}

/// The flags of a virtual server in IPVS; the kernel's own `hashed` (2) is never among them.
public struct ServiceFlags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public var rawValue: UInt32

    /// The flags of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Clients stay with their real server.
    public static let persistent = ServiceFlags(rawValue: 1)
    /// Every UDP packet is scheduled on its own.
    public static let onePacket = ServiceFlags(rawValue: 4)
    /// The scheduler's first flag: sh-fallback, mh-fallback.
    public static let scheduler1 = ServiceFlags(rawValue: 8)
    /// The scheduler's second flag: sh-port, mh-port.
    public static let scheduler2 = ServiceFlags(rawValue: 16)
    /// The scheduler's third flag.
    public static let scheduler3 = ServiceFlags(rawValue: 32)
}

/// A virtual server's own properties, as a backend holds them.
public struct ServiceOptions: Hashable, Sendable {
    /// The scheduler's name, such as `rr`.
    public var scheduler: String
    /// The flags; `persistent` goes with `timeout`.
    public var flags: ServiceFlags
    /// Seconds that a client stays with its real server, where `flags` has `persistent`; else 0.
    public var timeout: UInt32
    /// Leading bits of a client's address that make it the same client: 32 or 128 for all.
    public var netmaskLength: UInt8
    /// The persistence engine's name, such as `sip`; nil for none.
    public var persistenceEngine: String?

    /// Options; the netmask is that of a whole address where it isn't given.
    public init(
        scheduler: String = "wrr", flags: ServiceFlags = [], timeout: UInt32 = 0, family: AddressFamily = .v4,
        netmaskLength: UInt8? = nil, persistenceEngine: String? = nil
    ) {
        self.scheduler = scheduler
        self.flags = flags
        self.timeout = timeout
        self.netmaskLength = netmaskLength ?? UInt8(family.bits)
        self.persistenceEngine = persistenceEngine
    }
}
