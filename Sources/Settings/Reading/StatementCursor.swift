import Addresses
import Diagnostics

/// Reads the elements of one statement from left to right; mistakes go to the reading.
struct StatementCursor {
    let statement: Statement
    let reading: Reading
    private(set) var index: Int
    /// Set by the first mistake of the statement: what follows from it is not told.
    private(set) var hasFailed = false

    /// After the statement's keyword.
    init(_ statement: Statement, _ reading: Reading, after index: Int = 1) {
        self.statement = statement
        self.reading = reading
        self.index = index
    }

    /// The statement's keyword.
    var name: Word {
        if case .word(let word) = statement.elements[0] { return word }
        return Word(text: "{", isQuoted: true, place: statement.place)
    }

    var next: Element? { index < statement.elements.count ? statement.elements[index] : nil }

    /// The next word, which is not stepped over.
    var nextWord: Word? {
        if case .word(let word) = next { word } else { nil }
    }

    mutating func advance() { index += 1 }

    mutating func fail(
        _ message: String, at place: Place? = nil, hint: String? = nil, notes: [Diagnostic.Note] = []
    ) {
        if !hasFailed { reading.error(message, at: place ?? statement.place, hint: hint, notes: notes) }
        hasFailed = true
    }

    /// A word that must be there; `what` says what it is: `a port number`.
    mutating func word(_ what: String) -> Word? {
        switch next {
        case .word(let word):
            index += 1
            return word
        case .block(let block): fail("\(what) is expected before '{'", at: block.place.part(0, 1))
        case nil: fail("\(what) is expected before \(endName)", at: statement.end)
        }
        return nil
    }

    /// A block that must be there.
    mutating func block() -> Block? {
        if hasFailed { return nil }
        switch next {
        case .block(let block):
            index += 1
            return block
        case .word(let word): fail("'{' is expected before '\(word.text)'", at: word.place)
        case nil: fail("'{' is expected before \(endName)", at: statement.end)
        }
        return nil
    }

    /// A block that may be there.
    mutating func optionalBlock() -> Block? {
        if hasFailed { return nil }
        if case .block(let block) = next {
            index += 1
            return block
        }
        return nil
    }

    /// Steps over a word of the language if it is the next one.
    mutating func skip(_ keyword: String) -> Bool {
        guard let word = nextWord, !word.isQuoted, word.keyword == keyword else { return false }
        index += 1
        return true
    }

    /// Tells of what follows although nothing should. What begins on a line of its own is probably the next
    /// statement, and is given back as one.
    mutating func end() -> Statement? {
        guard let element = next, !hasFailed else { return nil }
        let before = statement.elements[index - 1].place
        let text: String
        let place: Place
        switch element {
        case .word(let word):
            text = "'\(word.text.prefix(40))'"
            place = word.place
        case .block(let block):
            text = "'{'"
            place = block.place.part(0, 1)
        }
        if case .word = element, place.line > before.lastLine {
            fail("missing ';' before \(text)", at: place)
            return Statement(elements: Array(statement.elements[index...]), end: statement.end)
        }
        fail("unexpected \(text) in '\(name.text)'", at: place)
        return nil
    }

    private var endName: String {
        statement.end.source.text.string(statement.end.range) == "}" ? "'}'" : "';'"
    }
}
