/// A SHA-1 digest, as numbers in the order of its octets.
struct SHA1Digest: Hashable, Comparable, Sendable {
    /// Octets 0 to 7.
    var high: UInt64
    /// Octets 8 to 15.
    var middle: UInt64
    /// Octets 16 to 19.
    var low: UInt32

    @inline(__always)
    static func < (a: Self, b: Self) -> Bool {
        if a.high != b.high { return a.high < b.high }
        if a.middle != b.middle { return a.middle < b.middle }
        return a.low < b.low
    }
}

/// SHA-1 (FIPS 180-4) of short inputs: a name or a digest, and a salt. What NSEC3 asks for; good for nothing
/// where somebody gains by a collision.
struct SHA1 {
    // A wildcard's label, a name and a salt of 255 octets each, the mark at the end and the length: whole blocks
    // of 64.
    private var input = [576 of UInt8](repeating: 0)
    private var count = 0

    /// Takes a further octet; at most 512 of them.
    @inline(__always)
    mutating func append(_ octet: UInt8) {
        precondition(count < 512)
        input[count] = octet
        count &+= 1
    }

    /// Takes the octets of a digest.
    mutating func append(_ digest: SHA1Digest) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: digest.high &>> shift))
        }
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: digest.middle &>> shift))
        }
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: digest.low &>> shift))
        }
    }

    /// The digest of what was taken, which is forgotten.
    mutating func finish() -> SHA1Digest {
        let bits = UInt64(count) &* 8
        let blocks = (count &+ 8) / 64 &+ 1
        input[count] = 0x80
        for place in (count &+ 1)..<(blocks &* 64) { input[place] = 0 }
        for index in 0..<8 {
            input[blocks &* 64 &- 1 &- index] = UInt8(truncatingIfNeeded: bits &>> UInt64(8 &* index))
        }
        var state = [5 of UInt32](repeating: 0)
        state[0] = 0x6745_2301
        state[1] = 0xEFCD_AB89
        state[2] = 0x98BA_DCFE
        state[3] = 0x1032_5476
        state[4] = 0xC3D2_E1F0
        for block in 0..<blocks { process(block &* 64, &state) }
        count = 0
        return SHA1Digest(
            high: UInt64(state[0]) &<< 32 | UInt64(state[1]),
            middle: UInt64(state[2]) &<< 32 | UInt64(state[3]), low: state[4])
    }

    private func process(_ start: Int, _ state: inout [5 of UInt32]) {
        var schedule = [16 of UInt32](repeating: 0)
        for index in 0..<16 {
            let place = start &+ index &* 4
            let upper = UInt32(input[place]) &<< 24 | UInt32(input[place &+ 1]) &<< 16
            schedule[index] = upper | UInt32(input[place &+ 2]) &<< 8 | UInt32(input[place &+ 3])
        }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for round in 0..<80 {
            if round >= 16 {
                let mixed =
                    schedule[(round &+ 13) & 15] ^ schedule[(round &+ 8) & 15]
                    ^ schedule[(round &+ 2) & 15] ^ schedule[round & 15]
                schedule[round & 15] = rotate(mixed, by: 1)
            }
            let (choice, constant): (UInt32, UInt32) =
                switch round / 20 {
                case 0: (b & c | ~b & d, 0x5A82_7999)
                case 1: (b ^ c ^ d, 0x6ED9_EBA1)
                case 2: (b & c | b & d | c & d, 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = rotate(a, by: 5) &+ choice &+ e &+ constant &+ schedule[round & 15]
            (a, b, c, d, e) = (next, a, rotate(b, by: 30), c, d)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
    }

    @inline(__always)
    private func rotate(_ word: UInt32, by bits: UInt32) -> UInt32 {
        word &<< bits | word &>> (32 &- bits)
    }
}
