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
            "command": !draft.command.isEmpty,
        ]
        for keyword in draft.kind.needed where isWritten[keyword] != true {
            reading.error("a check '\(draft.kind.rawValue)' needs a '\(keyword)'", at: place)
        }
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
