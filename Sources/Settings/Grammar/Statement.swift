/// One word or quoted string of named.conf's grammar.
struct Word: Sendable {
    /// The text, without the quotes.
    let text: String
    let isQuoted: Bool
    let place: Place

    /// The text in small letters, for words of the language.
    var keyword: String { isQuoted ? text : text.lowercased() }
}

/// Statements in braces.
struct Block: Sendable {
    let statements: [Statement]
    /// From `{` to `}`.
    let place: Place
}

/// What a statement is made of.
enum Element: Sendable {
    case word(Word)
    case block(Block)

    var place: Place {
        switch self {
        case .word(let word): word.place
        case .block(let block): block.place
        }
    }
}

/// Words and blocks up to a `;`.
struct Statement: Sendable {
    /// At least one.
    let elements: [Element]
    /// The `;`, or what stands where it is missing.
    let end: Place

    var place: Place { elements[0].place }

    /// The first word, in small letters; nil for a statement that begins with a block.
    var keyword: String? {
        if case .word(let word) = elements[0] { word.keyword } else { nil }
    }
}
