import Diagnostics

/// One reading of a configuration: what it needs from outside, and what it found to say.
final class Reading {
    /// Mistakes beyond this number are counted only.
    static let maximumErrors = 100

    let environment: ReaderEnvironment
    /// Every file that was read, each once.
    private(set) var readFiles: [String] = []
    private var readFileSet: Set<String> = []
    private var diagnostics: [Diagnostic] = []
    private(set) var errorCount = 0
    private var ignored: [Ignored] = []

    /// Statements without effect, gathered by why they have none.
    private struct Ignored {
        let topic: IgnoredTopic
        let place: Place
        var names: [String]
    }

    init(environment: ReaderEnvironment) {
        self.environment = environment
    }

    var hasErrors: Bool { errorCount > 0 }

    func error(
        _ message: String, at place: Place, hint: String? = nil, notes: [Diagnostic.Note] = []
    ) {
        add(place.diagnostic(.error, message, hint: hint, notes: notes))
    }

    func warning(
        _ message: String, at place: Place, hint: String? = nil, notes: [Diagnostic.Note] = []
    ) {
        add(place.diagnostic(.warning, message, hint: hint, notes: notes))
    }

    func add(_ diagnostic: Diagnostic) {
        var diagnostic = diagnostic
        diagnostic.sourceLine = diagnostic.sourceLine.map(Self.withoutSecrets)
        if diagnostic.severity == .error {
            errorCount += 1
            if errorCount > Self.maximumErrors { return }
        }
        diagnostics.append(diagnostic)
    }

    /// A line whose secrets and passwords have become asterisks: what is said of it ends up in logs.
    private static func withoutSecrets(_ line: String) -> String {
        var masked = ""
        var rest = line[...]
        while let word = ["secret", "passwd", "password"].compactMap({ rest.firstRange(of: $0) })
            .min(by: { $0.lowerBound < $1.lowerBound })
        {
            masked += rest[..<word.upperBound]
            let value = Self.value(in: rest[word.upperBound...])
            masked += value.map { " \t\"={}".contains($0) ? $0 : "*" }
            rest = rest[value.endIndex...]
        }
        // A secret may stand on a line of its own; what is not much too short for one, and nothing but digits and blanks.
        if rest.contains("/") { return masked + rest }
        while let first = rest.firstIndex(where: \.isHexDigit) {
            masked += rest[..<first]
            let run = rest[first...].prefix { $0.isHexDigit || " \t".contains($0) }
            let isSecret = run.count(where: \.isHexDigit) >= 24
            masked += isSecret ? String(run.map { $0.isHexDigit ? "*" : $0 }) : String(run)
            rest = rest[run.endIndex...]
        }
        return masked + rest
    }

    /// What comes before the semicolon that isn't quoted; behind `=`, as in ldirectord.cf, no semicolon ends anything.
    private static func value(in rest: Substring) -> Substring {
        if rest.drop(while: { " \t".contains($0) }).first == "=" { return rest }
        var isQuoted = false
        var last: Character?
        return rest.prefix { character in
            if character == "\"" && last != "\\" { isQuoted.toggle() }
            last = character
            return character != ";" || isQuoted
        }
    }

    /// Notes that a statement has no effect here. One warning per topic tells about all of them.
    func ignore(_ name: String, _ topic: IgnoredTopic, at place: Place) {
        if let index = ignored.firstIndex(where: { $0.topic == topic }) {
            if !ignored[index].names.contains(name) { ignored[index].names.append(name) }
        } else {
            ignored.append(Ignored(topic: topic, place: place, names: [name]))
        }
    }

    /// Everything there is to say, in the order of the files and their lines; the warnings about what has no
    /// effect last.
    func finish() -> [Diagnostic] {
        var order: [String: Int] = [:]
        for (index, file) in readFiles.enumerated() { order[file] = index }
        func key(_ diagnostic: Diagnostic, _ index: Int) -> (Int, Int, Int, Int) {
            guard let position = diagnostic.position else { return (-1, 0, 0, index) }
            return (order[position.file] ?? .max, position.line, position.column, index)
        }
        var all = diagnostics.enumerated().sorted { key($0.element, $0.offset) < key($1.element, $1.offset) }
            .map(\.element)
        for ignored in ignored {
            let names = ignored.names.map { "'\($0)'" }.joined(separator: ", ")
            let verb = ignored.names.count == 1 ? "has" : "have"
            all.append(
                ignored.place.diagnostic(.warning, "\(ignored.topic.rawValue): \(names) \(verb) no effect"))
        }
        if errorCount > Self.maximumErrors {
            all.append(Diagnostic(.error, "\(errorCount - Self.maximumErrors) more errors are not shown"))
        }
        return all
    }

    /// Reads a file, told about at `place` if it can't be read.
    func read(_ path: String, named noun: String, at place: Place?, inclusions: [Diagnostic.Note] = [])
        -> Source?
    {
        if readFileSet.insert(path).inserted { readFiles.append(path) }
        switch environment.readFile(path) {
        case .success(let bytes): return Source(SourceText(file: path, bytes: bytes), inclusions: inclusions)
        case .failure(let failure):
            let message = "can't read the \(noun) '\(path)': \(failure.reason)"
            if let place { error(message, at: place) } else { add(Diagnostic(.error, message)) }
            return nil
        }
    }
}

/// The folder of a file, as far as its path tells: `.` for a bare name.
func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A path as seen from a folder; an absolute one stays.
func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
}
