internal import DNSWire
internal import Synchronization

/// Accounts in a fixed number of places, shared by all workers without a lock.
///
/// A place is a word; eight of them, a line of the cache, are where an account may be. Its tag tells it from
/// the others there, and beyond that nobody looks: with 20,000 accounts in use, another one falls into the same
/// with a probability of 1 to some hundred thousand. The hash has a secret seed, so nobody can bring that about.
@safe struct RateTable: Sendable {
    // Owned by RateLimiter; its elements are atomics.
    private nonisolated(unsafe) let places: UnsafeMutablePointer<Atomic<UInt64>>
    private let lines: UInt64

    /// Places of a line.
    static let lineSize = 8

    @unsafe init(_ places: UnsafeMutablePointer<Atomic<UInt64>>, lines: Int) {
        unsafe self.places = places
        self.lines = UInt64(lines)
    }

    /// The first place where the account of a hash may be.
    @inline(__always) private func line(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: lines).high) &* Self.lineSize
    }

    /// The tag of a hash: bits that have little to do with the line.
    @inline(__always) private func tag(_ hash: UInt64) -> UInt64 {
        max(hash & 0xF_FFFF, 1)
    }

    // A line lies within the places, since the high half of a product is less than either factor.
    @inline(__always) private func load(_ place: Int) -> RateAccount {
        RateAccount(word: unsafe places[place].load(ordering: .relaxed))
    }

    @inline(__always) private func exchange(_ place: Int, _ old: RateAccount, for new: RateAccount) -> Bool {
        unsafe places[place].compareExchange(
            expected: old.word, desired: new.word, ordering: .relaxed
        ).exchanged
    }

    /// The account of a hash as it stands; nil if there is none.
    func account(of hash: UInt64) -> RateAccount? {
        let (first, tag) = (line(hash), tag(hash))
        for place in first..<(first &+ Self.lineSize) {
            let account = load(place)
            if account.tag == tag { return account }
        }
        return nil
    }

    /// Changes the account of a hash to what `change` makes of it; where there is none, it takes the place of
    /// another, which is the one that is missed least.
    @inline(__always)
    func update<Result>(
        _ hash: UInt64, at now: UInt16, rate: Int, window: Int,
        _ change: (_ old: RateAccount?, _ tag: UInt64) -> (account: RateAccount, result: Result)
    ) -> Result {
        let (first, tag) = (line(hash), tag(hash))
        // Another worker that changes the same word in between is the only reason to try again.
        while true {
            var found = -1
            var victim = first
            var victimRank = Int.min
            var old = RateAccount(word: 0)
            for place in first..<(first &+ Self.lineSize) {
                let account = load(place)
                if account.tag == tag {
                    (found, old) = (place, account)
                    break
                }
                let rank = rank(account, at: now, rate: rate, window: window)
                if rank > victimRank { (victim, victimRank, old) = (place, rank, account) }
            }
            let (account, result) = change(found < 0 ? nil : old, tag)
            if exchange(found < 0 ? victim : found, old, for: account) { return result }
        }
    }

    /// How little an account is missed: a free place; one that a window has passed over; one without debt, and
    /// last one that is being limited; among these the one that was not used for the longest time.
    @inline(__always)
    private func rank(_ account: RateAccount, at now: UInt16, rate: Int, window: Int) -> Int {
        if account.word == 0 { return Int.max }
        let age = account.age(at: now)
        if age > window { return 1 << 24 + age }
        // What kind it is of, and so its rate, isn't known; the rate of the one that comes is near enough.
        return account.balance(at: now, rate: rate, window: window) >= 0 ? 1 << 20 + age : age
    }
}
