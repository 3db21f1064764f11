/// An IPv4 address: 32 bits, the first octet in the highest eight.
public struct IPv4Address: Hashable, Sendable {
    /// The address as a number; 192.0.2.1 is 0xC0000201, on every machine.
    public var rawValue: UInt32

    /// The address with this number.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The address of four octets, in the order in which they are written.
    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        rawValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    /// Reads a dotted quad of four decimal numbers from 0 to 255, without leading zeros.
    /// Anything else (`10.1`, `010.0.0.1`, `0x7f.1`) is nil, since readers disagree about it.
    public init?(_ text: some StringProtocol) {
        var value: UInt32 = 0
        var octets = 0
        var octet: UInt32 = 0
        var digits = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits > 0 && octet == 0 { return nil }
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                if octet > 255 { return nil }
            case UInt8(ascii: "."):
                if digits == 0 || octets == 3 { return nil }
                value = value << 8 | octet
                octets += 1
                octet = 0
                digits = 0
            default:
                return nil
            }
        }
        if digits == 0 || octets != 3 { return nil }
        rawValue = value << 8 | octet
    }

    /// The four octets in network order.
    public var bytes: [UInt8] {
        [UInt8(rawValue >> 24), UInt8(rawValue >> 16 & 255), UInt8(rawValue >> 8 & 255), UInt8(rawValue & 255)]
    }

    /// 0.0.0.0
    public static let any = IPv4Address(rawValue: 0)
    /// 127.0.0.1
    public static let loopback = IPv4Address(127, 0, 0, 1)
}

extension IPv4Address: Comparable {
    /// In the order of the numbers.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension IPv4Address: CustomStringConvertible {
    /// The dotted quad.
    public var description: String {
        "\(rawValue >> 24).\(rawValue >> 16 & 255).\(rawValue >> 8 & 255).\(rawValue & 255)"
    }
}
