internal import DNSWire

extension Lexer {
    /// Reads a domain name in presentation form (RFC 1035 §5.1) and appends it in wire form.
    ///
    /// Without a dot at its end the name is relative to the origin; `@` is the origin itself.
    @inline(__always)
    mutating func name(
        _ what: String, into buffer: inout WireBuffer, origin: borrowing WireBuffer
    ) throws(Mistake) {
        if !plainName(into: &buffer, origin: origin) {
            try anyName(what, into: &buffer, origin: origin)
        }
    }

    /// Reads a name as nearly all are, without anything that needs a further look: by words. False, and nothing read, if
    /// it is another.
    private mutating func plainName(into buffer: inout WireBuffer, origin: borrowing WireBuffer) -> Bool {
        let nameStart = buffer.count
        // No plain name is longer; its last word may reach beyond its end.
        if buffer.capacity - nameStart < 512 + origin.count { return false }
        var labelStart = nameStart
        var place = nameStart + 1
        var index = offset
        while true {
            guard let word = eightBytes(at: index), place &- nameStart < 256 else { return false }
            let stops = Self.stops(in: word)
            let plain = stops.trailingZeroBitCount / 8
            buffer.put(word, at: place)
            place &+= plain
            index &+= plain
            if stops == 0 { continue }
            let length = place &- labelStart &- 1
            if !(1...63).contains(length) { return false }
            buffer.put(UInt8(truncatingIfNeeded: length), at: labelStart)
            let byte = UInt8(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: plain &* 8))
            if byte == UInt8(ascii: ".") {
                labelStart = place
                buffer.put(0 as UInt8, at: place)
                place &+= 1
                index &+= 1
                if !Self.isBlankOrEnd(bytes[index]) { continue }
                buffer.extend(to: place)
            } else if Self.isBlankOrEnd(byte) {
                buffer.extend(to: place)
                if labelStart > nameStart, endsLikeOrigin(buffer, from: nameStart, origin) {
                    suspicion = (.missingFinalDot, offset..<index)
                }
                buffer.append(contentsOf: origin.octets)
            } else {
                return false
            }
            if buffer.count &- nameStart > 255 {
                buffer.truncate(to: nameStart)
                return false
            }
            offset = index
            return true
        }
    }

    /// Eight bytes from an index on, the first lowest; nil near the end.
    @inline(__always)
    func eightBytes(at index: Int) -> UInt64? {
        index <= bytes.count - 8 ? unsafe bytes.bytes.big64(at: index).byteSwapped : nil
    }

    /// One in each byte, and the highest bit of each.
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let high: UInt64 = 0x8080_8080_8080_8080

    /// With the highest bit of each byte that is zero, and perhaps of some behind the first that is.
    @inline(__always)
    static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }

    /// With the highest bit of each byte that is less than a limit below 128.
    @inline(__always)
    static func below(_ limit: UInt64, in word: UInt64) -> UInt64 { ~((word | high) &- ones &* limit) & ~word }

    /// The highest bit of each byte up to the first, at least, that isn't plain in a name or may not be: that is neither
    /// a hyphen nor above a dot, or is one of `;`, `@` and `\`, or above 126.
    @inline(__always)
    static func stops(in word: UInt64) -> UInt64 {
        let full = word | high
        let aboveDot = full &- ones &* 0x2F
        let hyphen = (full &- ones &* 0x2D) & ~(full &- ones &* 0x2E)
        let special =
            zeros(word ^ ones &* 0x3B) | zeros(word ^ ones &* 0x40) | zeros(word ^ ones &* 0x5C)
            | zeros(word ^ ones &* 0x7F)
        return (~(aboveDot | hyphen) | special | word) & high
    }

    /// Reads any name.
    @inline(never)
    private mutating func anyName(
        _ what: String, into buffer: inout WireBuffer, origin: borrowing WireBuffer
    ) throws(Mistake) {
        let start = offset
        let nameStart = buffer.count
        var labelStart = nameStart
        var index = start
        buffer.append(0 as UInt8)
        while true {
            let byte = bytes[index]
            if Self.isPlainInName(byte) {
                buffer.append(byte)
                index += 1
            } else if byte == UInt8(ascii: ".") {
                let length = buffer.count - labelStart - 1
                if length == 0 || length > 63 {
                    if index == start, Self.endsWord(bytes[index + 1]) {
                        // The root alone.
                        index += 1
                        break
                    }
                    throw badLabel(start, index)
                }
                buffer[labelStart] = UInt8(truncatingIfNeeded: length)
                labelStart = buffer.count
                buffer.append(0 as UInt8)
                index += 1
            } else if byte == UInt8(ascii: "\\") {
                offset = index
                buffer.append(try escape())
                index = offset
            } else if byte == UInt8(ascii: "@") {
                let endsLabel = Self.endsWord(bytes[index + 1]) || bytes[index + 1] == UInt8(ascii: ".")
                if buffer.count == labelStart + 1, endsLabel {
                    if index == start, bytes[index + 1] != UInt8(ascii: ".") {
                        buffer.truncate(to: nameStart)
                        index += 1
                        break
                    }
                    throw Mistake(
                        "'@' in name '\(string(wordRange(from: start)))'", at: index..<(index + 1),
                        hint: "'@' is the origin where it stands alone; else it is written as \\@")
                }
                suspicion = (.atSignInName, wordRange(from: start))
                buffer.append(byte)
                index += 1
            } else if byte >= 128 {
                suspicion = (.nameOutsideASCII, wordRange(from: start))
                buffer.append(byte)
                index += 1
            } else {
                break
            }
        }
        if index == start {
            offset = start
            throw unexpected(what)
        }
        if let mistake = badWordEnd(start, at: index) { throw mistake }
        offset = index
        let length = buffer.count - labelStart - 1
        if length > 0 {
            if length > 63 { throw badLabel(start, index) }
            buffer[labelStart] = UInt8(truncatingIfNeeded: length)
            if labelStart > nameStart, endsLikeOrigin(buffer, from: nameStart, origin) {
                suspicion = (.missingFinalDot, start..<index)
            }
            buffer.append(contentsOf: origin.octets)
        } else if buffer.count == nameStart {
            buffer.append(contentsOf: origin.octets)
        }
        if buffer.count - nameStart > 255 || buffer.isOverfull {
            throw Mistake(
                "name is longer than 255 octets", at: start..<index,
                hint: bytes[index - 1] == UInt8(ascii: ".")
                    ? nil : "a name without a dot at its end has the origin added")
        }
    }

    /// Whether a byte stands for itself in a name: no word end, dot, at sign, backslash or octet above 126.
    @inline(__always)
    private static func isPlainInName(_ byte: UInt8) -> Bool {
        byte < 64
            ? (wordEnds | 1 << 46) >> UInt64(byte) & 1 == 0
            : byte < 128 && (1 | 1 << 28 | 1 << 63) as UInt64 >> UInt64(byte & 63) & 1 == 0
    }

    /// Reads `\X` or `\DDD` at its backslash.
    mutating func escape() throws(Mistake) -> UInt8 {
        let byte = bytes[offset + 1 > end ? end : offset + 1]
        if byte &- 48 < 10 {
            var value = 0
            for place in 1...3 {
                let digit = bytes[min(offset + place, end)]
                if digit &- 48 > 9 { throw badEscape(place) }
                value = value * 10 + Int(digit - 48)
            }
            if value > 255 { throw badEscape(4) }
            offset += 4
            return UInt8(value)
        }
        if byte < 32 || byte == 127 { throw badEscape(1) }
        offset += 2
        return byte
    }

    private func badEscape(_ length: Int) -> Mistake {
        let range = offset..<min(offset + length, end)
        return Mistake(
            "invalid escape '\(string(range))'", at: range,
            hint: "a backslash is followed by three digits up to 255, or by one character that is no digit")
    }

    /// An empty label or one that is too long, before the dot or end at `index`.
    private func badLabel(_ start: Int, _ index: Int) -> Mistake {
        let word = wordRange(from: start)
        var labelStart = start
        var place = start
        while place < index {
            if bytes[place] == UInt8(ascii: ".") { labelStart = place + 1 }
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        if labelStart >= index {
            return Mistake(
                "empty label in name '\(string(word))'", at: word, hint: "two dots, or a dot in front")
        }
        return Mistake(
            "label exceeds 63 octets", at: labelStart..<index,
            hint: "the parts of a name between dots have at most 63 octets each")
    }

    /// Whether the name that begins at an index of the buffer, still without the origin, ends with it.
    private func endsLikeOrigin(
        _ buffer: borrowing WireBuffer, from nameStart: Int, _ origin: borrowing WireBuffer
    ) -> Bool {
        let length = origin.count - 1
        let start = buffer.count - length
        if length == 0 || start < nameStart { return false }
        var index = 0
        while index < length {
            if buffer[start + index] | 0x20 != origin[index] | 0x20 { return false }
            index += 1
        }
        return true
    }
}
