/// A worker's own random numbers (xorshift64*, Vigna 2014): quick, and good enough to share out answers.
struct RandomBits {
    private var state: UInt64

    init(seed: UInt64) {
        // Zero would stay zero.
        state = seed == 0 ? 0x9E37_79B9_7F4A_7C15 : seed
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state ^= state &>> 12
        state ^= state &<< 25
        state ^= state &>> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
