import Diagnostics

/// The statements of a configuration with all it includes.
struct Document {
    private(set) var statements: [Statement] = []
    /// The option `directory`, as written; where it is written tells what it is relative to.
    private(set) var directory: String?

    private let reading: Reading
    private var fileCount = 0

    /// Files in files in files: more is a mistake.
    static let maximumDepth = 16
    /// Files in all.
    static let maximumFiles = 10_000

    /// Reads a file and what it includes; what is wrong with them goes to the reading.
    init(path: String, reading: Reading) {
        self.reading = reading
        guard let source = reading.read(path, named: "configuration", at: nil) else { return }
        statements = parse(source, chain: [path])
    }

    /// A path as written in a file: relative to `directory` as far as it is known, else to the file's own folder.
    func resolve(_ path: String, writtenAt place: Place) -> String {
        join(directory ?? folder(of: place.source.file), path)
    }

    private mutating func parse(_ source: Source, chain: [String]) -> [Statement] {
        let (statements, diagnostics) = StatementParser.parse(source)
        for diagnostic in diagnostics { reading.add(diagnostic) }
        return expand(statements, chain: chain)
    }

    private mutating func expand(_ statements: [Statement], chain: [String]) -> [Statement] {
        var result: [Statement] = []
        result.reserveCapacity(statements.count)
        for statement in statements {
            switch statement.keyword {
            case "include":
                result += include(statement, chain: chain)
                continue
            case "directory":
                if directory == nil, statement.elements.count > 1, case .word(let word) = statement.elements[1]
                {
                    directory = join(folder(of: word.place.source.file), word.text)
                }
            default: break
            }
            result.append(expand(statement, chain: chain))
        }
        return result
    }

    private mutating func expand(_ statement: Statement, chain: [String]) -> Statement {
        var elements = statement.elements
        for index in elements.indices {
            guard case .block(let block) = elements[index] else { continue }
            elements[index] = .block(
                Block(statements: expand(block.statements, chain: chain), place: block.place))
        }
        return Statement(elements: elements, end: statement.end)
    }

    private mutating func include(_ statement: Statement, chain: [String]) -> [Statement] {
        var cursor = StatementCursor(statement, reading)
        guard let (path, word) = cursor.path() else { return [] }
        let next = cursor.end()
        var result: [Statement] = []
        for file in files(resolve(path, writtenAt: word.place), word) {
            if chain.contains(file) {
                reading.error("'\(file)' includes itself", at: word.place)
            } else if chain.count > Self.maximumDepth || fileCount >= Self.maximumFiles {
                reading.error("too many files are included", at: word.place)
            } else {
                fileCount += 1
                let note = Diagnostic.Note("included here", at: word.place.position)
                let inclusions = [note] + word.place.source.inclusions
                if let source = reading.read(file, named: "file", at: word.place, inclusions: inclusions) {
                    result += parse(source, chain: chain + [file])
                }
            }
        }
        if let next { result += expand([next], chain: chain) }
        return result
    }

    private func files(_ path: String, _ word: Word) -> [String] {
        guard path.contains(where: { "*?[".contains($0) }) else { return [path] }
        let files = reading.environment.expandPattern(path)
        if files.isEmpty { reading.warning("no file is named '\(path)'", at: word.place) }
        return files
    }
}
