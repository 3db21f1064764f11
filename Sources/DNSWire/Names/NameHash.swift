/// The hash of a name in lower case, made label by label from the right, so that the hashes of all its
/// suffixes fall out on the way: hash(label.rest) = mix(hash(rest), words of the label with its length).
public enum NameHash {
    /// The root's hash: an arbitrary odd number.
    public static let root: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Joins a word to a hash: the two halves of the product with an odd constant of well spread bits.
    @inlinable @inline(__always) public static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }

    /// The bits of a word that belong to its first octets, 1 to 8 of them, in the machine's order.
    @inlinable @inline(__always) public static func mask(octets: Int) -> UInt64 {
        UInt64(littleEndian: ~0 &>> UInt64(truncatingIfNeeded: 64 &- 8 &* octets))
    }

    /// A word with its capital ASCII letters made small.
    @inlinable @inline(__always) public static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & 0x7F7F_7F7F_7F7F_7F7F
        // In each octet bit 7 says: at least 'A'; beyond 'Z'.
        let atLeastA = low &+ 0x3F3F_3F3F_3F3F_3F3F
        let beyondZ = low &+ 0x2525_2525_2525_2525
        let capital = (atLeastA & ~beyondZ) & ~word & 0x8080_8080_8080_8080
        return word | capital &>> 2
    }
}
