import Diagnostics

/// Walks the statements of a block, and keeps watch over what may be written once only.
struct BlockReader {
    let reading: Reading
    /// Where a statement was written first.
    private var first: [String: Place] = [:]

    init(_ reading: Reading) {
        self.reading = reading
    }

    /// Hands each statement to `body`, with the cursor after its keyword; tells of what is left over.
    mutating func read(_ statements: [Statement], _ body: (inout StatementCursor, inout BlockReader) -> Void) {
        for statement in statements {
            var next: Statement? = statement
            while let statement = next {
                var cursor = StatementCursor(statement, reading)
                if statement.keyword == nil {
                    cursor.fail("a statement begins with a word", at: statement.place.part(0, 1))
                } else {
                    body(&cursor, &self)
                }
                next = cursor.end()
            }
        }
    }

    /// Fails a statement that stands in the block already.
    mutating func once(_ cursor: inout StatementCursor, as name: String? = nil) {
        let key = name ?? cursor.name.keyword
        if let place = first[key] {
            reading.error(
                "'\(cursor.name.text)' is written twice", at: cursor.name.place,
                notes: [Diagnostic.Note("first written here", at: place.position)])
        } else {
            first[key] = cursor.name.place
        }
    }

    /// Whether a statement has been seen by `once`.
    func place(of keyword: String) -> Place? { first[keyword] }
}

extension StatementCursor {
    /// Fails a statement that the block does not know.
    mutating func unknown(in block: String, known: some Sequence<String>, elsewhere: [String: String] = [:]) {
        let hint: String?
        if let home = elsewhere[name.keyword] {
            hint = "it belongs \(home)"
        } else {
            hint = suggestion(for: name.text, among: known).map { "did you mean '\($0)'?" }
        }
        fail("unknown statement '\(name.text)' in \(block)", at: name.place, hint: hint)
    }
}
