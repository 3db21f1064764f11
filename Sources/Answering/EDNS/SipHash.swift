/// SipHash-2-4 (Aumasson and Bernstein 2012): a keyed hash of short messages that only who knows the key can
/// make.
struct SipHash {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    /// A hash of nothing yet. The words are the key's octets, read little-endian.
    @inline(__always)
    init(_ key: CookieSecret) {
        v0 = key.low ^ 0x736F_6D65_7073_6575
        v1 = key.high ^ 0x646F_7261_6E64_6F6D
        v2 = key.low ^ 0x6C79_6765_6E65_7261
        v3 = key.high ^ 0x7465_6462_7974_6573
    }

    /// Adds eight octets, read little-endian.
    @inline(__always)
    mutating func add(_ word: UInt64) {
        v3 ^= word
        mix()
        mix()
        v0 ^= word
    }

    /// Adds the last octets, fewer than eight, and ends: the hash of `count` octets in all, as a number whose
    /// octets are to be written little-endian.
    @inline(__always)
    mutating func finish(_ rest: UInt64, count: Int) -> UInt64 {
        add(rest | UInt64(truncatingIfNeeded: count) &<< 56)
        v2 ^= 0xFF
        for _ in 0..<4 { mix() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func mix() {
        v0 &+= v1
        v1 = rotated(v1, 13) ^ v0
        v0 = rotated(v0, 32)
        v2 &+= v3
        v3 = rotated(v3, 16) ^ v2
        v0 &+= v3
        v3 = rotated(v3, 21) ^ v0
        v2 &+= v1
        v1 = rotated(v1, 17) ^ v2
        v2 = rotated(v2, 32)
    }

    @inline(__always)
    private func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        word &<< bits | word &>> (64 &- bits)
    }
}
