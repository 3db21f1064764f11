/// Why a query got no answer, for who reads it (RFC 8914 §4).
public struct ExtendedError: RawRepresentable, Hashable, Sendable {
    /// The number.
    public var rawValue: UInt16

    /// The error with this number, known or not.
    @inlinable public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The client may not ask.
    @inlinable public static var prohibited: Self { Self(rawValue: 18) }
    /// The server has no zone of the name: a resolver was led here by a wrong delegation.
    @inlinable public static var notAuthoritative: Self { Self(rawValue: 20) }
    /// The server doesn't do what is asked.
    @inlinable public static var notSupported: Self { Self(rawValue: 21) }
    /// The zone is configured, but there is no data of it to answer from.
    @inlinable public static var invalidData: Self { Self(rawValue: 24) }
    /// The type is none that can be asked for (RFC 9824 §9).
    @inlinable public static var invalidQueryType: Self { Self(rawValue: 30) }
}
