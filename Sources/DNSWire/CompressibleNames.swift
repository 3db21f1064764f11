/// Which names in a record's data may be compressed: those of the types of RFC 1035 alone (RFC 3597 §4).
@frozen public struct CompressibleNames: Sendable {
    /// Octets in front of the first name.
    public let prefix: Int
    /// Names, one after another; what follows them is copied.
    public let count: Int

    @inlinable init(prefix: Int, count: Int) {
        self.prefix = prefix
        self.count = count
    }

    /// The names in data of this type; a count of 0 if none may be compressed.
    @inlinable public init(in type: RecordType) {
        switch type.rawValue {
        // NS, MD, MF, CNAME, MB, MG, MR, PTR
        case 2, 3, 4, 5, 7, 8, 9, 12: self.init(prefix: 0, count: 1)
        // SOA, MINFO
        case 6, 14: self.init(prefix: 0, count: 2)
        // MX
        case 15: self.init(prefix: 2, count: 1)
        default: self.init(prefix: 0, count: 0)
        }
    }
}
