internal import Diagnostics

/// A place in the bytes of a master file (RFC 1035 §5.1) that moves forward over blanks and words.
///
/// Readers convert words where they stand: nothing is copied but what goes into the record. The bytes
/// end with a line feed that is not part of the text, so that every word has an end.
struct Lexer: ~Escapable {
    let bytes: Span<UInt8>
    /// The offset of the line feed that isn't part of the text.
    let end: Int
    /// The offset of the next byte.
    var offset = 0
    /// Parentheses that are open.
    var depth = 0
    /// Where the outermost open parenthesis is.
    var openedAt = 0
    /// Whether reading went on once inside an open parenthesis.
    var hasResumed = false
    /// Whether a mistake will be shown, so that it is worth looking for what was meant.
    var wantsHints = true
    /// Something doubtful in this entry, and where.
    var suspicion: (kind: Suspicion, range: Range<Int>)?

    /// At the start of bytes, whose last is a line feed of ours.
    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
        end = bytes.count - 1
    }

    /// Whether everything has been read.
    var isAtEnd: Bool { offset >= end }

    /// The next byte.
    var next: UInt8 {
        @inline(__always) get { bytes[offset] }
    }

    /// Whether the entry's last line ends here; what is blank must have been skipped.
    var isAtEntryEnd: Bool {
        @inline(__always) get { bytes[offset] == UInt8(ascii: "\n") }
    }

    /// Steps over blanks and comments, over line ends too while a parenthesis is open.
    @inline(__always)
    mutating func skipBlanks() {
        var index = offset
        while bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") { index += 1 }
        offset = index
        if Self.isMark(bytes[index]) { skipMore() }
    }

    /// The rarer part of skipping.
    @inline(never)
    private mutating func skipMore() {
        while true {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): offset += 1
            case UInt8(ascii: "\r"):
                if bytes[offset + 1] != UInt8(ascii: "\n") { return }
                offset += 1
            case UInt8(ascii: "\n"):
                if depth == 0 || isAtEnd { return }
                offset += 1
            case UInt8(ascii: "("):
                if depth == 0 { openedAt = offset }
                depth += 1
                offset += 1
            case UInt8(ascii: ")"):
                if depth == 0 { return }
                depth -= 1
                offset += 1
            case UInt8(ascii: ";"):
                while bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
            default: return
            }
        }
    }

    /// Steps over the end of an entry; nothing but blanks may come before it.
    @inline(__always)
    mutating func finishEntry() throws(Mistake) {
        if depth > 0 || !isAtEntryEnd { skipBlanks() }
        if !isAtEntryEnd { throw surplus() }
        if depth > 0 { throw unclosedParenthesis() }
        if offset < end { offset += 1 }
    }

    /// Whether a byte other than DEL can't be in a word.
    @inline(__always)
    private static func isMark(_ byte: UInt8) -> Bool { byte < 64 && wordEnds &>> UInt64(byte) & 1 != 0 }

    /// Whether a byte can't be in a word: blanks, control bytes, quotes, parentheses and comments.
    @inline(__always)
    static func endsWord(_ byte: UInt8) -> Bool { isMark(byte) || byte == 127 }

    /// The bits of 0 to 32 and of `"`, `(`, `)` and `;`.
    static let wordEnds: UInt64 = 0x1_FFFF_FFFF | 1 << 34 | 1 << 40 | 1 << 41 | 1 << 59
}

