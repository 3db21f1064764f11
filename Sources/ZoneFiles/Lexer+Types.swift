internal import DNSWire

extension Lexer {
    /// The type that a word names; nil if there is none.
    func recordType(_ range: Range<Int>) -> RecordType? {
        // Longer words than TYPE65535 and NSEC3PARAM are none; others than ASCII have no place in one.
        if range.count > 16 || range.contains(where: { bytes[$0] >= 128 }) { return nil }
        return RecordType(fullString(range))
    }

    /// The types that zones are full of, by their mnemonics as ``shortWord()`` packs them.
    @inline(__always)
    static func commonType(_ packed: UInt64) -> RecordType? {
        switch packed {
        case 0x41: .a
        case 0x4E_53: .ns
        case 0x44_53: .ds
        case 0x4D_58: .mx
        case 0x54_58_54: .txt
        case 0x53_4F_41: .soa
        case 0x53_52_56: .srv
        case 0x50_54_52: .ptr
        case 0x41_41_41_41: .aaaa
        case 0x4E_53_45_43: .nsec
        case 0x43_4E_41_4D_45: .cname
        case 0x52_52_53_49_47: .rrsig
        case 0x4E_53_45_43_33: .nsec3
        case 0x44_4E_53_4B_45_59: .dnskey
        default: nil
        }
    }

    /// Reads the mnemonic of a type.
    mutating func type(_ what: String) throws(Mistake) -> RecordType {
        let (packed, length) = shortWord()
        if let type = Self.commonType(packed) {
            offset += length
            return type
        }
        let range = try word(what)
        if let type = recordType(range) { return type }
        throw unknownType(range)
    }

    /// What to say about a word that is no type.
    func unknownType(_ range: Range<Int>) -> Mistake {
        let text = string(range)
        var hint = meant(text, among: RecordType.mnemonicsInZones + ["IN"])
        if text.first == "$" { hint = "a directive begins in the line's first column" }
        return Mistake("unknown type '\(text)'", at: range, hint: hint)
    }

    /// Reads mnemonics of types up to the entry's end into windows of bits (RFC 4034 §4.1.2).
    mutating func typeBitmap(
        _ what: String, atLeast minimum: Int, into buffer: inout WireBuffer
    ) throws(Mistake) {
        let start = buffer.count
        var others: [UInt16] = []
        // Window 0, at its full length first.
        buffer.append(0 as UInt8)
        buffer.append(32 as UInt8)
        for _ in 0..<4 { buffer.append(0 as UInt64) }
        if buffer.isOverfull { return }
        var last = -1
        while true {
            skipBlanks()
            if isAtEntryEnd { break }
            let number = try typeInZones().rawValue
            if number > 255 {
                others.append(number)
                continue
            }
            buffer[start + 2 + Int(number >> 3)] |= 0x80 >> UInt8(number & 7)
            last = max(last, Int(number >> 3))
        }
        if last < 0, others.isEmpty, minimum > 0 { throw unexpected(what) }
        if last < 0 {
            buffer.truncate(to: start)
        } else {
            buffer[start + 1] = UInt8(last + 1)
            buffer.truncate(to: start + last + 3)
        }
        if !others.isEmpty { Self.append(windowsOf: others.sorted(), to: &buffer) }
    }

    /// Reads the mnemonic of a type that zones have; of the others only NXNAME has a place among them
    /// (RFC 4034 §4.1.2, RFC 9824 §4).
    private mutating func typeInZones() throws(Mistake) -> RecordType {
        let start = offset
        let type = try type("type")
        if type.isMeta, type.rawValue != 128 {
            throw Mistake("no zone holds records of type \(type)", at: wordRange(from: start))
        }
        return type
    }

    /// Reads mnemonics of types below 128 up to the entry's end into bits (RFC 2535 §5.2).
    mutating func oldTypeBitmap(into buffer: inout WireBuffer) throws(Mistake) {
        var bits: [UInt8] = []
        while true {
            skipBlanks()
            if isAtEntryEnd { break }
            let start = offset
            let number = Int(try typeInZones().rawValue)
            if number > 127 {
                throw Mistake(
                    "NXT has no place for type \(string(wordRange(from: start)))",
                    at: wordRange(from: start), hint: "its types are below 128")
            }
            while bits.count <= number / 8 { bits.append(0) }
            bits[number / 8] |= 0x80 >> UInt8(number % 8)
        }
        buffer.append(contentsOf: bits)
    }

    private static func append(windowsOf types: [UInt16], to buffer: inout WireBuffer) {
        var index = 0
        while index < types.count {
            let window = types[index] >> 8
            buffer.append(UInt8(window))
            let lengthIndex = buffer.count
            buffer.append(0 as UInt8)
            while index < types.count, types[index] >> 8 == window {
                let bit = Int(types[index] & 255)
                while buffer.count - lengthIndex - 1 <= bit / 8, !buffer.isOverfull {
                    buffer.append(0 as UInt8)
                }
                if buffer.isOverfull { return }
                buffer[lengthIndex + 1 + bit / 8] |= 0x80 >> UInt8(bit % 8)
                index += 1
            }
            buffer[lengthIndex] = UInt8(buffer.count - lengthIndex - 1)
        }
    }

    /// Reads a number or one of the mnemonics that stand for numbers.
    mutating func mnemonic(
        _ what: String, upTo limit: UInt32, among names: [(String, UInt32)]
    ) throws(Mistake) -> UInt32 {
        if next &- 48 < 10 { return try number(what, upTo: limit) }
        let range = try word(what)
        let text = string(range).uppercased()
        if let known = names.first(where: { $0.0 == text }) { return known.1 }
        throw Mistake(
            "unknown \(what) '\(string(range))'", at: range,
            hint: meant(text, among: names.map(\.0)))
    }

    /// IANA's mnemonics of DNSSEC algorithms.
    static let algorithms: [(String, UInt32)] = [
        ("RSAMD5", 1), ("DH", 2), ("DSA", 3), ("ECC", 4), ("RSASHA1", 5), ("DSA-NSEC3-SHA1", 6),
        ("NSEC3DSA", 6), ("RSASHA1-NSEC3-SHA1", 7), ("NSEC3RSASHA1", 7), ("RSASHA256", 8), ("RSASHA512", 10),
        ("ECC-GOST", 12), ("ECCGOST", 12), ("ECDSAP256SHA256", 13), ("ECDSAP384SHA384", 14), ("ED25519", 15),
        ("ED448", 16), ("INDIRECT", 252), ("PRIVATEDNS", 253), ("PRIVATEOID", 254),
    ]

    /// IANA's mnemonics of the digests of DS (RFC 4034, 4509, 5933, 6605), in BIND's spelling too.
    static let digestTypes: [(String, UInt32)] = [
        ("SHA-1", 1), ("SHA1", 1), ("SHA-256", 2), ("SHA256", 2), ("GOST", 3), ("SHA-384", 4), ("SHA384", 4),
    ]

    /// RFC 4398 §2.1.
    static let certificateTypes: [(String, UInt32)] = [
        ("PKIX", 1), ("SPKI", 2), ("PGP", 3), ("IPKIX", 4), ("ISPKI", 5), ("IPGP", 6), ("ACPKIX", 7),
        ("IACPKIX", 8), ("URI", 253), ("OID", 254),
    ]
}
