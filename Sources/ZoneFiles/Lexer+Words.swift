extension Lexer {
    /// Steps over a word without quotes; gives its range, escapes in it not resolved.
    mutating func word(_ what: String) throws(Mistake) -> Range<Int> {
        let start = offset
        var index = start
        while !Self.endsWord(bytes[index]) {
            index += bytes[index] == UInt8(ascii: "\\") && !Self.isLineEnd(bytes[index + 1]) ? 2 : 1
        }
        if index == start { throw unexpected(what) }
        if let mistake = badWordEnd(start, at: index) { throw mistake }
        offset = index
        return start..<index
    }

    /// The word here, its letters as capitals and the last byte lowest, and its length: if that is at most seven bytes
    /// and a blank, a line's end or another control byte comes behind it, else 0. Bytes that no word has may be among
    /// them. Nothing is stepped over.
    @inline(__always)
    func shortWord() -> (packed: UInt64, length: Int) {
        guard let word = eightBytes(at: offset) else { return (0, 0) }
        let ends = Self.below(0x21, in: word) & Self.high
        let bits = UInt64(truncatingIfNeeded: ends.trailingZeroBitCount & 0x78)
        if ends == 0 || bits == 0 { return (0, 0) }
        let packed = word.byteSwapped &>> (64 &- bits)
        return (packed & ~((packed & Self.ones &* 0x40) &>> 1), Int(truncatingIfNeeded: bits) / 8)
    }

    /// Reads a word or a quoted text and appends its octets, escapes resolved.
    mutating func text(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        if next == UInt8(ascii: "\"") { return try quoted(into: &buffer) }
        let start = offset
        while true {
            let byte = bytes[offset]
            if Self.endsWord(byte) { break }
            if byte == UInt8(ascii: "\\") {
                buffer.append(try escape())
            } else {
                buffer.append(byte)
                offset += 1
            }
        }
        if offset == start { throw unexpected(what) }
        if let mistake = badWordEnd(start, at: offset) { throw mistake }
    }

    /// Reads a quoted text at its quote. Whatever stands in it belongs to it (RFC 1035 §5.1), but the end of
    /// a line, where a quote has been forgotten.
    private mutating func quoted(into buffer: inout WireBuffer) throws(Mistake) {
        let start = offset
        offset += 1
        while true {
            // By words, as far as nothing needs a further look.
            if buffer.capacity - buffer.count >= 8, let word = eightBytes(at: offset) {
                let stops = Self.textStops(in: word)
                let plain = stops.trailingZeroBitCount / 8
                buffer.append(word, count: plain)
                offset += plain
                if stops == 0 { continue }
            }
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") { break }
            if byte >= 32, byte != 127, byte != UInt8(ascii: "\\") {
                buffer.append(byte)
                offset += 1
            } else if byte == UInt8(ascii: "\\") {
                buffer.append(try escape())
            } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && isLineEnd(at: offset) {
                throw unclosedQuote(start)
            } else {
                if byte != UInt8(ascii: "\t") { suspicion = (.controlByteInText, start..<(offset + 1)) }
                buffer.append(byte)
                offset += 1
            }
        }
        offset += 1
        if !Self.endsWord(bytes[offset]) {
            throw Mistake(
                "no blank after the closing quote", at: offset..<(offset + 1),
                hint: "a quote that belongs to the text is written as \\\"")
        }
    }

    /// The highest bit of each byte, up to the first at least, that isn't plain in quotes: `"`, `\`, or a control byte.
    @inline(__always)
    private static func textStops(in word: UInt64) -> UInt64 {
        let special =
            zeros(word ^ ones &* 0x22) | zeros(word ^ ones &* 0x5C) | zeros(word ^ ones &* 0x7F)
        return (special | below(0x20, in: word)) & high
    }

    private func isLineEnd(at index: Int) -> Bool { bytes[index + 1] == UInt8(ascii: "\n") }

    private func unclosedQuote(_ start: Int) -> Mistake {
        var mistake = Mistake("quoted text is never closed", at: start..<(start + 1))
        mistake.resumption = lineEnd(after: start)
        return mistake
    }

    /// Reads a word or quoted text and appends it with its length in front (RFC 1035 §3.3).
    mutating func characterString(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        let start = offset
        let lengthIndex = buffer.count
        buffer.append(0 as UInt8)
        try text(what, into: &buffer)
        if buffer.isOverfull { return }
        let length = buffer.count - lengthIndex - 1
        if length > 255 {
            throw Mistake(
                "text of \(length) octets is longer than 255", at: start..<offset,
                hint: "divide it into several texts: \"...\" \"...\"")
        }
        buffer[lengthIndex] = UInt8(truncatingIfNeeded: length)
    }

    /// The rest of the entry, comments and line ends left out, words divided by one blank.
    mutating func remainingText() throws(Mistake) -> [UInt8] {
        var text: [UInt8] = []
        while true {
            skipBlanks()
            if isAtEntryEnd { return text }
            let range: Range<Int>
            if next == UInt8(ascii: "\"") {
                let start = offset
                // Read for its checks only.
                var ignored = WireBuffer(capacity: 4096)
                try quoted(into: &ignored)
                range = start..<offset
            } else {
                range = try word("text")
            }
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            for index in range { text.append(bytes[index]) }
        }
    }
}
