/// An IPv6 address: 128 bits, without a zone (scope) identifier.
public struct IPv6Address: Hashable, Sendable {
    /// The first eight octets, the first in the highest eight bits.
    public var high: UInt64
    /// The last eight octets.
    public var low: UInt64

    /// The address of these two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The address of sixteen octets in network order; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        if bytes.count != 16 { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads the text forms of RFC 4291 §2.2, an IPv4 tail included. A zone (`%eth0`) is nil.
    public init?(_ text: some StringProtocol) {
        var groups: [UInt16] = []
        var gap: Int?
        var rest = Substring(text)
        if rest.hasPrefix("::") {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let group = rest.prefix { $0 != ":" }
            if group.utf8.contains(UInt8(ascii: ".")) {
                guard group.endIndex == rest.endIndex, groups.count <= 6, let tail = IPv4Address(group) else {
                    return nil
                }
                groups += [UInt16(tail.rawValue >> 16), UInt16(tail.rawValue & 0xFFFF)]
                rest = ""
                break
            }
            guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy(Self.isHexDigit),
                let value = UInt16(group, radix: 16), groups.count < 8
            else { return nil }
            groups.append(value)
            rest = rest[group.endIndex...]
            if rest.isEmpty { break }
            rest = rest.dropFirst()
            if rest.first == ":" {
                if gap != nil { return nil }
                gap = groups.count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        if let gap {
            if groups.count > 7 { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        if groups.count != 8 { return nil }
        high = groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }
        low = groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// The sixteen octets in network order.
    public var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
            + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
    }

    /// The IPv4 address inside an IPv4-mapped one (`::ffff:a.b.c.d`).
    public var mappedIPv4: IPv4Address? {
        high == 0 && low >> 32 == 0xFFFF ? IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)) : nil
    }

    /// `::`
    public static let any = IPv6Address(high: 0, low: 0)
    /// `::1`
    public static let loopback = IPv6Address(high: 0, low: 1)

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}

extension IPv6Address: Comparable {
    /// In the order of the numbers.
    public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension IPv6Address: CustomStringConvertible {
    /// The canonical text (RFC 5952): lower case, no leading zeros, the longest run of two or more
    /// zero groups as `::`, an IPv4-mapped address with a dotted tail.
    public var description: String {
        if let mappedIPv4 { return "::ffff:\(mappedIPv4)" }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
        }
        var gap = 0..<0
        var index = 0
        while index < 8 {
            let run = groups[index...].prefix { $0 == 0 }
            if run.count > max(gap.count, 1) { gap = run.startIndex..<run.endIndex }
            index += max(run.count, 1)
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if gap.isEmpty { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }
}
