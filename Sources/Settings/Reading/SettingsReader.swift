public import Diagnostics

/// What became of reading a configuration.
public struct SettingsResult: Sendable {
    /// The settings; nil if there is any error.
    public var settings: Settings?
    /// Everything there is to say: mistakes, then what has no effect.
    public var diagnostics: [Diagnostic]
    /// Every file that was read or looked for, which is what to watch while `settings` is nil.
    public var files: [String]

    /// A result; see the properties.
    public init(settings: Settings?, diagnostics: [Diagnostic], files: [String]) {
        self.settings = settings
        self.diagnostics = diagnostics
        self.files = files
    }
}

/// Reads a configuration: swerve.conf or named.conf, what it includes, and ldirectord.cf.
public enum SettingsReader {
    /// Reads a configuration whole. Blocks while files are read and names are resolved, the latter for at
    /// most `environment.resolutionTime`.
    public static func read(path: String, environment: ReaderEnvironment = .system) -> SettingsResult {
        let reading = Reading(environment: environment)
        let document = Document(path: path, reading: reading)
        var interpreter = Interpreter(document, reading, file: path)
        var settings = interpreter.settings()
        settings.readFiles = reading.readFiles
        return SettingsResult(
            settings: reading.hasErrors ? nil : settings, diagnostics: reading.finish(),
            files: reading.readFiles)
    }
}

/// Makes settings of the statements of a configuration.
private struct Interpreter {
    private let document: Document
    private let reading: Reading
    private var result: Settings
    private var lists: AccessListReader
    private var options: OptionsReader
    private var zones: ZoneReader
    private var director: DirectorDraft?

    private static let ours = ["options", "acl", "zone", "controls", "director", "steering", "include"]
    private static let elsewhere = [
        "virtual-server": "in 'director'", "backend": "in 'director'", "ldirectord": "in 'director'",
        "vip": "in 'director'", "ttl": "in 'steering'", "answers": "in 'steering'",
    ]

    init(_ document: Document, _ reading: Reading, file: String) {
        self.document = document
        self.reading = reading
        result = Settings(file: file)
        result.directory = document.directory ?? folder(of: file)
        lists = AccessListReader(reading)
        options = OptionsReader(reading)
        zones = ZoneReader(reading)
    }

    /// Reads the statements: lists and options first, since the others lean on them.
    mutating func settings() -> Settings {
        var blockReader = BlockReader(reading)
        let statements = joiningOptions(split(document.statements))
        for statement in statements where statement.keyword == "acl" {
            var cursor = StatementCursor(statement, reading)
            lists.define(&cursor)
            _ = cursor.end()
        }
        lists.readAll()
        let optionsFirst =
            statements.filter { $0.keyword == "options" } + statements.filter { $0.keyword != "options" }
        blockReader.read(optionsFirst) { cursor, blockReader in
            read(&cursor, &blockReader)
        }
        result.zones = zones.zones.map { zone in
            var zone = zone
            zone.limits = zone.limits.filled(from: result.zoneLimits)
            return zone
        }
        if var director {
            if let (path, word) = director.ldirectord {
                readLdirectord(document.resolve(path, writtenAt: word.place), word, into: &director)
            }
            result.director = DirectorJudge.settings(of: director, reading: reading)
        }
        return result
    }

    /// The `options` of several files as one: a swerve.conf may have some of its own beside those of the named.conf that
    /// it includes. What one file says twice stays twice.
    private func joiningOptions(_ statements: [Statement]) -> [Statement] {
        var joined: [Statement] = []
        var first: Int?
        var files: Set<String> = []
        for statement in statements {
            guard statement.keyword == "options", statement.elements.count == 2,
                case .block(let block) = statement.elements[1]
            else {
                joined.append(statement)
                continue
            }
            let isOtherFile = files.insert(statement.place.source.file).inserted
            if let first, isOtherFile, case .block(let all) = joined[first].elements[1] {
                let whole = Block(statements: all.statements + block.statements, place: all.place)
                joined[first] = Statement(
                    elements: [joined[first].elements[0], .block(whole)], end: joined[first].end)
            } else {
                first = first ?? joined.count
                joined.append(statement)
            }
        }
        return joined
    }

    private func readLdirectord(_ path: String, _ word: Word, into director: inout DirectorDraft) {
        LdirectordFiles(reading).readAll(path, at: word.place, into: &director)
    }

    /// Statements that a `}` without `;` made one, each on its own. At the top nothing goes on after a block.
    private func split(_ statements: [Statement]) -> [Statement] {
        statements.flatMap { statement in
            var parts: [Statement] = []
            var start = 0
            for index in statement.elements.indices.dropFirst() {
                guard case .block(let block) = statement.elements[index - 1],
                    case .word(let word) = statement.elements[index], word.place.line > block.place.lastLine
                else { continue }
                reading.error("missing ';' before '\(word.text.prefix(40))'", at: word.place)
                parts.append(Statement(elements: Array(statement.elements[start..<index]), end: word.place))
                start = index
            }
            if start == 0 { return [statement] }
            return parts + [Statement(elements: Array(statement.elements[start...]), end: statement.end)]
        }
    }

    private mutating func read(_ cursor: inout StatementCursor, _ blockReader: inout BlockReader) {
        let keyword = cursor.name.keyword
        switch keyword {
        case "acl": while cursor.next != nil { cursor.advance() }
        case "options":
            blockReader.once(&cursor)
            guard let block = cursor.block() else { return }
            options.read(block, into: &result, lists: &lists, document: document)
        case "zone":
            zones.read(&cursor, lists: &lists, document: document, allowTransfer: options.allowTransfer)
        case "controls": ControlsReader.read(&cursor, into: &result, document: document, once: &blockReader)
        case "director":
            blockReader.once(&cursor)
            if let block = cursor.block() { director = DirectorReader.read(block, reading: reading) }
        case "steering":
            blockReader.once(&cursor)
            if let block = cursor.block() {
                SteeringReader.read(block, into: &result.steering, reading: reading)
            }
        case "view", "dnssec-policy", "dlz", "dyndb":
            cursor.fail(Self.refusal[keyword] ?? "", at: cursor.name.place)
        default:
            if let ignored = IgnoredStatement.top[keyword] {
                return cursor.ignore(ignored) { Self.isKnown($0) }
            }
            let known = Self.ours + Self.refusal.keys.sorted() + IgnoredStatement.top.keys.sorted()
            let isOption = OptionsReader.isKnown(keyword)
            cursor.unknown(
                in: "the configuration", known: known,
                elsewhere: isOption ? [keyword: "in 'options'"] : Self.elsewhere)
        }
    }

    private static let refusal = [
        "view": "views can't be served yet", "dnssec-policy": "zones can't be signed here: sign the file",
        "dlz": "zones come from files only", "dyndb": "zones come from files only",
    ]

    private static func isKnown(_ name: String) -> Bool {
        ours.contains(name) || refusal[name] != nil || IgnoredStatement.top[name] != nil
    }
}
