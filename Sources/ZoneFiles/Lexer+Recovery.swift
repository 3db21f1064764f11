extension Lexer {
    /// Steps behind an entry in which there is a mistake.
    ///
    /// - Returns: The mistake to report: an open parenthesis swallows the rest of the file, and then is
    ///   what to say.
    mutating func recover(from mistake: Mistake) -> Mistake {
        if let resumption = mistake.resumption {
            offset = resumption
            if depth == 0 { return mistake }
        }
        while true {
            skipBlanks()
            if isAtEntryEnd { break }
            skipAnything()
        }
        if depth == 0 {
            if offset < end { offset += 1 }
            return mistake
        }
        let unclosed = unclosedParenthesis()
        depth = 0
        // Once only, so that a file full of them takes two passes and not many.
        offset = hasResumed ? end : nextEntry(after: openedAt)
        hasResumed = true
        return unclosed
    }

    /// Steps behind an entry that belongs to a mistake told before.
    mutating func skipEntry() throws(Mistake) {
        while true {
            skipBlanks()
            if isAtEntryEnd { return try finishEntry() }
            skipAnything()
        }
    }

    /// Steps over one word, quoted text or stray byte.
    private mutating func skipAnything() {
        offset = max(wordRange(from: offset).upperBound, min(offset + 1, end))
    }

    /// The start of the next line that looks like that of an entry: nothing blank in front.
    private func nextEntry(after start: Int) -> Int {
        var index = start
        while index < end {
            if bytes[index] == UInt8(ascii: "\n") {
                switch bytes[index + 1] {
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
                    UInt8(ascii: ";"), UInt8(ascii: ")"):
                    break
                default: return index + 1
                }
            }
            index += 1
        }
        return end
    }

    /// The start of the line after an offset.
    func lineEnd(after start: Int) -> Int {
        var index = start
        while index < end, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        return min(index + 1, end)
    }
}
