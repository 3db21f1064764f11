/// The second word of a message's header (RFC 1035 §4.1.1): flags, opcode and response code.
public struct HeaderFlags: RawRepresentable, OptionSet, Hashable, Sendable {
    /// The sixteen bits as they are in the message, read big-endian.
    public var rawValue: UInt16

    /// The flags of these bits.
    @inlinable public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// QR: the message is a response.
    @inlinable public static var response: Self { Self(rawValue: 0x8000) }
    /// AA: the answer is authoritative.
    @inlinable public static var authoritative: Self { Self(rawValue: 0x0400) }
    /// TC: the answer is cut short.
    @inlinable public static var truncated: Self { Self(rawValue: 0x0200) }
    /// RD: recursion is wanted.
    @inlinable public static var recursionDesired: Self { Self(rawValue: 0x0100) }
    /// RA: recursion is to be had.
    @inlinable public static var recursionAvailable: Self { Self(rawValue: 0x0080) }
    /// AD: the data is authentic.
    @inlinable public static var authenticData: Self { Self(rawValue: 0x0020) }
    /// CD: the data need not be checked.
    @inlinable public static var checkingDisabled: Self { Self(rawValue: 0x0010) }

    /// The kind of query.
    @inlinable public var opcode: Opcode { Opcode(rawValue: UInt8(truncatingIfNeeded: rawValue >> 11) & 15) }
    /// The low four bits of the response code.
    @inlinable public var responseCode: ResponseCode { ResponseCode(rawValue: rawValue & 15) }
}

/// Sizes that the formats fix.
public enum MessageSize {
    /// Octets of a header.
    @inlinable public static var header: Int { 12 }
    /// The most octets that a UDP message has without EDNS (RFC 1035 §4.2.1).
    @inlinable public static var withoutEDNS: Int { 512 }
    /// The most octets of any message: what the length in front of it on a stream can say.
    @inlinable public static var maximum: Int { 65535 }
    /// Octets of an OPT record without options: root, type, size, extended code and flags, length.
    @inlinable public static var opt: Int { 11 }
    /// The most octets of a name.
    @inlinable public static var name: Int { 255 }
    /// The most octets of header and question.
    @inlinable public static var question: Int { header + name + 4 }
}
