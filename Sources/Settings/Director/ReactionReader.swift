import Diagnostics

/// Reads what is to be done when something changes at a virtual server.
enum ReactionReader {
    /// The statements, in `virtual-server` and for all virtual servers in `director`.
    static let statements = ["fallback-command", "monitor-file", "mail"]

    static func read(_ keyword: String, _ cursor: inout StatementCursor, into reactions: inout ReactionSettings)
    {
        switch keyword {
        case "fallback-command": reactions.fallbackCommand = cursor.path()?.path
        case "monitor-file": reactions.monitorFile = cursor.path()?.path
        default: reactions.mail = mail(&cursor)
        }
    }

    private static func mail(_ cursor: inout StatementCursor) -> MailSettings? {
        let place = cursor.name.place
        guard let block = cursor.block() else { return nil }
        var mail = MailSettings(to: [])
        var blockReader = BlockReader(cursor.reading)
        blockReader.read(block.statements) { cursor, blockReader in
            blockReader.once(&cursor)
            switch cursor.name.keyword {
            case "to":
                while cursor.nextWord != nil, let recipient = address(&cursor) {
                    mail.recipients.append(recipient)
                }
            case "from": mail.sender = address(&cursor)
            case "reminder":
                mail.reminder = cursor.duration("a reminder", .seconds(1) ... .seconds(31_622_400))
            case "when":
                mail.occasions = []
                while cursor.nextWord != nil, let occasion: MailSettings.Occasion = cursor.choice("an occasion")
                {
                    mail.occasions.insert(occasion)
                }
            case "server":
                mail.server = cursor.word("a mail server's name or address")?.text
            case "subject": mail.serviceName = cursor.word("a text in quotes")?.text ?? ""
            case "comment": mail.comment = cursor.word("a text in quotes")?.text ?? ""
            default:
                cursor.unknown(
                    in: "'mail'", known: ["to", "from", "reminder", "when", "server", "subject", "comment"])
            }
        }
        if blockReader.place(of: "to") == nil {
            cursor.reading.error("mail needs somebody who gets it: 'to'", at: place)
        }
        return mail
    }

    private static func address(_ cursor: inout StatementCursor) -> String? {
        guard let word = cursor.word("an address for mail") else { return nil }
        if MailSettings.isAddress(word.text) { return word.text }
        cursor.fail("'\(word.text)' is no address for mail", at: word.place)
        return nil
    }
}

extension ReactionSettings {
    /// What is not written is taken from others.
    func filled(from others: ReactionSettings) -> ReactionSettings {
        var all = self
        all.fallbackCommand = fallbackCommand ?? others.fallbackCommand
        all.monitorFile = monitorFile ?? others.monitorFile
        all.mail = mail ?? others.mail
        return all
    }
}
