internal import Addresses

/// What a query's COOKIE option is worth.
enum CookieStanding: UInt8 {
    /// There is none, or cookies are ignored.
    case none
    /// The client's cookie alone.
    case clientOnly
    /// A server cookie that we, or who shares our secret, gave this client lately.
    case valid
    /// A server cookie that is not.
    case invalid
}

/// Server cookies of version 1 (RFC 9018 §4): version, three reserved octets, the time, and a hash over the
/// client's cookie, those eight octets and the client's address.
enum ServerCookie {
    /// The octets.
    static let size = 16
    /// How old a cookie may be, and how far ahead of our clock, in seconds (RFC 9018 §4.3).
    static let lifetime: Int32 = 3600
    static let skew: Int32 = 300
    /// From what age on a client is given another one (RFC 9018 §4.3).
    static let renewal: Int32 = 1800

    /// The first eight octets of a cookie made at a time, as a number in network order.
    @inline(__always)
    static func header(at time: UInt32) -> UInt64 {
        1 &<< 56 | UInt64(time)
    }

    /// The last eight octets, as a number in network order.
    ///
    /// - Parameters:
    ///   - clientCookie: In network order, as is `header`.
    static func hash(
        _ secret: CookieSecret, clientCookie: UInt64, header: UInt64, client: IPAddress
    ) -> UInt64 {
        var hash = SipHash(secret)
        hash.add(clientCookie.byteSwapped)
        hash.add(header.byteSwapped)
        switch client {
        case .v4(let address):
            return hash.finish(UInt64(address.rawValue.byteSwapped), count: 20).byteSwapped
        case .v6(let address):
            hash.add(address.high.byteSwapped)
            hash.add(address.low.byteSwapped)
            return hash.finish(0, count: 32).byteSwapped
        }
    }

    /// Seconds since a cookie was made; less than zero for one from a clock ahead of ours. Times go round
    /// (RFC 1982), so the year 2106 is no end.
    @inline(__always)
    static func age(of header: UInt64, at time: UInt32) -> Int32 {
        Int32(bitPattern: time &- UInt32(truncatingIfNeeded: header))
    }
}
