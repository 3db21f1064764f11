/// The hash of a name in lower case, made word by word from its end, so that the hashes of all its suffixes fall
/// out on the way: each is one step from what the words behind it have come to.
public enum NameHash {
    /// What each hash begins with. It is another number in each process, so that nobody who writes a zone or sends
    /// queries can make names of equal hashes, which would stand in one long row of a table.
    static let root = UInt64.random(in: 1 ... .max)

    /// Joins a word to a hash: the two halves of the product with an odd constant of well spread bits.
    @inlinable @inline(__always) public static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }

    /// A word of which only the first octets count, up to 7 of them: two are the same if those are.
    @inlinable @inline(__always) public static func first(_ octets: Int, of word: UInt64) -> UInt64 {
        // By 64 bits less eight for each octet; of so many at once no shift would be left.
        (word.littleEndian &<< 8) &<< UInt64(truncatingIfNeeded: ~octets &* 8)
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
