import Addresses
import Diagnostics
import DNSWire

/// Reads `zone` statements.
struct ZoneReader {
    private let reading: Reading
    private var places: [DomainName: Place] = [:]
    /// The zones that we serve, in their order.
    private(set) var zones: [ZoneSettings] = []
    private var ignored: Set<DomainName> = []

    init(_ reading: Reading) {
        self.reading = reading
    }

    private static let ours = ["type", "file", "allow-query"] + ZoneLimitSettings.statements
    private static let refused = [
        "allow-query-on", "allow-update", "auto-dnssec", "database", "dlz", "dnssec-policy", "in-view",
        "inline-signing", "masterfile-format", "update-policy",
    ]
    private static let types = [
        "primary", "master", "secondary", "slave", "mirror", "stub", "forward", "hint", "redirect",
        "static-stub",
        "delegation-only",
    ]
    private static let elsewhere = [
        "zone": "outside of 'zone': a '}' may be missing", "directory": "in 'options'",
        "listen-on": "in 'options'", "recursion": "in 'options'",
    ]

    private static func isKnown(_ name: String) -> Bool {
        ours.contains(name) || refused.contains(name) || IgnoredStatement.zone[name] != nil
    }

    /// What is written inside a zone's braces.
    private struct Content {
        var type: Word?
        var file: (path: String, word: Word)?
        var allowQuery: AccessList?
        var limits = ZoneLimitSettings()
        var allowTransfer: Place?
        var deniesTransfer = false
    }

    /// Reads one statement. `allowTransfer`: that of the options.
    mutating func read(
        _ cursor: inout StatementCursor, lists: inout AccessListReader, document: Document,
        allowTransfer: Place?
    ) {
        guard let (name, nameWord) = cursor.domainName("a zone's name") else { return }
        if let word = cursor.nextWord {
            cursor.advance()
            if word.keyword != "in" {
                cursor.fail("zones are of class IN here, not '\(word.text)'", at: word.place)
            }
        }
        guard let block = cursor.block() else { return }
        if let other = places[name] {
            reading.error(
                "the zone '\(nameWord.text)' is written twice", at: nameWord.place,
                notes: [Diagnostic.Note("first written here", at: other.position)])
        }
        places[name] = places[name] ?? nameWord.place
        let errorCount = reading.errorCount
        let content = content(block, lists: &lists)
        // What is missing after another mistake is probably what that mistake hides.
        let isSound = reading.errorCount == errorCount
        guard let type = content.type else {
            if isSound {
                reading.error(
                    "the zone '\(nameWord.text)' has no 'type'", at: nameWord.place,
                    hint: "write 'type primary;'")
            }
            return
        }
        switch type.keyword {
        case "primary", "master":
            guard let (path, pathWord) = content.file else {
                if isSound { reading.error("the zone '\(nameWord.text)' has no 'file'", at: nameWord.place) }
                return
            }
            var zone = ZoneSettings(
                name: name, file: document.resolve(path, writtenAt: pathWord.place),
                allowQuery: content.allowQuery, position: nameWord.place.position,
                allowTransferPosition: content.deniesTransfer
                    ? nil : (content.allowTransfer ?? allowTransfer)?.position)
            zone.limits = content.limits
            zones.append(zone)
        case "secondary", "slave", "mirror", "stub":
            reading.error(
                "a zone of type '\(type.text)' can't be served yet", at: type.place,
                hint: "only zones of type 'primary' can")
        case "hint", "forward", "redirect", "static-stub", "delegation-only":
            reading.ignore("type \(type.keyword)", .recursion, at: type.place)
        default:
            reading.error(
                "unknown type '\(type.text)'", at: type.place,
                hint: suggestion(for: type.text, among: Self.types).map { "did you mean '\($0)'?" })
        }
    }

    private func content(_ block: Block, lists: inout AccessListReader) -> Content {
        var content = Content()
        var blockReader = BlockReader(reading)
        blockReader.read(block.statements) { cursor, blockReader in
            let keyword = cursor.name.keyword
            if let ignored = IgnoredStatement.zone[keyword] {
                let start = cursor.index
                cursor.ignore(ignored, isStatement: Self.isKnown)
                if keyword == "allow-transfer" {
                    let isOff = cursor.isOff(cursor.statement.elements[start..<cursor.index])
                    content.deniesTransfer = isOff
                    content.allowTransfer = isOff ? nil : cursor.name.place
                }
                return
            }
            blockReader.once(&cursor)
            switch keyword {
            case "type": content.type = cursor.word("a zone's type")
            case "file": content.file = cursor.path()
            case "allow-query":
                if let block = cursor.block() { content.allowQuery = lists.read(block) }
            case _ where ZoneLimitSettings.statements.contains(keyword): content.limits.read(keyword, &cursor)
            default:
                if RefusedStatement.read(keyword, &cursor) { return }
                let known = Self.ours + Self.refused + IgnoredStatement.zone.keys.sorted()
                cursor.unknown(in: "'zone'", known: known, elsewhere: Self.elsewhere)
            }
        }
        return content
    }
}
