import Diagnostics

/// Reads a text into statements, whatever they mean.
struct StatementParser {
    /// Far more than any statement needs, and far less than what a stack bears.
    static let maximumDepth = 32

    private var tokenizer: Tokenizer
    private var token: Token
    private var depth = 0
    /// Whether the file's end came unawares, inside a block, a string or a comment. That is one mistake: what is
    /// missing at the end because of it is not told.
    private var hasSuddenEnd = false
    private(set) var diagnostics: [Diagnostic] = []

    private init(_ source: Source) {
        var diagnostics: [Diagnostic] = []
        tokenizer = Tokenizer(source)
        token = tokenizer.next { diagnostics.append($0) }
        self.diagnostics = diagnostics
    }

    /// The statements of a whole file, and its mistakes; what has one is left out as far as need be.
    static func parse(_ source: Source) -> (statements: [Statement], diagnostics: [Diagnostic]) {
        var parser = StatementParser(source)
        var statements: [Statement] = []
        while true {
            statements += parser.statements()
            guard case .close(let place) = parser.token else { break }
            parser.diagnostics.append(place.diagnostic(.error, "this '}' closes nothing"))
            parser.advance()
            if case .semicolon = parser.token { parser.advance() }
        }
        return (statements, parser.diagnostics)
    }

    private mutating func advance() {
        var found: [Diagnostic] = []
        token = tokenizer.next { found.append($0) }
        // The tokenizer's own mistakes all reach to the end of the file.
        if !found.isEmpty { hasSuddenEnd = true }
        diagnostics += found
    }

    /// Statements up to a `}` or the end, which stays the next token.
    private mutating func statements() -> [Statement] {
        var statements: [Statement] = []
        while true {
            switch token {
            case .close, .end: return statements
            case .semicolon(let place):
                diagnostics.append(place.diagnostic(.error, "unexpected ';'"))
                advance()
            case .word, .open: statements.append(statement())
            }
        }
    }

    private mutating func statement() -> Statement {
        var elements: [Element] = []
        while true {
            switch token {
            case .word(let word):
                elements.append(.word(word))
                advance()
            case .open: elements.append(.block(block()))
            case .semicolon(let place):
                advance()
                return Statement(elements: elements, end: place)
            case .close(let place), .end(let place):
                if hasSuddenEnd { return Statement(elements: elements, end: place) }
                diagnostics.append(place.diagnostic(.error, "missing ';' before \(token.name)"))
                return Statement(elements: elements, end: place)
            }
        }
    }

    private mutating func block() -> Block {
        let opening = token.place
        advance()
        if depth == Self.maximumDepth {
            diagnostics.append(
                opening.diagnostic(.error, "blocks may be nested \(Self.maximumDepth) deep at most"))
            skipBlock()
            return Block(statements: [], place: opening)
        }
        depth += 1
        let statements = statements()
        depth -= 1
        let end: Int
        if case .close(let place) = token {
            end = place.range.upperBound
            advance()
        } else {
            if !hasSuddenEnd { diagnostics.append(opening.diagnostic(.error, "this '{' is never closed")) }
            hasSuddenEnd = true
            end = token.place.range.upperBound
        }
        return Block(
            statements: statements,
            place: Place(opening.source, opening.range.lowerBound..<max(opening.range.upperBound, end)))
    }

    /// Steps over the rest of a block whose `{` has been read, without recursion.
    private mutating func skipBlock() {
        var open = 1
        while open > 0 {
            switch token {
            case .open: open += 1
            case .close: open -= 1
            case .end: return
            case .word, .semicolon: break
            }
            advance()
        }
    }
}
