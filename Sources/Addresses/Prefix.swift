/// A network: an address and the number of its leading bits that count.
public struct Prefix: Hashable, Sendable {
    /// The network's address; bits beyond `length` are zero.
    public let address: IPAddress
    /// Leading bits that count: 0 to 32, or 0 to 128.
    public let length: Int

    /// The network of the first `length` bits of an address; nil if the address has fewer.
    /// Bits beyond them are cleared: compare `address` to see whether there were any.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...address.family.bits).contains(length) else { return nil }
        self.length = length
        switch address {
        case .v4(let v4): self.address = .v4(IPv4Address(rawValue: v4.rawValue & Self.mask32(length)))
        case .v6(let v6):
            self.address = .v6(
                IPv6Address(high: v6.high & Self.mask64(length), low: v6.low & Self.mask64(length - 64)))
        }
    }

    /// The network of one host.
    public init(_ address: IPAddress) {
        self.address = address
        length = address.family.bits
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or a bare address.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        if parts.count == 1 {
            self.init(address)
        } else {
            guard parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let length = Int(parts[1])
            else { return nil }
            self.init(address, length: length)
        }
    }

    /// Whether an address lies in the network; an address of the other family does not.
    public func contains(_ candidate: IPAddress) -> Bool {
        switch (address, candidate) {
        case (.v4(let network), .v4(let host)):
            (network.rawValue ^ host.rawValue) & Self.mask32(length) == 0
        case (.v6(let network), .v6(let host)):
            (network.high ^ host.high) & Self.mask64(length) == 0
                && (network.low ^ host.low) & Self.mask64(length - 64) == 0
        default: false
        }
    }

    private static func mask32(_ length: Int) -> UInt32 {
        ~0 << UInt32(32 - length)
    }

    private static func mask64(_ length: Int) -> UInt64 {
        ~0 << UInt64(64 - min(max(length, 0), 64))
    }
}

extension Prefix: CustomStringConvertible {
    /// `192.0.2.0/24`; a network of one host without its length.
    public var description: String {
        length == address.family.bits ? "\(address)" : "\(address)/\(length)"
    }
}
