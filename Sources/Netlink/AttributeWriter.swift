/// Writes attributes, each padded to four octets.
public struct AttributeWriter: Sendable {
    /// What is written so far.
    public private(set) var bytes: [UInt8]

    /// A writer whose bytes start with a message's fixed part, which is padded.
    public init(after fixedPart: [UInt8] = []) {
        bytes = fixedPart
        pad()
    }

    /// An attribute of one octet.
    public mutating func append(_ type: UInt16, u8 value: UInt8) { append(type, bytes: [value]) }
    /// An attribute of two octets in the machine's order.
    public mutating func append(_ type: UInt16, u16 value: UInt16) { append(type, bytes: value.hostBytes) }
    /// An attribute of two octets in network order.
    public mutating func append(_ type: UInt16, networkU16 value: UInt16) {
        append(type, bytes: value.networkBytes)
    }
    /// An attribute of four octets in the machine's order.
    public mutating func append(_ type: UInt16, u32 value: UInt32) { append(type, bytes: value.hostBytes) }
    /// An attribute of four octets in network order.
    public mutating func append(_ type: UInt16, networkU32 value: UInt32) {
        append(type, bytes: value.networkBytes)
    }
    /// An attribute of text and a zero octet.
    public mutating func append(_ type: UInt16, string value: String) {
        append(type, bytes: Array(value.utf8) + [0])
    }

    /// An attribute of octets: at most 65531, what fits beside its header; longer ones are cut, which the
    /// kernel's own bounds (all far below) make an error.
    public mutating func append(_ type: UInt16, bytes payload: some Collection<UInt8>) {
        let payload = payload.prefix(Int(UInt16.max) - Attributes.headerLength)
        bytes += UInt16(payload.count + Attributes.headerLength).hostBytes + type.hostBytes
        bytes += payload
        pad()
    }

    /// An attribute of attributes, marked as such.
    public mutating func append(_ type: UInt16, nested body: (inout AttributeWriter) -> Void) {
        var inner = AttributeWriter()
        body(&inner)
        append(type | 0x8000, bytes: inner.bytes)
    }

    private mutating func pad() {
        bytes += repeatElement(0, count: aligned(bytes.count) - bytes.count)
    }
}
