/// How a query ended (RFC 1035 §4.1.1, RFC 6895 §2.3): twelve bits, of which the header holds the low four
/// and the OPT record the rest.
public struct ResponseCode: RawRepresentable, Hashable, Sendable {
    /// The number, 0 to 4095.
    public var rawValue: UInt16

    /// The code with this number, known or not.
    @inlinable public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// No error.
    @inlinable public static var noError: Self { Self(rawValue: 0) }
    /// FORMERR: the query could not be read.
    @inlinable public static var formatError: Self { Self(rawValue: 1) }
    /// SERVFAIL: the server could not answer.
    @inlinable public static var serverFailure: Self { Self(rawValue: 2) }
    /// NXDOMAIN: the name does not exist.
    @inlinable public static var nameError: Self { Self(rawValue: 3) }
    /// NOTIMP: the server does not do this.
    @inlinable public static var notImplemented: Self { Self(rawValue: 4) }
    /// REFUSED: by policy.
    @inlinable public static var refused: Self { Self(rawValue: 5) }
    /// YXDOMAIN: a name that a DNAME made is too long (RFC 6672 §2.2).
    @inlinable public static var nameExists: Self { Self(rawValue: 6) }
    /// NOTAUTH: not authorized, for want of the key (RFC 8945 §5.2).
    @inlinable public static var notAuthorized: Self { Self(rawValue: 9) }
    /// BADVERS: a version of EDNS that the server doesn't know (RFC 6891 §6.1.3).
    @inlinable public static var badVersion: Self { Self(rawValue: 16) }
    /// BADCOOKIE: a server cookie is wanted that is ours (RFC 7873 §8).
    @inlinable public static var badCookie: Self { Self(rawValue: 23) }
}

extension ResponseCode: CustomStringConvertible {
    /// The mnemonic, or `RCODE123`.
    public var description: String {
        switch rawValue {
        case 0: "NOERROR"
        case 1: "FORMERR"
        case 2: "SERVFAIL"
        case 3: "NXDOMAIN"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        case 6: "YXDOMAIN"
        case 9: "NOTAUTH"
        case 16: "BADVERS"
        case 23: "BADCOOKIE"
        default: "RCODE\(rawValue)"
        }
    }
}
