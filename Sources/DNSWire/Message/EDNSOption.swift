/// The code of an option of EDNS (RFC 6891 §6.1.2).
public struct EDNSOption: RawRepresentable, Hashable, Sendable {
    /// The number.
    public var rawValue: UInt16

    /// The option with this number, known or not.
    @inlinable public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// NSID: which server it is (RFC 5001).
    @inlinable public static var serverID: Self { Self(rawValue: 3) }
    /// COOKIE (RFC 7873).
    @inlinable public static var cookie: Self { Self(rawValue: 10) }
    /// edns-tcp-keepalive (RFC 7828).
    @inlinable public static var keepalive: Self { Self(rawValue: 11) }
    /// Extended DNS Error (RFC 8914).
    @inlinable public static var extendedError: Self { Self(rawValue: 15) }
}

extension MessageSize {
    /// Octets in front of an option's data: code and length.
    public static let optionHeader = 4
    /// Octets of a client's cookie (RFC 7873 §4).
    public static let clientCookie = 8
    /// Octets of a COOKIE option with a server cookie as RFC 9018 §4 has it: 8 of the client, 16 of the server.
    public static let cookieOption = optionHeader + clientCookie + 16
    /// Octets of a keepalive option with a time.
    public static let keepaliveOption = optionHeader + 2
    /// Octets of an extended error without text.
    public static let extendedErrorOption = optionHeader + 2
}
