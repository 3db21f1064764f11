import Diagnostics

/// One token of named.conf's grammar.
enum Token {
    case word(Word)
    case open(Place)
    case close(Place)
    case semicolon(Place)
    case end(Place)

    var place: Place {
        switch self {
        case .word(let word): word.place
        case .open(let place), .close(let place), .semicolon(let place), .end(let place): place
        }
    }

    /// The token in quotes, for messages.
    var name: String {
        switch self {
        case .word(let word): "'\(word.text.prefix(40))'"
        case .open: "'{'"
        case .close: "'}'"
        case .semicolon: "';'"
        case .end: "the end of the file"
        }
    }
}

/// Splits a text into tokens, as BIND does: words end at blanks, braces, `;`, `"` and comments; `!` stands
/// alone; comments are `/* */`, `//` and `#`; a quoted string may span lines.
struct Tokenizer {
    private let source: Source
    private var cursor: ByteCursor
    /// The first string that spans lines although its first line holds a `;`: where a quote is probably missing.
    private var suspectQuote: Int?

    init(_ source: Source) {
        self.source = source
        cursor = ByteCursor(source.text)
        if source.text.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { cursor.advance(by: 3) }
    }

    /// The next token; at the end `end`, again and again. A mistake is told and stepped over.
    mutating func next(_ report: (Diagnostic) -> Void) -> Token {
        skipBlanksAndComments(report)
        let start = cursor.offset
        guard let byte = cursor.next else { return .end(lastPlace) }
        switch byte {
        case UInt8(ascii: "{"):
            cursor.advance()
            return .open(place(from: start))
        case UInt8(ascii: "}"):
            cursor.advance()
            return .close(place(from: start))
        case UInt8(ascii: ";"):
            cursor.advance()
            return .semicolon(place(from: start))
        case UInt8(ascii: "!"):
            cursor.advance()
            return .word(Word(text: "!", isQuoted: false, place: place(from: start)))
        case UInt8(ascii: "\""):
            return .word(quoted(report))
        default:
            while let byte = cursor.next, !Self.endsWord(byte), !isAtComment { cursor.advance() }
            let text = source.text.string(start..<cursor.offset)
            return .word(Word(text: text, isQuoted: false, place: place(from: start)))
        }
    }

    private func place(from start: Int) -> Place { Place(source, start..<cursor.offset) }

    /// The last character that is not blank, which says more than an empty line after it.
    private var lastPlace: Place {
        let bytes = source.text.bytes
        let last = bytes.lastIndex { $0 > UInt8(ascii: " ") } ?? 0
        return Place(source, last..<min(last + 1, bytes.count))
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...UInt8(ascii: " "), 0x7F, UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ";"),
            UInt8(ascii: "\""), UInt8(ascii: "!"), UInt8(ascii: "#"):
            true
        default: false
        }
    }

    private var isAtComment: Bool {
        cursor.next == UInt8(ascii: "/")
            && (cursor.afterNext == UInt8(ascii: "/") || cursor.afterNext == UInt8(ascii: "*"))
    }

    private mutating func skipBlanksAndComments(_ report: (Diagnostic) -> Void) {
        while let byte = cursor.next {
            if byte <= UInt8(ascii: " ") || byte == 0x7F {
                cursor.advance()
            } else if byte == UInt8(ascii: "#") {
                cursor.skipLine()
            } else if isAtComment {
                if cursor.afterNext == UInt8(ascii: "/") {
                    cursor.skipLine()
                } else {
                    skipBlockComment(report)
                }
            } else {
                return
            }
        }
    }

    private mutating func skipBlockComment(_ report: (Diagnostic) -> Void) {
        let start = cursor.offset
        cursor.advance(by: 2)
        while !cursor.isAtEnd {
            if cursor.next == UInt8(ascii: "*"), cursor.afterNext == UInt8(ascii: "/") {
                cursor.advance(by: 2)
                return
            }
            cursor.advance()
        }
        report(
            Place(source, start..<(start + 2)).diagnostic(
                .error, "this comment has no end", hint: "'*/' ends it"))
    }

    /// A string; `\"` is a quote inside it, any other backslash stays.
    private mutating func quoted(_ report: (Diagnostic) -> Void) -> Word {
        let start = cursor.offset
        cursor.advance()
        var text: [UInt8] = []
        var isFirstLine = true
        var holdsSemicolon = false
        while let byte = cursor.next {
            cursor.advance()
            switch byte {
            case UInt8(ascii: "\""):
                let word = String(decoding: text, as: UTF8.self)
                return Word(text: word, isQuoted: true, place: place(from: start))
            case UInt8(ascii: "\\"):
                guard let escaped = cursor.next else { break }
                cursor.advance()
                if escaped != UInt8(ascii: "\"") { text.append(byte) }
                text.append(escaped)
                continue
            case UInt8(ascii: "\n"):
                if isFirstLine, holdsSemicolon, suspectQuote == nil { suspectQuote = start }
                isFirstLine = false
            case UInt8(ascii: ";"):
                holdsSemicolon = true
            default: break
            }
            text.append(byte)
        }
        let opening = suspectQuote ?? start
        report(Place(source, opening..<(opening + 1)).diagnostic(.error, "this quoted string has no end"))
        return Word(text: String(decoding: text, as: UTF8.self), isQuoted: true, place: place(from: start))
    }
}
