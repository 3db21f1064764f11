import Diagnostics
import Health

extension CheckReader {
    /// Every statement that says what a check asks.
    static let requests = Set(CheckKind.allCases.flatMap(\.statements))

    /// Reads a statement that says what a conversation, a ping or a program is about.
    static func read(_ keyword: String, _ cursor: inout StatementCursor, into draft: inout CheckDraft) {
        switch keyword {
        case "login": draft.conversation.login = text(&cursor) ?? ""
        case "password": draft.conversation.password = text(&cursor) ?? ""
        case "database": draft.conversation.database = text(&cursor) ?? ""
        case "secret": draft.conversation.secret = text(&cursor) ?? ""
        case "request": draft.conversation.request = text(&cursor) ?? ""
        case "transport":
            guard let word = cursor.word("'udp' or 'tcp'") else { return }
            guard ["udp", "tcp"].contains(word.keyword) else {
                return cursor.fail("'udp' or 'tcp' is expected, not '\(word.text)'", at: word.place)
            }
            draft.conversation.isUDP = word.keyword == "udp"
        case "send": draft.exchange.sent = escaped(&cursor) ?? []
        case "send-hex": draft.exchange.sent = hexadecimal(&cursor) ?? []
        case "match-hex": draft.exchange.expected = hexadecimal(&cursor).map { .bytes($0) }
        case "tls":
            let isSecure = cursor.boolean() ?? false
            draft.exchange.isSecure = isSecure
            draft.grpc.isSecure = isSecure
        case "service": draft.grpc.service = text(&cursor) ?? ""
        case "status": draft.statuses = statuses(&cursor)
        case "header":
            guard let name = headerName(&cursor), let value = text(&cursor) else { return }
            draft.fields += [name, value]
        case "expect-header":
            guard let name = headerName(&cursor), let demand = demand(&cursor) else { return }
            draft.expectations.append(HTTPExpectation(.header(name), demand))
        case "json":
            guard let word = cursor.word("a path as \".status\"") else { return }
            guard let path = JSONPath(word.text) else {
                return cursor.fail(
                    "a path in JSON is expected, not '\(word.text)'", at: word.place,
                    hint: "write \".status\", \".checks[0].state\" or \".[\\\"a.b\\\"]\"")
            }
            guard let demand = demand(&cursor) else { return }
            draft.expectations.append(HTTPExpectation(.json(path), demand))
            draft.jsonPlace = draft.jsonPlace ?? cursor.name.place
        case "http2": draft.isHTTP2 = cursor.boolean() ?? false
        case "certificate-expiry":
            draft.certificateNotice =
                cursor.duration("a time", .zero ... .seconds(3650 * 86_400)) ?? draft.certificateNotice
        case "verify": draft.tls.isVerified = cursor.boolean() ?? false
        case "authorities": draft.tls.authorities = cursor.path()?.path
        case "certificate": draft.tls.certificate = cursor.path()?.path
        case "key": draft.tls.key = cursor.path()?.path
        case "check":
            guard draft.parts.count < 16 else { return cursor.fail("a group has 16 checks at most") }
            var base = CheckDraft(kind: .connect)
            base.timeout = draft.timeout
            let place = cursor.name.place
            guard let part = read(&cursor, base: base) else { return }
            if [.all, .any, .on, .off].contains(part.kind) {
                cursor.reading.error("'\(part.kind.rawValue)' can't be one of several checks", at: place)
            }
            draft.parts.append(part)
        case "attempts": draft.attempts = cursor.number("a count", 1...100) ?? 1
        case "command":
            guard let program = cursor.path() else { return }
            draft.command = [program.path]
            while let word = cursor.nextWord {
                cursor.advance()
                draft.command.append(word.text)
            }
        default: break
        }
    }

    /// Tells what is missing without which a check says nothing.
    static func demandNeeded(of draft: CheckDraft, _ place: Place, _ reading: Reading) {
        let texts = draft.conversation
        let isWritten = [
            "request": !texts.request.isEmpty, "login": !texts.login.isEmpty, "secret": !texts.secret.isEmpty,
            "command": !draft.command.isEmpty, "check": !draft.parts.isEmpty,
        ]
        for keyword in draft.kind.needed where isWritten[keyword] != true {
            reading.error("a check '\(draft.kind.rawValue)' needs a '\(keyword)'", at: place)
        }
        if let place = draft.jsonPlace, draft.method == .head {
            reading.error("HEAD brings no body that 'json' could look into", at: place)
        }
    }

    private static func headerName(_ cursor: inout StatementCursor) -> String? {
        guard let name = cursor.word("a header's name") else { return nil }
        let isToken = name.text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        if name.text.isEmpty || !isToken {
            cursor.fail("a header's name holds no blanks and no ':', not '\(name.text)'", at: name.place)
            return nil
        }
        return name.text
    }

    /// `"TEXT"`, `match "EXPRESSION"`, or nothing.
    private static func demand(_ cursor: inout StatementCursor) -> HTTPExpectation.Demand? {
        if cursor.nextWord == nil { return .present }
        if cursor.skip("match") { return pattern(&cursor).map { .pattern($0) } }
        return text(&cursor).map { .text($0) }
    }

    /// A text with `\\n`, `\\r`, `\\t`, `\\0` and `\\\\` in it.
    static func escaped(_ cursor: inout StatementCursor) -> [UInt8]? {
        guard let word = cursor.word("a text in quotes") else { return nil }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in word.text.utf8 {
            if isEscaped {
                isEscaped = false
                switch byte {
                case UInt8(ascii: "n"): bytes.append(10)
                case UInt8(ascii: "r"): bytes.append(13)
                case UInt8(ascii: "t"): bytes.append(9)
                case UInt8(ascii: "0"): bytes.append(0)
                default: bytes.append(byte)
                }
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func hexadecimal(_ cursor: inout StatementCursor) -> [UInt8]? {
        guard let word = cursor.word("hexadecimal digits in quotes") else { return nil }
        let digits = Array(word.text.filter { !$0.isWhitespace })
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        if digits.isEmpty || bytes.count * 2 != digits.count {
            cursor.fail("an even number of hexadecimal digits is expected, not '\(word.text)'", at: word.place)
            return nil
        }
        return bytes
    }

    /// `200 204 300-399 4xx`
    private static func statuses(_ cursor: inout StatementCursor) -> [ClosedRange<Int>]? {
        var statuses: [ClosedRange<Int>] = []
        repeat {
            guard let word = cursor.word("a status") else { return nil }
            var ends = word.text.split(separator: "-", omittingEmptySubsequences: false).map {
                decimal($0) ?? 0
            }
            if word.keyword.hasSuffix("xx"), let hundred = decimal(word.keyword.dropLast(2)) {
                ends = hundred < 10 ? [hundred * 100, hundred * 100 + 99] : []
            }
            // No other below 200 ends an answer (RFC 9110 §15.2).
            guard (1...2).contains(ends.count), ends.allSatisfy({ (200...599).contains($0) }) || ends == [101],
                ends[0] <= ends[ends.count - 1]
            else {
                cursor.fail(
                    "a status is from 200 to 599 or 101, or a range as 200-299 or 2xx, not '\(word.text)'",
                    at: word.place)
                return nil
            }
            statuses.append(ends[0]...ends[ends.count - 1])
        } while cursor.nextWord != nil
        return statuses
    }

    /// A text that fits in a line of a protocol.
    private static func text(_ cursor: inout StatementCursor) -> String? {
        guard let word = cursor.word("a text in quotes") else { return nil }
        if word.text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            cursor.fail("a text here is one line without control characters", at: word.place)
            return nil
        }
        return word.text
    }
}
