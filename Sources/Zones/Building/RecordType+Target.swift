internal import DNSWire

extension RecordType {
    /// Where in its data the name begins that a record leads to, and with which its data ends; nil for other types.
    var targetStart: Int? {
        let names = CompressibleNames(in: self)
        if names.count == 1 { return names.prefix }
        switch self {
        case .dname: return 0
        case .srv: return 6
        default: return nil
        }
    }
}