extension Lexer {
    /// The range of the word or quoted text here, at least one byte; for messages.
    func wordRange(from start: Int) -> Range<Int> {
        var index = start
        if bytes[index] == UInt8(ascii: "\"") {
            index += 1
            while index < end, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\n") {
                index += bytes[index] == UInt8(ascii: "\\") && bytes[index + 1] != UInt8(ascii: "\n") ? 2 : 1
            }
            return start..<(index < end && bytes[index] == UInt8(ascii: "\"") ? index + 1 : index)
        }
        while !Self.endsWord(bytes[index]) {
            index += bytes[index] == UInt8(ascii: "\\") && !Self.isLineEnd(bytes[index + 1]) ? 2 : 1
        }
        return start..<max(index, min(start + 1, end))
    }

    static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    /// The text of a range, for messages: 60 bytes at most, mended where it isn't UTF-8.
    func string(_ range: Range<Int>) -> String {
        let shown = range.prefix(60).map { bytes[$0] }
        return String(decoding: shown, as: UTF8.self) + (range.count > 60 ? "..." : "")
    }

    /// What was probably meant by a word.
    func meant(_ word: String, among candidates: @autoclosure () -> [String]) -> String? {
        wantsHints ? suggestion(for: word, among: candidates()).map { "did you mean '\($0)'?" } : nil
    }

    /// The octets of a range.
    func octets(_ range: Range<Int>) -> [UInt8] {
        range.map { bytes[$0] }
    }

    /// The whole text of a range.
    func fullString(_ range: Range<Int>) -> String {
        String(decoding: range.map { bytes[$0] }, as: UTF8.self)
    }

    /// What is wrong with the byte here, where something was expected.
    @inline(never)
    func unexpected(_ what: String) -> Mistake {
        let here = offset..<min(offset + 1, end)
        var mistake: Mistake
        switch bytes[offset] {
        case UInt8(ascii: "\n"):
            if depth > 0 { return unclosedParenthesis() }
            mistake = Mistake("the \(what) is missing", at: offset..<offset)
            mistake.concernsForm = true
        case UInt8(ascii: ")"): mistake = Mistake("')' without a '(' before it", at: here)
        case UInt8(ascii: "\""):
            mistake = Mistake("the \(what) can't be in quotes", at: wordRange(from: offset))
        case UInt8(ascii: "\r"): mistake = Mistake("carriage return that ends no line", at: here)
        case let byte where byte < 32 || byte == 127:
            let digits = String(byte, radix: 16, uppercase: true)
            mistake = Mistake("control byte 0x\(byte < 16 ? "0" : "")\(digits)", at: here)
        default:
            let range = wordRange(from: offset)
            mistake = Mistake("unexpected '\(string(range))' where the \(what) is expected", at: range)
        }
        return mistake
    }

    /// What is wrong with the byte at the end of a word that began at `start`.
    @inline(__always)
    func badWordEnd(_ start: Int, at index: Int) -> Mistake? {
        Self.isBlankOrEnd(bytes[index]) ? nil : rareWordEnd(start, at: index)
    }

    /// Whether a byte is what mostly ends a word.
    @inline(__always)
    static func isBlankOrEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
    }

    @inline(never)
    private func rareWordEnd(_ start: Int, at index: Int) -> Mistake? {
        switch bytes[index] {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: ";"):
            return nil
        case UInt8(ascii: "\r") where bytes[index + 1] == UInt8(ascii: "\n"): return nil
        case UInt8(ascii: "\""):
            return Mistake(
                "quote inside '\(string(start..<index))'", at: index..<(index + 1),
                hint: "a quote that belongs to the text is written as \\\"")
        default:
            var copy = self
            copy.offset = index
            return copy.unexpected("text")
        }
    }

    private func surplus() -> Mistake {
        let byte = bytes[offset]
        if byte < 32 || byte == 127 || byte == UInt8(ascii: ")") { return unexpected("end") }
        let range = wordRange(from: offset)
        var mistake = Mistake("unexpected '\(string(range))' after the end of the data", at: range)
        mistake.concernsForm = true
        return mistake
    }

    /// An open parenthesis at the end of the file, reported where it was opened.
    func unclosedParenthesis() -> Mistake {
        Mistake(
            "'(' is never closed", at: openedAt..<(openedAt + 1),
            hint: "a record that goes over several lines ends with ')'")
    }
}
