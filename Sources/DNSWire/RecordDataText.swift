internal import Addresses

extension RecordData {
    /// The presentation form of data, on one line; in the form of RFC 3597 §5 where the type has none,
    /// or where the bytes are no valid data of the type.
    public static func text(_ type: RecordType, _ data: Span<UInt8>) -> String {
        guard let layout = RecordLayout.of(type), (try? validate(type, data)) != nil else {
            return opaqueText(data)
        }
        var writer = RecordDataWriter(data)
        for field in layout.fields { writer.write(field) }
        guard let words = writer.words, !words.isEmpty else { return opaqueText(data) }
        return words.joined(separator: " ")
    }

    /// The presentation form of data; see ``text(_:_:)-(_,Span<UInt8>)``.
    public static func text(_ type: RecordType, _ data: [UInt8]) -> String {
        text(type, data.span)
    }

    /// `\# LENGTH HEX`.
    static func opaqueText(_ data: Span<UInt8>) -> String {
        let hex = hexadecimal(data.indices.map { data[$0] })
        return hex.isEmpty ? "\\# 0" : "\\# \(data.count) \(hex)"
    }

    /// Octets as pairs of capital digits.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// A character-string in quotes, with escapes where a reader needs them.
    static func quoted(_ bytes: some Sequence<UInt8>) -> String {
        "\"\(escaped(bytes, UInt8(ascii: "\""), UInt8(ascii: "\\")))\""
    }

    static func escaped(_ bytes: some Sequence<UInt8>, _ specials: UInt8...) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if specials.contains(byte) {
                text += [UInt8(ascii: "\\"), byte]
            } else if (0x20...0x7E).contains(byte) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "\\"), 48 + byte / 100, 48 + byte / 10 % 10, 48 + byte % 10]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(
                    place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Base32 with the extended alphabet, without padding (RFC 4648 §7, RFC 5155 §3.3).
    static func base32hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUV".utf8)
        var text: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in bytes {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= 5 {
                count -= 5
                text.append(digits[bits >> count & 31])
            }
        }
        if count > 0 { text.append(digits[bits << (5 - count) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Turns valid data into words, field by field.
struct RecordDataWriter: ~Escapable {
    let data: Span<UInt8>
    var offset = 0
    /// The words so far; nil once a field has come that has no presentation form.
    var words: [String]? = []

    @_lifetime(copy data)
    init(_ data: Span<UInt8>) {
        self.data = data
    }

    mutating func add(_ word: String) { words?.append(word) }

    mutating func take(_ count: Int) -> [UInt8] {
        let end = min(offset + count, data.count)
        defer { offset = end }
        return (offset..<end).map { data[$0] }
    }

    mutating func rest() -> [UInt8] { take(data.count - offset) }

    mutating func number(_ octets: Int) -> Int { take(octets).reduce(0) { $0 << 8 | Int($1) } }

    mutating func string() -> [UInt8] { take(number(1)) }

    mutating func name() -> String {
        var wire: [UInt8] = []
        while offset < data.count {
            let label = take(1 + Int(data[offset]))
            wire += label
            // The root; the last octet of another label may be 0 too.
            if label.count == 1 { break }
        }
        return DomainName(wire: wire)?.description ?? "."
    }

    mutating func ipv4() -> String { IPv4Address(rawValue: UInt32(number(4))).description }

    mutating func ipv6() -> String { IPv6Address(bytes: take(16))?.description ?? "::" }
}
