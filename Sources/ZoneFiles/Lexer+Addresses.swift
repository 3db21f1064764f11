extension Lexer {
    /// Reads a dotted quad: four decimal numbers up to 255 without leading zeros.
    mutating func ipv4(_ what: String) throws(Mistake) -> UInt32 {
        let start = offset
        guard let (value, index) = ipv4Prefix(from: start), Self.endsWord(bytes[index]) else {
            throw badIPv4(what)
        }
        if let mistake = badWordEnd(start, at: index) { throw mistake }
        offset = index
        return value
    }

    /// The address that the bytes from an index begin with, and where it ends.
    @inline(__always)
    private func ipv4Prefix(from start: Int) -> (value: UInt32, end: Int)? {
        var index = start
        var value: UInt32 = 0
        var dots = 0
        while true {
            var octet = UInt32(bytes[index] &- 48)
            if octet > 9 { return nil }
            index &+= 1
            var byte = bytes[index]
            if byte &- 48 < 10 {
                if octet == 0 { return nil }
                octet = octet &* 10 &+ UInt32(byte &- 48)
                index &+= 1
                byte = bytes[index]
                if byte &- 48 < 10 {
                    octet = octet &* 10 &+ UInt32(byte &- 48)
                    index &+= 1
                    byte = bytes[index]
                    if octet > 255 || byte &- 48 < 10 { return nil }
                }
            }
            value = value &<< 8 | octet
            if dots == 3 { return (value, index) }
            if byte != UInt8(ascii: ".") { return nil }
            dots &+= 1
            index &+= 1
        }
    }

    private func badIPv4(_ what: String) -> Mistake {
        if Self.endsWord(next) { return unexpected(what) }
        let range = wordRange(from: offset)
        let text = fullString(range.prefix(64).startIndex..<min(range.upperBound, range.lowerBound + 64))
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        var hint: String?
        if text.contains(":") {
            hint = "an IPv6 address belongs into an AAAA record"
        } else if parts.count == 4, parts.contains(where: { ($0.count > 3) || (Int($0) ?? 0) > 255 }) {
            hint = "each of the four numbers is at most 255"
        } else if parts.count == 4, parts.contains(where: { $0.count > 1 && $0.first == "0" }) {
            hint = "the numbers have no leading zeros"
        } else if parts.count == 5, parts.last == "" {
            hint = "an address has no dot at its end"
        }
        return Mistake("invalid IPv4 address '\(string(range))'", at: range, hint: hint)
    }

    /// Reads an IPv6 address (RFC 4291 §2.2).
    mutating func ipv6(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        let start = offset
        guard let (high, low, index) = ipv6Prefix(from: start), Self.endsWord(bytes[index]) else {
            throw badIPv6(what)
        }
        if let mistake = badWordEnd(start, at: index) { throw mistake }
        offset = index
        buffer.append(high)
        buffer.append(low)
    }

    private func ipv6Prefix(from start: Int) -> (high: UInt64, low: UInt64, end: Int)? {
        var index = start
        // Groups before the gap lie at the top, those behind it at the bottom.
        var groups: (high: UInt64, low: UInt64) = (0, 0)
        var count = 0
        var gap = -1
        if bytes[index] == UInt8(ascii: ":") {
            if bytes[index + 1] != UInt8(ascii: ":") { return nil }
            gap = 0
            index += 2
        }
        while true {
            let groupStart = index
            var value: UInt64 = 0
            while let digit = Self.hexDigit(bytes[index]), index - groupStart < 5 {
                value = value << 4 | UInt64(digit)
                index += 1
            }
            if index == groupStart {
                // Nothing follows a gap.
                if gap == count, Self.endsWord(bytes[index]) { break }
                return nil
            }
            if bytes[index] == UInt8(ascii: ".") {
                guard count <= 6, let tail = ipv4Prefix(from: groupStart) else { return nil }
                groups = (groups.high << 32 | groups.low >> 32, groups.low << 32 | UInt64(tail.value))
                count += 2
                index = tail.end
                break
            }
            if index - groupStart > 4 || count == 8 { return nil }
            groups = (groups.high << 16 | groups.low >> 48, groups.low << 16 | value)
            count += 1
            if bytes[index] != UInt8(ascii: ":") { break }
            index += 1
            if bytes[index] == UInt8(ascii: ":") {
                if gap >= 0 { return nil }
                gap = count
                index += 1
            } else if Self.endsWord(bytes[index]) {
                return nil
            }
        }
        if gap < 0 { return count == 8 ? (groups.high, groups.low, index) : nil }
        if count > 7 { return nil }
        // Move the groups before the gap up.
        let behind = UInt64((count - gap) * 16)
        let shift = UInt64((8 - count) * 16)
        let all = UInt128(groups.high) << 64 | UInt128(groups.low)
        let head = behind == 128 ? 0 : (all >> UInt128(behind)) << UInt128(behind)
        let moved = head << UInt128(shift) | (all & ~head)
        return (UInt64(truncatingIfNeeded: moved >> 64), UInt64(truncatingIfNeeded: moved), index)
    }

    private func badIPv6(_ what: String) -> Mistake {
        if Self.endsWord(next) { return unexpected(what) }
        let range = wordRange(from: offset)
        let text = string(range)
        var hint: String?
        if !text.contains(":"), text.contains(".") { hint = "an IPv4 address belongs into an A record" }
        if text.contains("%") { hint = "a zone (%eth0) can't be published" }
        if text.contains("/") { hint = "an address without a prefix length" }
        return Mistake("invalid IPv6 address '\(text)'", at: range, hint: hint)
    }

    @inline(__always)
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        if byte &- 48 < 10 { return byte - 48 }
        let letter = byte | 0x20
        return letter &- 97 < 6 ? letter - 87 : nil
    }
}
