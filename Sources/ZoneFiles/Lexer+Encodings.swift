extension Lexer {
    /// Reads hexadecimal digits in one or more words up to the entry's end.
    mutating func hexRest(_ what: String, atLeast minimum: Int, into buffer: inout WireBuffer) throws(Mistake) {
        let start = offset
        let first = buffer.count
        var half: UInt8?
        while true {
            skipBlanks()
            if isAtEntryEnd { break }
            let range = try word(what)
            for index in range {
                guard let digit = Self.hexDigit(bytes[index]) else {
                    throw badDigit(what, range, index, "hexadecimal")
                }
                if let high = half {
                    buffer.append(high << 4 | digit)
                    half = nil
                } else {
                    half = digit
                }
            }
        }
        if half != nil {
            throw Mistake(
                "the \(what) has an odd number of hexadecimal digits", at: wordRange(from: start))
        }
        if buffer.count - first < minimum, !buffer.isOverfull { throw tooShort(what, start, minimum) }
    }

    private func badDigit(_ what: String, _ range: Range<Int>, _ index: Int, _ code: String) -> Mistake {
        Mistake(
            "invalid \(code) digit '\(string(index..<min(index + 1, range.upperBound)))' in the \(what)",
            at: index..<(index + 1))
    }

    private func tooShort(_ what: String, _ start: Int, _ minimum: Int) -> Mistake {
        if Self.endsWord(bytes[start]) {
            var copy = self
            copy.offset = start
            return copy.unexpected(what)
        }
        return Mistake("the \(what) is shorter than \(minimum) octets", at: wordRange(from: start))
    }

    /// Reads base64 (RFC 4648 §4) in one or more words up to the entry's end, padded.
    mutating func base64Rest(
        _ what: String, atLeast minimum: Int, into buffer: inout WireBuffer
    ) throws(Mistake) {
        let start = offset
        let first = buffer.count
        var decoder = Base64Decoder()
        while true {
            skipBlanks()
            if isAtEntryEnd { break }
            let range = try word(what)
            for index in range where !decoder.take(bytes[index], into: &buffer) {
                throw badDigit(what, range, index, "base64")
            }
        }
        if !decoder.isWhole {
            throw Mistake(
                "base64 of the \(what) ends early", at: wordRange(from: start),
                hint: "base64 comes in groups of four characters, the last one filled with '='")
        }
        if buffer.count - first < minimum, !buffer.isOverfull { throw tooShort(what, start, minimum) }
    }

    /// Reads one word of hexadecimal digits, `-` for none, and appends it with its length in front.
    mutating func salt(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        let range = try word(what)
        if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "-") {
            buffer.append(0 as UInt8)
            return
        }
        if range.count % 2 != 0 || range.count > 510 {
            throw Mistake(
                "the \(what) is not of pairs of hexadecimal digits", at: range,
                hint: "at most 255 pairs, or '-' for none")
        }
        buffer.append(UInt8(range.count / 2))
        for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            guard let high = Self.hexDigit(bytes[index]) else {
                throw badDigit(what, range, index, "hexadecimal")
            }
            guard let low = Self.hexDigit(bytes[index + 1]) else {
                throw badDigit(what, range, index + 1, "hexadecimal")
            }
            buffer.append(high << 4 | low)
        }
    }

    /// Reads one word of base32hex (RFC 4648 §7, RFC 5155 §3.3) and appends it with its length in front.
    mutating func hashedOwner(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        let range = try word(what)
        let lengthIndex = buffer.count
        buffer.append(0 as UInt8)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for index in range {
            let byte = bytes[index]
            let value: UInt8
            if byte &- 48 < 10 {
                value = byte - 48
            } else if (byte | 0x20) &- 97 < 22 {
                value = (byte | 0x20) - 87
            } else if byte == UInt8(ascii: "="), bytes[range.upperBound - 1] == byte {
                continue
            } else {
                throw badDigit(what, range, index, "base32")
            }
            bits = (bits << 5 | UInt32(value)) & 0xFFFF
            count += 5
            if count >= 8 {
                count -= 8
                buffer.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        let length = buffer.count - lengthIndex - 1
        if buffer.isOverfull || length == 0 || length > 255 || count >= 5 || bits & (1 << count - 1) != 0 {
            throw Mistake("invalid base32 '\(string(range))' as the \(what)", at: range)
        }
        buffer[lengthIndex] = UInt8(length)
    }

    /// Reads groups of exactly as many hexadecimal digits with a separator between them.
    mutating func groups(
        _ what: String, count: Int, digits: Int, atLeast minimum: Int, separator: UInt8,
        example: String, into buffer: inout WireBuffer
    ) throws(Mistake) {
        let range = try word(what)
        let mistake = Mistake(
            "invalid \(what) '\(string(range))'", at: range, hint: "it is written like \(example)")
        var index = range.lowerBound
        for group in 0..<count {
            let start = index
            var value: UInt16 = 0
            while index < range.upperBound, let digit = Self.hexDigit(bytes[index]), index - start < digits {
                value = value << 4 | UInt16(digit)
                index += 1
            }
            if index - start < minimum { throw mistake }
            if digits == 4 { buffer.append(value) } else { buffer.append(UInt8(truncatingIfNeeded: value)) }
            if group < count - 1 {
                if index >= range.upperBound || bytes[index] != separator { throw mistake }
                index += 1
            }
        }
        if index != range.upperBound { throw mistake }
    }
}

/// Base64 in the making: four characters are three octets.
struct Base64Decoder {
    private var bits: UInt32 = 0
    private var characters = 0
    private var padding = 0

    /// Whether nothing is left over.
    var isWhole: Bool { (characters + padding) % 4 == 0 }

    /// Takes a character; false if it can't come here.
    @inline(__always)
    mutating func take(_ byte: UInt8, into buffer: inout WireBuffer) -> Bool {
        let value: UInt8
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte + 4
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        case UInt8(ascii: "="):
            padding += 1
            // Two characters leave four bits over, three leave two; they are zero.
            return switch characters % 4 {
            case 2: padding <= 2 && bits & 15 == 0
            case 3: padding <= 1 && bits & 3 == 0
            default: false
            }
        default: return false
        }
        if padding > 0 { return false }
        bits = bits << 6 | UInt32(value)
        characters += 1
        switch characters % 4 {
        case 2: buffer.append(UInt8(truncatingIfNeeded: bits >> 4))
        case 3: buffer.append(UInt8(truncatingIfNeeded: bits >> 2))
        case 0: buffer.append(UInt8(truncatingIfNeeded: bits))
        default: break
        }
        return true
    }
}
