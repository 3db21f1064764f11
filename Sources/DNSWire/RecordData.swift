/// Record data in wire form: the strict check of it, and its text.
public enum RecordData {
    /// Why bytes are not data of a type.
    public struct Invalid: Error, Hashable, Sendable {
        /// Where in the data it was seen, from 0.
        public let offset: Int
        /// What is wrong, in words.
        public let reason: String
    }

    /// Checks data against the layout of its type, names uncompressed.
    ///
    /// Data of types without a layout is anything up to 65535 octets (RFC 3597).
    public static func validate(_ type: RecordType, _ data: Span<UInt8>) throws(Invalid) {
        if data.count > 65535 { throw Invalid(offset: 65535, reason: "data is longer than 65535 octets") }
        guard let layout = RecordLayout.of(type) else { return }
        var cursor = RecordDataCursor(data)
        for field in layout.fields { try cursor.check(field, of: type) }
        if cursor.offset < data.count {
            throw Invalid(
                offset: cursor.offset, reason: "\(data.count - cursor.offset) octets too many at the end")
        }
        try checkWhole(type, data)
    }

    /// Checks data; see ``validate(_:_:)-(_,Span<UInt8>)``.
    public static func validate(_ type: RecordType, _ data: [UInt8]) throws(Invalid) {
        try validate(type, data.span)
    }

    /// What concerns several fields at once: digests have the length of their algorithm.
    private static func checkWhole(_ type: RecordType, _ data: Span<UInt8>) throws(Invalid) {
        let (start, length): (Int, Int?)
        switch type.rawValue {
        case 25:
            // RFC 2535 §3.1.2: the two highest bits say that there is no key.
            if data.count == 4, data[0] >> 6 != 3 { throw Invalid(offset: 4, reason: "the key is empty") }
            return
        case 43, 59, 32768, 32769:
            // RFC 3658, 4509, 5933, 6605; digest type 0 is CDS's request to delete (RFC 8078 §4).
            (start, length) = (4, [1: 20, 2: 32, 3: 32, 4: 48][data[3]])
        case 44:
            // RFC 4255, 6594
            (start, length) = (2, [1: 20, 2: 32][data[1]])
        case 63:
            // RFC 8976 §2.2.3
            (start, length) = (6, [1: 48, 2: 64][data[5]])
        default: return
        }
        if let length, data.count - start != length {
            throw Invalid(
                offset: start,
                reason: "the digest has \(data.count - start) octets, its algorithm makes \(length)")
        }
    }
}
