internal import DNSWire

/// The name in a record's data that further records help with, and which ones.
struct FurtherData {
    /// Where the message has the name.
    private(set) var name = 0
    /// Whether it is the record's owner, not a name in its data.
    private(set) var isOwner = false
    private var types: (RecordType, RecordType, RecordType, RecordType) = (.a, .aaaa, .a, .aaaa)
    /// How many types help.
    private(set) var typeCount = 2

    /// Nil for a record that leads nowhere.
    ///
    /// - Parameters:
    ///   - type: The record's type.
    ///   - data: Where the message has its data.
    ///   - end: Where they end.
    init?(of type: RecordType, in message: MessageBuffer, from data: Int, to end: Int) {
        switch type.rawValue {
        // NS; MD, MF and MB (RFC 1035 §3.3)
        case 2, 3, 4, 7: name = data
        // MX; AFSDB (RFC 1183 §1); KX (RFC 2230 §3)
        case 15, 18, 36: name = data + 2
        // SRV (RFC 2782)
        case 33: name = data + 6
        // RT: X25 and ISDN too (RFC 1183 §3.3)
        case 21:
            name = data + 2
            types = (.a, .aaaa, RecordType(19), RecordType(20))
            typeCount = 4
        // LP: L32 and L64 (RFC 6742 §2.4)
        case 107:
            name = data + 2
            types.0 = RecordType(105)
            types.1 = RecordType(106)
        // SVCB, HTTPS: the same type too (RFC 9460 §4.1)
        case 64, 65:
            name = data + 2
            types.2 = type
            typeCount = 3
            // A target that is the root is the owner, or, of an alias, nothing (§2.5).
            if message.octet(at: name) == 0 {
                isOwner = true
                if message.big16(at: data) == 0 { return nil }
            }
        case 35:
            guard readNAPTR(message, from: data, to: end) else { return nil }
        default: return nil
        }
    }

    /// By the flags it is SRV records that help, or addresses, or nothing (RFC 3403 §4.1).
    private mutating func readNAPTR(_ message: MessageBuffer, from data: Int, to end: Int) -> Bool {
        // Order and preference, then three texts.
        var place = data + 4
        let flags = place + 1
        for _ in 0..<3 {
            if place >= end { return false }
            place += Int(message.octet(at: place)) + 1
        }
        if place >= end || message.octet(at: place) == 0 { return false }
        name = place
        for index in 0..<Int(message.octet(at: flags - 1)) {
            switch message.octet(at: flags + index) | 0x20 {
            case UInt8(ascii: "a"): return true
            case UInt8(ascii: "s"):
                types.0 = .srv
                typeCount = 1
                return true
            default: continue
            }
        }
        return false
    }

    /// One of the types that help.
    func type(_ index: Int) -> RecordType {
        switch index {
        case 0: types.0
        case 1: types.1
        case 2: types.2
        default: types.3
        }
    }
}
