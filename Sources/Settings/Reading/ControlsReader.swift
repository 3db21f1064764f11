/// Reads `controls`: where the control socket is.
enum ControlsReader {
    static func read(
        _ cursor: inout StatementCursor, into settings: inout Settings, document: Document,
        once: inout BlockReader
    ) {
        guard let block = cursor.block() else { return }
        let reading = cursor.reading
        var blockReader = BlockReader(reading)
        blockReader.read(block.statements) { cursor, _ in
            switch cursor.name.keyword {
            case "unix":
                once.once(&cursor, as: "controls unix")
                unix(&cursor, into: &settings, document: document)
            case "inet":
                cursor.ignore(
                    IgnoredStatement(topic: .control, isSilentWhenOff: false),
                    isStatement: { ["unix", "inet"].contains($0) })
            default: cursor.unknown(in: "'controls'", known: ["unix", "inet"])
            }
        }
    }

    private static func unix(_ cursor: inout StatementCursor, into settings: inout Settings, document: Document)
    {
        guard let (path, word) = cursor.path() else { return }
        let resolved = document.resolve(path, writtenAt: word.place)
        // sun_path holds 108 octets with the zero at its end.
        if resolved.utf8.count > 107 {
            cursor.fail(
                "the path of a socket has at most 107 octets, this one \(resolved.utf8.count)", at: word.place)
        }
        settings.control.path = resolved
        while let next = cursor.nextWord, !cursor.hasFailed {
            cursor.advance()
            switch next.keyword {
            case "perm":
                guard let mode = cursor.word("permission bits") else { return }
                guard let bits = UInt16(mode.text, radix: 8), bits <= 0o777, decimal(mode.text) != nil else {
                    return cursor.fail("permission bits are octal, as 0600, not '\(mode.text)'", at: mode.place)
                }
                settings.control.permissions = bits
            case "owner": settings.control.owner = cursor.word("an owner")?.text
            case "group": settings.control.group = cursor.word("a group")?.text
            case "keys", "read-only":
                cursor.reading.ignore(next.keyword, .keys, at: next.place)
                cursor.advance()
            default:
                cursor.fail("'perm', 'owner' or 'group' is expected, not '\(next.text)'", at: next.place)
            }
        }
    }
}
