/// What a network has left of one kind of response: one word, so that workers can share it without a lock.
///
/// From the low bits: 4 the responses since one slipped, 1 whether its limiting was told, 16 when it was used
/// last (seconds, modulo 2¹⁶), 23 the balance with its sign, 20 the tag, which is never 0.
struct RateAccount: Equatable {
    /// The word; 0 stands for no account.
    let word: UInt64

    /// What becomes of a response.
    enum Verdict {
        /// It is sent.
        case pass
        /// It is sent cut short.
        case slip
        /// It is not sent.
        case drop
    }

    /// Where the tag begins.
    static let tagShift: UInt64 = 44
    /// Seconds by which a clock may go back without making an account look old (BIND has the same).
    static let backwardSeconds: UInt16 = 5

    @inline(__always) init(word: UInt64) {
        self.word = word
    }

    init(tag: UInt64, balance: Int, time: UInt16, isTold: Bool, slips: Int) {
        word =
            tag << Self.tagShift | (UInt64(bitPattern: Int64(balance)) & 0x7F_FFFF) << 21 | UInt64(time) << 5
            | (isTold ? 16 : 0) | UInt64(slips)
    }

    /// Part of the hash of whom and what it is of.
    @inline(__always) var tag: UInt64 { word &>> Self.tagShift }
    /// Responses that may be sent before others are held back; below 0 the debt.
    var balance: Int { Int(Int64(bitPattern: word &<< 20) &>> 41) }
    /// When it was used last.
    var time: UInt16 { UInt16(truncatingIfNeeded: word &>> 5) }
    /// Whether its limiting was told.
    var isTold: Bool { word & 16 != 0 }
    /// Responses over the limit since one slipped.
    var slips: Int { Int(word & 15) }

    /// Seconds since it was used last; 0 where the clock went back a little.
    @inline(__always) func age(at now: UInt16) -> Int {
        let age = now &- time
        return age > 0 &- Self.backwardSeconds &- 1 ? 0 : Int(age)
    }

    /// The balance as it is now, with what has been earned since.
    func balance(at now: UInt16, rate: Int, window: Int) -> Int {
        let age = age(at: now)
        return age > window ? rate : min(balance + rate * age, rate)
    }

    /// Takes one response from the account of a tag: how it stands then, and what becomes of the response.
    ///
    /// A new account, and one that was not used for a window, has as many responses as a second brings. Those
    /// come back each second; the debt is at most what a window brings.
    static func debit(
        _ old: RateAccount?, tag: UInt64, at now: UInt16, rate: Int, window: Int, slip: Int
    ) -> (account: RateAccount, verdict: Verdict, isToBeTold: Bool) {
        var balance = rate
        var slips = 0
        var isTold = false
        if let old, old.age(at: now) <= window {
            (balance, slips, isTold) = (old.balance + rate * old.age(at: now), old.slips, old.isTold)
            if balance > rate {
                balance = rate
                slips = 0
            }
        }
        balance -= 1
        var verdict = Verdict.pass
        if balance < 0 {
            balance = max(balance, -window * rate)
            verdict = .drop
            if slip > 0 {
                if slips == 0 { verdict = .slip }
                slips = slips + 1 >= slip ? 0 : slips + 1
            }
        }
        let isToBeTold = verdict != .pass && !isTold
        let account = RateAccount(
            tag: tag, balance: balance, time: now, isTold: isTold || isToBeTold, slips: slips)
        return (account, verdict, isToBeTold)
    }
}
