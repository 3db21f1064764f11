public import DNSWire

/// A message as tests look at it: the header, and the rest as octets.
public struct Message: Sendable {
    /// The whole message.
    public let bytes: [UInt8]

    /// A message of these octets; nil if they hold no header.
    public init?(_ bytes: [UInt8]) {
        if bytes.count < 12 { return nil }
        self.bytes = bytes
    }

    /// A query with one question; with an OPT record, which holds these options, if a UDP size is given.
    public static func query(
        _ name: String, _ type: RecordType, class recordClass: UInt16 = 1, id: UInt16 = 0x1234,
        udpSize: UInt16? = nil, options: [UInt8] = []
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ number: UInt16) { bytes += [UInt8(number >> 8), UInt8(number & 255)] }
        append(id)
        append(0)
        append(1)
        append(0)
        append(0)
        append(udpSize == nil ? 0 : 1)
        bytes += try DomainName(name).wire
        append(type.rawValue)
        append(recordClass)
        if let udpSize {
            bytes.append(0)
            append(41)
            append(udpSize)
            bytes += [0, 0, 0, 0]
            append(UInt16(options.count))
            bytes += options
        }
        return bytes
    }

    /// The transaction's number.
    public var id: UInt16 { number(at: 0) }
    /// QR.
    public var isResponse: Bool { bytes[2] & 0x80 != 0 }
    /// TC.
    public var isTruncated: Bool { bytes[2] & 0x02 != 0 }
    /// The lower four bits of the response code.
    public var responseCode: Int { Int(bytes[3] & 15) }
    /// Records in the answer section.
    public var answerCount: Int { Int(number(at: 6)) }
    /// The last four octets: the address, where the last record is an A record.
    public var lastAddress: [UInt8] { bytes.suffix(4) }

    private func number(at offset: Int) -> UInt16 {
        UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }
}
