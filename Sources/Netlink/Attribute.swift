/// One attribute of a message: a type, and octets whose meaning the type tells.
public struct Attribute: Hashable, Sendable {
    /// The type, without the two flags in its highest bits.
    public var type: UInt16
    /// Whether the attribute says that it holds attributes (older kernels don't say it).
    public var isNested: Bool
    /// The octets.
    public var payload: ArraySlice<UInt8>

    /// The payload as one octet; nil if it isn't one.
    public var u8: UInt8? { payload.count == 1 ? payload.first : nil }
    /// The payload as a number in the machine's order; nil if it isn't two octets.
    public var u16: UInt16? { UInt16(hostBytes: payload) }
    /// The payload as a number in network order; nil if it isn't two octets.
    public var networkU16: UInt16? { UInt16(networkBytes: payload) }
    /// The payload as a number in the machine's order; nil if it isn't four octets.
    public var u32: UInt32? { UInt32(hostBytes: payload) }
    /// The payload as a number in network order; nil if it isn't four octets.
    public var networkU32: UInt32? { UInt32(networkBytes: payload) }
    /// The payload as a number in the machine's order; nil if it isn't eight octets.
    public var u64: UInt64? { UInt64(hostBytes: payload) }
    /// The payload up to its first zero octet as text; what is no UTF-8 is replaced.
    public var string: String { String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self) }

    /// The payload as attributes; an error if its lengths don't fit.
    public func nested() throws(NetlinkError) -> Attributes { try Attributes(payload) }
}

/// The attributes of a message, or of an attribute that holds some.
public struct Attributes: Hashable, Sendable {
    /// All of them, in their order.
    public let all: [Attribute]

    /// Octets before the payload: a length and a type.
    static let headerLength = 4

    /// Reads attributes that fill `bytes`; an error if a length doesn't fit.
    public init(_ bytes: ArraySlice<UInt8>) throws(NetlinkError) {
        var all: [Attribute] = []
        var rest = bytes
        while !rest.isEmpty {
            guard let length = UInt16(hostBytes: rest.prefix(2)).map(Int.init),
                let type = UInt16(hostBytes: rest.dropFirst(2).prefix(2)),
                length >= Self.headerLength, length <= rest.count
            else { throw .malformed("an attribute's length does not fit") }
            let payload = rest.prefix(length).dropFirst(Self.headerLength)
            all.append(Attribute(type: type & 0x3FFF, isNested: type & 0x8000 != 0, payload: payload))
            rest = rest.dropFirst(aligned(length))
        }
        self.all = all
    }

    /// The attribute of a type, the last one if there are several (as the kernel reads them); nil if none.
    public subscript(type: UInt16) -> Attribute? { all.last { $0.type == type } }
}

/// A length rounded up to netlink's alignment.
func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
