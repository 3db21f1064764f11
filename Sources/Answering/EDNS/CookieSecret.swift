/// What server cookies are made with: 128 bits that the servers of one address share (RFC 9018 §4.4).
public struct CookieSecret: Hashable, Sendable {
    let low: UInt64
    let high: UInt64

    /// The secret of 16 octets; nil for any other number.
    public init?(_ octets: [UInt8]) {
        if octets.count != 16 { return nil }
        func word(_ range: Range<Int>) -> UInt64 {
            octets[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        low = word(0..<8)
        high = word(8..<16)
    }

    /// A secret that nobody knows.
    public static func random() -> CookieSecret {
        var generator = SystemRandomNumberGenerator()
        return CookieSecret(low: generator.next(), high: generator.next())
    }

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    static let zero = CookieSecret(low: 0, high: 0)
}

/// What becomes of DNS cookies (RFC 7873).
public struct CookieOptions: Hashable, Sendable {
    /// Secrets that can be in use at a time: one that makes cookies, and those of a rollover that still verify
    /// them. Each may cost a hash for a cookie that is none of ours.
    public static let maximumSecrets = 4

    /// The secrets: the first makes cookies, all verify them. Without any, cookies are ignored.
    public var secrets: [CookieSecret]
    /// Whether a client that sends cookies is answered over UDP only once it has one of ours (BADCOOKIE).
    public var areRequired: Bool

    /// Options; secrets beyond ``maximumSecrets`` are not used.
    public init(secrets: [CookieSecret] = [], areRequired: Bool = false) {
        self.secrets = secrets
        self.areRequired = areRequired
    }
}

/// The same as a query sees it: plain numbers, without a reference count.
struct CookieKeys: Sendable {
    /// The secrets in use.
    private(set) var count = 0
    let areRequired: Bool
    // As many as `CookieOptions.maximumSecrets`.
    private var secrets = [4 of CookieSecret](repeating: .zero)

    init(_ options: CookieOptions) {
        areRequired = options.areRequired
        for secret in options.secrets.prefix(secrets.count) {
            secrets[count] = secret
            count += 1
        }
    }

    /// Whether a query with nothing but a COOKIE option is answered as if it had none, and a cookie added.
    var areAddedAlways: Bool { count > 0 && !areRequired }

    /// A secret by its place; the first makes cookies.
    subscript(_ index: Int) -> CookieSecret { secrets[index] }
}
