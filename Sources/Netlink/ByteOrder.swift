extension FixedWidthInteger {
    /// The octets as the machine keeps them: netlink's order for all but what comes from packets.
    public var hostBytes: [UInt8] { littleEndian.lowestFirst }

    /// The octets in network order.
    public var networkBytes: [UInt8] { bigEndian.hostBytes }

    /// Reads the octets as the machine keeps them; nil unless there are as many as the type has.
    public init?(hostBytes bytes: some BidirectionalCollection<UInt8>) {
        guard bytes.count == Self.bitWidth / 8 else { return nil }
        self.init(littleEndian: bytes.reversed().reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) })
    }

    /// Reads octets in network order; nil unless there are as many as the type has.
    public init?(networkBytes bytes: some BidirectionalCollection<UInt8>) {
        guard let value = Self(hostBytes: bytes) else { return nil }
        self.init(bigEndian: value)
    }

    private var lowestFirst: [UInt8] {
        stride(from: 0, to: Self.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
