/// The kind of a query (RFC 6895 §2.2).
public struct Opcode: RawRepresentable, Hashable, Sendable {
    /// The number, 0 to 15.
    public var rawValue: UInt8

    /// The opcode with this number, known or not.
    @inlinable public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// A question.
    @inlinable public static var query: Self { Self(rawValue: 0) }
    /// A hint that a zone has changed (RFC 1996).
    @inlinable public static var notify: Self { Self(rawValue: 4) }
    /// A change of a zone (RFC 2136).
    @inlinable public static var update: Self { Self(rawValue: 5) }
}
