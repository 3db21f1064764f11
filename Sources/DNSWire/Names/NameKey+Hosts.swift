/// Names that hosts may have, as BIND's `check-names` has it (RFC 952, RFC 1123 §2.1).
extension NameKey {
    /// Whether the label whose length is at an octet has letters, digits and hyphens only, no hyphen first or last.
    @inlinable @inline(__always)
    public func isHostLabel(at start: Int) -> Bool {
        let length = Int(octet(at: start))
        var place = start &+ 1
        var rest = length
        while rest > 0 {
            // What is no longer of the label counts as good.
            let beyond = rest < 8 ? UInt64.max &<< UInt64(truncatingIfNeeded: rest &* 8) : 0
            let others = Self.othersThanHosts(in: word(at: place).littleEndian) & ~beyond
            if others != 0 { return false }
            place &+= 8
            rest &-= 8
        }
        let hyphen = UInt8(ascii: "-")
        return octet(at: start &+ 1) != hyphen && octet(at: start &+ length) != hyphen
    }

    /// Whether all labels from an octet on, where one begins, are those of hosts; up to another one, if need be.
    public func isHostName(from start: Int, to end: Int? = nil) -> Bool {
        var place = start
        let end = end ?? length - 1
        while place < end {
            if !isHostLabel(at: place) { return false }
            place += Int(octet(at: place)) + 1
        }
        return true
    }

    /// The highest bit of each octet that is no small letter, no digit and no hyphen.
    @inlinable @inline(__always)
    static func othersThanHosts(in word: UInt64) -> UInt64 {
        // With its highest bit set no octet borrows from the next; the bit stays where the octet is not less.
        let high: UInt64 = 0x8080_8080_8080_8080
        let full = word | high
        let letter = (full &- 0x6161_6161_6161_6161) & ~(full &- 0x7B7B_7B7B_7B7B_7B7B)
        let digit = (full &- 0x3030_3030_3030_3030) & ~(full &- 0x3A3A_3A3A_3A3A_3A3A)
        let hyphen = (full &- 0x2D2D_2D2D_2D2D_2D2D) & ~(full &- 0x2E2E_2E2E_2E2E_2E2E)
        return (~(letter | digit | hyphen) | word) & high
    }
}
