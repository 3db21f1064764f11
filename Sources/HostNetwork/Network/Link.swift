/// A network interface of this host.
public struct Link: Hashable, Sendable {
    /// The kernel's number of it, above 0.
    public var index: Int32
    /// The name, such as `eth0`.
    public var name: String
    /// The type of its hardware: 1 for Ethernet, 772 for loopback.
    public var hardwareType: UInt16
    /// The flags.
    public var flags: Flags
    /// Its address on the link, six octets for Ethernet; empty for none.
    public var hardwareAddress: [UInt8]
    /// What made it, such as `veth`, `bridge`, `dummy`; nil for real hardware and lo.
    public var kind: String?

    /// A link; see the properties.
    public init(
        index: Int32, name: String, hardwareType: UInt16 = 1, flags: Flags, hardwareAddress: [UInt8] = [],
        kind: String? = nil
    ) {
        self.index = index
        self.name = name
        self.hardwareType = hardwareType
        self.flags = flags
        self.hardwareAddress = hardwareAddress
        self.kind = kind
    }

    /// The kernel's flags of a link.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The kernel's bits.
        public var rawValue: UInt32
        /// The flags of these bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Switched on.
        public static let up = Flags(rawValue: 1)
        /// Has a broadcast address.
        public static let broadcast = Flags(rawValue: 2)
        /// Leads back to this host.
        public static let loopback = Flags(rawValue: 8)
        /// Has one other end.
        public static let pointToPoint = Flags(rawValue: 0x10)
        /// Speaks no ARP.
        public static let noARP = Flags(rawValue: 0x80)
    }

    /// Whether it leads back to this host only.
    public var isLoopback: Bool { flags.contains(.loopback) }

    /// Whether packets that leave here reach nobody: loopback and dummy links.
    public var isInward: Bool { isLoopback || kind == "dummy" }

    /// Whether it is switched on and hosts on it find each other by ARP or neighbour discovery.
    public var isLAN: Bool {
        flags.isSuperset(of: [.up, .broadcast]) && !flags.contains(.noARP) && !isInward
    }
}
