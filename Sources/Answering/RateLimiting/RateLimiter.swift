internal import DNSWire
internal import Synchronization

/// Limits how many responses of a kind a client's network gets: the accounts, shared by all workers.
///
/// All memory is taken when it is made. It is the same object as long as the limits are the same.
@safe public final class RateLimiter: Sendable {
    /// The limits.
    public let limits: RateLimits
    /// What workers tell of accounts whose limiting begins.
    let notices = RateNotices()
    /// The limiter as a query sees it; valid as long as this object lives.
    var table: RateLimiterTable {
        RateLimiterTable(self)
    }

    let accounts: RateTable
    let seed: UInt64
    let exempt: AccessTable
    let exemptRange: (start: Int, end: Int)
    private let lists: FlatMemory
    // Allocated in init, freed in deinit; its elements are atomics.
    private nonisolated(unsafe) let places: UnsafeMutablePointer<Atomic<UInt64>>
    /// By how much limits shrink, in parts of `RateLimiterTable.unscaled`.
    let scale = Atomic<UInt32>(RateLimiterTable.unscaled)

    /// A limiter; the memory of its accounts is 8 octets for each.
    ///
    /// - Parameter seed: What makes hashes of accounts impossible to guess; random if not given.
    public init(_ limits: RateLimits, seed: UInt64? = nil) {
        self.limits = limits
        let lines = (max(limits.tableSize, 1) + RateTable.lineSize - 1) / RateTable.lineSize
        let count = lines * RateTable.lineSize
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
        unsafe places = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for index in 0..<count { unsafe (places + index).initialize(to: Atomic(0)) }
        accounts = unsafe RateTable(places, lines: lines)
        var random = SystemRandomNumberGenerator()
        self.seed = seed ?? random.next()
        var lists = FlatBuffer(capacity: 256)
        exemptRange = AccessTable.append(limits.exemptClients, to: &lists)
        self.lists = FlatMemory(lists)
        exempt = AccessTable(self.lists.view)
    }

    deinit {
        unsafe UnsafeMutableRawPointer(places).deallocate()
    }

    /// Makes all limits but that of clients that have used TCP smaller by a factor, from what the server
    /// answers in all: the limits hold as they are up to `qpsScale` responses a second.
    public func scale(toTotal responsesPerSecond: Double) {
        guard limits.qpsScale > 0 else { return }
        let factor = Double(limits.qpsScale) / max(responsesPerSecond, 1)
        let parts = min(factor, 1) * Double(RateLimiterTable.unscaled)
        scale.store(UInt32(parts), ordering: .relaxed)
    }

    /// What has been told since the last call of accounts whose limiting began; never more than a few
    /// dozen. To be called by one thread at a time.
    public func takeNotices() -> (notices: [RateNotice], lost: Int) {
        notices.take()
    }

    /// Seconds since an account was used last, and whether it is in debt; nil if it is not kept any more.
    public func standing(of account: UInt64, kind: ResponseKind, at now: UInt32) -> (age: Int, isInDebt: Bool)?
    {
        guard let found = accounts.account(of: account) else { return nil }
        let now = UInt16(truncatingIfNeeded: now)
        let balance = found.balance(at: now, rate: limits.rate(of: kind), window: limits.window)
        return (found.age(at: now), balance < 0)
    }
}

extension RateLimiter: Hashable {
    /// Whether it is the same object.
    public static func == (a: RateLimiter, b: RateLimiter) -> Bool { a === b }

    /// Hashes the identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension RateLimits {
    /// The limit of a kind; 0: none.
    func rate(of kind: ResponseKind) -> Int {
        switch kind {
        case .answer: responses
        case .referral: referrals
        case .nodata: nodata
        case .nxdomain: nxdomains
        case .error: errors
        case .all: all
        case .tcp: 1
        }
    }
}
