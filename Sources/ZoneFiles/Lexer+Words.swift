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

    /// Steps over a word; its letters as capitals, the last in the lowest eight bits; 0 if it is longer
    /// than eight bytes or has others than letters, digits and hyphens.
    @inline(__always)
    mutating func packedWord(_ what: String) throws(Mistake) -> (packed: UInt64, range: Range<Int>) {
        let start = offset
        var index = start
        var packed: UInt64 = 0
        while true {
            let byte = bytes[index]
            let letter = byte & 0xDF
            if letter &- 65 < 26 {
                packed = packed << 8 | UInt64(letter)
            } else if byte &- 48 < 10 || byte == UInt8(ascii: "-") {
                packed = packed << 8 | UInt64(byte)
            } else {
                break
            }
            index += 1
        }
        if bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t"), index > start {
            offset = index
            return (index - start > 8 ? 0 : packed, start..<index)
        }
        let range = try word(what)
        return (range.count > 8 || index < range.upperBound ? 0 : packed, range)
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
