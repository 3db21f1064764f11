import Diagnostics
import Health

/// Reads `check` statements.
enum CheckReader {
    private static let timing = ["port", "interval", "timeout", "rise", "fall", "through"]

    /// Reads one; what isn't written is taken from `base`, the virtual server's check.
    static func read(_ cursor: inout StatementCursor, base: CheckDraft?) -> CheckDraft? {
        let place = cursor.name.place
        guard let kind: CheckDraft.Kind = cursor.choice("a check") else { return nil }
        var draft = draft(kind, base: base)
        draft.place = place
        guard let block = cursor.optionalBlock() else {
            if !cursor.hasFailed { demandNeeded(of: draft, place, cursor.reading) }
            return cursor.hasFailed ? nil : draft
        }
        var blockReader = BlockReader(cursor.reading)
        blockReader.read(block.statements) { cursor, blockReader in
            let keyword = cursor.name.keyword
            if !["check", "header", "expect-header", "json"].contains(keyword) { blockReader.once(&cursor) }
            if !kind.statements.contains(keyword), requests.contains(keyword) {
                let others = CheckKind.allCases.filter { $0.statements.contains(keyword) }.map(\.rawValue)
                return cursor.fail(
                    "'\(keyword)' is not for '\(kind.rawValue)', but for \(list(others))", at: cursor.name.place
                )
            }
            switch keyword {
            case "port": draft.port = cursor.port() ?? draft.port
            case "interval": draft.interval = cursor.interval() ?? draft.interval
            case "timeout": draft.timeout = cursor.timeout() ?? draft.timeout
            case "rise": draft.rise = cursor.number("a count", 1...100) ?? draft.rise
            case "fall":
                draft.fall = cursor.number("a count", 1...100) ?? draft.fall
                draft.hasFall = true
            case "through":
                let place = cursor.name.place
                let way: Way? = cursor.choice("the way of a check")
                draft.throughVIP = way == .vip ? place : nil
            case "path": draft.path = path(&cursor) ?? draft.path
            case "match": draft.match = pattern(&cursor) ?? draft.match
            case "host": draft.host = host(&cursor) ?? draft.host
            case "method":
                guard let word = cursor.word("a method") else { return }
                guard let method = HTTPCheck.RequestMethod(rawValue: word.text.uppercased()) else {
                    return cursor.fail("a method is GET or HEAD, not '\(word.text)'", at: word.place)
                }
                draft.method = method
            default:
                if JudgementReader.read(keyword, &cursor, into: &draft.judgement) { return }
                if !requests.contains(keyword) {
                    return cursor.unknown(
                        in: "'check'", known: timing + kind.statements + JudgementReader.known)
                }
                read(keyword, &cursor, into: &draft)
            }
        }
        // Failures in a row are among those that the threshold counts.
        if let threshold = draft.judgement.downThreshold, !draft.hasFall { draft.fall = threshold }
        demandNeeded(of: draft, place, cursor.reading)
        return draft
    }

    /// What a check begins with: all of its base, or of one that asks in another way when and where.
    private static func draft(_ kind: CheckKind, base: CheckDraft?) -> CheckDraft {
        if var base, base.kind.statements == kind.statements {
            base.kind = kind
            return base
        }
        var draft = CheckDraft(kind: kind)
        draft.conversation.isUDP = kind == .dns || kind == .sip
        guard let base else { return draft }
        draft.interval = base.interval
        draft.timeout = base.timeout
        draft.rise = base.rise
        draft.fall = base.fall
        draft.hasFall = base.hasFall
        draft.judgement = base.judgement
        draft.throughVIP = base.throughVIP
        draft.port = base.port
        return draft
    }

    /// What a check may go through.
    private enum Way: String, CaseIterable {
        /// The virtual server's address, as clients do.
        case vip
        /// Nothing: to the real server's own address.
        case address
    }

    private static func path(_ cursor: inout StatementCursor) -> String? {
        guard let word = cursor.word("a path in quotes") else { return nil }
        if !word.text.hasPrefix("/") || !isVisible(word.text) {
            cursor.fail("a path begins with '/' and holds no blanks, not '\(word.text)'", at: word.place)
            return nil
        }
        return word.text
    }

    private static func host(_ cursor: inout StatementCursor) -> String? {
        guard let word = cursor.word("a host's name") else { return nil }
        if word.text.isEmpty || !isVisible(word.text) {
            cursor.fail("a host's name holds no blanks, not '\(word.text)'", at: word.place)
            return nil
        }
        return word.text
    }

    static func pattern(_ cursor: inout StatementCursor) -> String? {
        guard let word = cursor.word("a regular expression in quotes") else { return nil }
        if let mistake = cursor.reading.environment.patternError(word.text) {
            // Escaped quotes are shorter in the text than in the file: then the whole is pointed at.
            let quote = word.isQuoted ? 1 : 0
            let place = word.text.contains("\"") ? word.place : word.place.part(quote + mistake.offset, 1)
            cursor.fail("invalid regular expression: \(mistake.message)", at: place)
            return nil
        }
        return word.text
    }

    /// Whether a text can stand in the header of a request: visible ASCII without blanks.
    static func isVisible(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
