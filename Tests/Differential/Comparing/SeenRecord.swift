import DNSWire

/// A record of an answer in a form that can be compared: names written out, in small letters.
struct SeenRecord: Hashable, Comparable {
    var owner: [UInt8]
    var type: RecordType
    var recordClass: UInt16
    var ttl: UInt32
    var data: [UInt8]

    static func < (a: Self, b: Self) -> Bool { a.sortKey.lexicographicallyPrecedes(b.sortKey) }

    private var sortKey: [UInt8] {
        owner + [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 255)] + data
    }

    /// The owner.
    var name: DomainName { DomainName(uncheckedWire: owner) }

    /// The same with no TTL.
    var withoutTTL: Self {
        var record = self
        record.ttl = 0
        return record
    }

    /// The type that a signature is of; nil for other records.
    var covered: RecordType? {
        type == .rrsig && data.count > 18 ? RecordType(UInt16(data[0]) << 8 | UInt16(data[1])) : nil
    }

    /// The name at a place of the data.
    func target(at place: Int) -> DomainName? {
        var end = place
        while end < data.count, data[end] != 0 { end += Int(data[end]) + 1 }
        return end < data.count ? DomainName(wire: data[place...end]) : nil
    }

    /// `www.example. 300 A c0000201`; of signatures only what they cover.
    var text: String {
        if let covered { return "\(name) \(ttl) RRSIG \(covered)" }
        return "\(name) \(ttl) \(type) \(dataText)"
    }

    private var dataText: String {
        switch type {
        case .a: return data.map { "\($0)" }.joined(separator: ".")
        case .ns, .cname, .dname, .ptr: return target(at: 0).map { "\($0)" } ?? "?"
        case .nsec:
            guard let next = target(at: 0) else { return "?" }
            return "\(next) \(Self.types(data[next.wire.count...]))"
        case .nsec3:
            let salt = Int(data[4])
            let hash = Int(data[5 + salt])
            return
                "\(Self.hex(data[..<(6 + salt)])) \(Self.base32(Array(data[(6 + salt)..<(6 + salt + hash)]))) "
                + Self.types(data[(6 + salt + hash)...])
        default:
            return data.count > 40
                ? Self.hex(data[..<24]) + "...\(data.count)" : Self.hex(data[...])
        }
    }

    private static func types(_ map: ArraySlice<UInt8>) -> String {
        var types: [String] = []
        var rest = map
        while let window = rest.popFirst(), let count = rest.popFirst() {
            for index in 0..<min(Int(count), rest.count) {
                let octet = rest[rest.startIndex + index]
                for bit in 0..<8 where octet & (0x80 >> bit) != 0 {
                    types.append("\(RecordType(UInt16(window) << 8 | UInt16(index * 8 + bit)))")
                }
            }
            rest = rest.dropFirst(Int(count))
        }
        return types.joined(separator: " ")
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Base32 with the extended hexadecimal alphabet (RFC 4648 §7), for lengths that need no padding.
    static func base32(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdefghijklmnopqrstuv")
        var text = ""
        var (bits, count) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(digits[bits >> count & 31])
            }
            bits &= 0xFF
        }
        return text
    }
}
