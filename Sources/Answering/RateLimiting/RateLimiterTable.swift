internal import Addresses
internal import DNSWire
internal import Synchronization

/// A limiter as a query sees it: plain numbers, without a reference count. Whoever keeps it keeps the
/// ``RateLimiter``.
@safe struct RateLimiterTable: Sendable {
    /// The limits as they are, not made smaller.
    static let unscaled: UInt32 = 1 << 16

    let isLogOnly: Bool
    private let accounts: RateTable
    private let seed: UInt64
    private let rates: (answer: Int, referral: Int, nodata: Int, nxdomain: Int, error: Int, all: Int)
    private let window: Int
    private let slip: Int
    private let ipv4PrefixLength: Int
    private let ipv6PrefixLength: Int
    private let exempt: AccessTable
    private let exemptRange: (start: Int, end: Int)
    private let isScaling: Bool
    // Kept alive by the snapshot.
    private let owner: Unmanaged<RateLimiter>

    init(_ limiter: RateLimiter) {
        let limits = limiter.limits
        isLogOnly = limits.isLogOnly
        accounts = limiter.accounts
        seed = limiter.seed
        rates = (
            limits.responses, limits.referrals, limits.nodata, limits.nxdomains, limits.errors, limits.all
        )
        window = min(max(limits.window, 1), 3600)
        slip = min(max(limits.slip, 0), 10)
        ipv4PrefixLength = limits.ipv4PrefixLength
        ipv6PrefixLength = limits.ipv6PrefixLength
        exempt = limiter.exempt
        exemptRange = limiter.exemptRange
        isScaling = limits.qpsScale > 0
        unsafe owner = Unmanaged.passUnretained(limiter)
    }

    /// What a response is accounted to.
    struct Subject {
        var kind: ResponseKind
        /// The name is the last labels of the question's, with `*` in front of a wildcard's.
        var labels = 0
        var isWildcard = false
        var type = RecordType(0)
        var recordClass: UInt16 = 0
    }

    /// Whether a client is not limited, whatever it is answered.
    func exempts(_ client: IPAddress) -> Bool {
        exemptRange.start != exemptRange.end && exempt.allows(client, list: exemptRange)
    }

    /// What becomes of a response that is accounted to a subject, and to all of its client's network.
    func judge(
        _ subject: Subject, name: borrowing NameKey, client: IPAddress, at time: UInt32
    ) -> RateAccount.Verdict {
        let now = UInt16(truncatingIfNeeded: time)
        let network = hash(of: client)
        let scale = scale(for: network, at: now)
        let verdict = debit(subject, name, client, network, scale, at: now)
        if rates.all == 0 { return verdict }
        // An account of everything doesn't slip, as in BIND: what the others let pass would.
        let inAll = debit(Subject(kind: .all), name, client, network, scale, at: now)
        return inAll == .pass ? verdict : .drop
    }

    /// Notes that a client's network uses TCP, and so isn't somebody else's name on a forged query: it is
    /// exempt from the limits' being made smaller for a window.
    func noteTCP(_ client: IPAddress, at time: UInt32) {
        if !isScaling || currentScale == Self.unscaled { return }
        let now = UInt16(truncatingIfNeeded: time)
        let hash = NameHash.mix(hash(of: client), UInt64(ResponseKind.tcp.rawValue))
        accounts.update(hash, at: now, rate: 1, window: window) { _, tag in
            (RateAccount(tag: tag, balance: 0, time: now, isTold: false, slips: 0), ())
        }
    }

    private func debit(
        _ subject: Subject, _ name: borrowing NameKey, _ client: IPAddress, _ network: UInt64,
        _ scale: UInt32, at now: UInt16
    ) -> RateAccount.Verdict {
        var rate = rate(of: subject.kind)
        if rate == 0 { return .pass }
        var slip = slip
        if scale != Self.unscaled {
            rate = max((rate &* Int(scale)) &>> 16, 1)
            if slip > 2 { slip = max((slip &* Int(scale)) &>> 16, 2) }
        }
        let account = NameHash.mix(
            NameHash.mix(network, name.hash(labels: subject.labels)),
            UInt64(subject.kind.rawValue) | (subject.isWildcard ? 256 : 0) | UInt64(subject.type.rawValue)
                &<< 16
                | UInt64(subject.recordClass) &<< 32)
        let (verdict, isToBeTold) = accounts.update(account, at: now, rate: rate, window: window) { old, tag in
            let result = RateAccount.debit(old, tag: tag, at: now, rate: rate, window: window, slip: slip)
            return (result.account, (result.verdict, result.isToBeTold))
        }
        if isToBeTold { tell(account, subject, name, client) }
        return verdict
    }

    @inline(never)
    private func tell(_ account: UInt64, _ subject: Subject, _ name: borrowing NameKey, _ client: IPAddress) {
        let length: Int
        switch client {
        case .v4: length = ipv4PrefixLength
        case .v6: length = ipv6PrefixLength
        }
        unsafe owner._withUnsafeGuaranteedRef {
            $0.notices.put(account, subject, name: name, client, length: length)
        }
    }

    private func rate(of kind: ResponseKind) -> Int {
        switch kind {
        case .answer: rates.answer
        case .referral: rates.referral
        case .nodata: rates.nodata
        case .nxdomain: rates.nxdomain
        case .error: rates.error
        case .all: rates.all
        case .tcp: 0
        }
    }

    private func hash(of client: IPAddress) -> UInt64 {
        switch client {
        case .v4(let address):
            NameHash.mix(seed, UInt64(address.rawValue >> UInt32(32 - ipv4PrefixLength)))
        case .v6(let address):
            // No IPv4 network has such a number.
            NameHash.mix(seed, address.high >> UInt64(64 - ipv6PrefixLength) &+ 1 &<< 32)
        }
    }

    private func scale(for network: UInt64, at now: UInt16) -> UInt32 {
        if !isScaling { return Self.unscaled }
        let scale = currentScale
        if scale == Self.unscaled { return scale }
        let hash = NameHash.mix(network, UInt64(ResponseKind.tcp.rawValue))
        if let account = accounts.account(of: hash), account.age(at: now) <= window { return Self.unscaled }
        return scale
    }

    private var currentScale: UInt32 {
        unsafe owner._withUnsafeGuaranteedRef { $0.scale.load(ordering: .relaxed) }
    }
}
