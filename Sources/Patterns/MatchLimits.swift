/// What one search may cost before it is given up.
struct MatchLimits: Sendable {
    /// Steps in all: one for each item of the pattern that is tried, and one for each byte by which the
    /// item before it moved. PCRE2's own limit counts anew from every starting point, so that a subject
    /// of n bytes could cost n times as much; this one holds for the whole search.
    var steps: Int
    /// Bytes of memory for backtracking, in KiB.
    var heapKiB: UInt32

    /// Four million steps are some tenths of a second at worst, and fifteen for each byte of a body of 256
    /// KiB; 16 MiB hold the backtracking points of a greedy `(.|\n)*` over such a body.
    static let `default` = MatchLimits(steps: 4_000_000, heapKiB: 16 * 1024)
}
