import Addresses
import Diagnostics

/// Reads address match lists; names of `acl` statements may be used before they are defined.
struct AccessListReader {
    /// Elements that a list may have with all the lists inside it: bounds what a query may cost.
    static let maximumElements = 65_536

    private struct Definition {
        let block: Block
        let name: Word
        var list: [AccessList.Element]?
        var isBeingRead = false
    }

    /// Lists in lists in lists: bounds what asking one costs in stack.
    static let maximumDepth = 64

    private let reading: Reading
    private var depth = 0
    private var definitions: [String: Definition] = [:]
    private static let predefined: Set<String> = ["any", "none", "localhost", "localnets"]

    init(_ reading: Reading) {
        self.reading = reading
    }

    /// Takes an `acl` statement, to be read when it is asked for.
    mutating func define(_ cursor: inout StatementCursor) {
        guard let name = cursor.word("the name of a list"), let block = cursor.block() else { return }
        let key = name.text.lowercased()
        if Self.predefined.contains(key) {
            reading.error("'\(name.text)' is defined already and can't be changed", at: name.place)
        } else if let other = definitions[key] {
            reading.error(
                "the list '\(name.text)' is defined twice", at: name.place,
                notes: [Diagnostic.Note("first defined here", at: other.name.place.position)])
        } else {
            definitions[key] = Definition(block: block, name: name)
        }
    }

    /// Reads all lists that are defined, so that mistakes in unused ones are told too.
    mutating func readAll() {
        for key in definitions.keys.sorted() { _ = defined(key) }
    }

    /// The list of a block.
    mutating func read(_ block: Block) -> AccessList {
        let elements = elements(block)
        if Self.count(elements, limit: Self.maximumElements) > Self.maximumElements {
            reading.error(
                "this list has more than \(Self.maximumElements) elements", at: block.place.part(0, 1))
        }
        return AccessList(elements)
    }

    private mutating func elements(_ block: Block) -> [AccessList.Element] {
        var elements: [AccessList.Element] = []
        for statement in block.statements {
            var next: Statement? = statement
            while let statement = next {
                var cursor = StatementCursor(statement, reading, after: 0)
                var isNegated = false
                while cursor.skip("!") { isNegated.toggle() }
                if let scope = scope(&cursor, &isNegated) {
                    elements.append(AccessList.Element(scope, isNegated: isNegated))
                }
                next = cursor.end()
            }
        }
        return elements
    }

    private mutating func scope(_ cursor: inout StatementCursor, _ isNegated: inout Bool) -> AccessList.Scope? {
        if let block = cursor.optionalBlock() { return .list(elements(block)) }
        guard let word = cursor.word("an address, a network or a list's name") else { return nil }
        switch word.text.lowercased() {
        case "any": return .any
        case "none":
            isNegated.toggle()
            return .any
        case "localhost": return .localhost
        case "localnets": return .localnets
        case "key" where !word.isQuoted:
            cursor.fail("access by key can't be enforced: messages are not verified yet", at: word.place)
            return nil
        case "geoip" where !word.isQuoted:
            cursor.fail("access by location can't be enforced", at: word.place)
            return nil
        case let key:
            if let network = network(word, &cursor) { return .network(network) }
            if cursor.hasFailed { return nil }
            return named(key, word, &cursor).map { .list($0) }
        }
    }

    private func network(_ word: Word, _ cursor: inout StatementCursor) -> Prefix? {
        let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            if let address = IPAddress(word.text) { return Prefix(address) }
            if word.text.contains(":") || word.text.allSatisfy({ $0.isNumber || $0 == "." }) {
                let what = word.text.contains("%") ? "an address with a zone can't be used" : "invalid address"
                cursor.fail("\(what) '\(word.text)'", at: word.place)
            }
            return nil
        }
        guard let address = IPAddress(Self.padded(parts[0])), let length = decimal(parts[1]),
            let prefix = Prefix(address, length: length)
        else {
            cursor.fail("invalid network '\(word.text)'", at: word.place)
            return nil
        }
        if prefix.address != address {
            cursor.fail(
                "'\(word.text)' has bits set beyond its first \(length)", at: word.place,
                hint: "did you mean '\(prefix)' or '\(address)'?")
            return nil
        }
        return prefix
    }

    /// `10` and `10.1` in front of a length stand for `10.0.0.0` and `10.1.0.0`.
    private static func padded(_ text: Substring) -> String {
        let octets = text.split(separator: ".", omittingEmptySubsequences: false).count
        if text.contains(":") || octets >= 4 { return String(text) }
        return text + String(repeating: ".0", count: 4 - octets)
    }

    private mutating func named(
        _ key: String, _ word: Word, _ cursor: inout StatementCursor
    ) -> [AccessList.Element]? {
        guard let definition = definitions[key] else {
            let names = definitions.values.map(\.name.text) + Self.predefined
            cursor.fail(
                "no list is named '\(word.text)'", at: word.place,
                hint: suggestion(for: word.text, among: names.sorted()).map { "did you mean '\($0)'?" })
            return nil
        }
        if definition.isBeingRead {
            cursor.fail("the list '\(definition.name.text)' holds itself", at: word.place)
            return nil
        }
        return defined(key)
    }

    private mutating func defined(_ key: String) -> [AccessList.Element] {
        guard let definition = definitions[key] else { return [] }
        if let list = definition.list { return list }
        if depth == Self.maximumDepth {
            reading.error("lists may hold lists \(Self.maximumDepth) deep at most", at: definition.name.place)
            return []
        }
        depth += 1
        defer { depth -= 1 }
        definitions[key]?.isBeingRead = true
        var list = elements(definition.block)
        if Self.count(list, limit: Self.maximumElements) > Self.maximumElements {
            reading.error("this list has more than \(Self.maximumElements) elements", at: definition.name.place)
            list = []
        }
        definitions[key]?.isBeingRead = false
        definitions[key]?.list = list
        return list
    }

    /// Elements with those of lists inside; stops counting soon after the limit.
    private static func count(_ elements: [AccessList.Element], limit: Int) -> Int {
        var total = 0
        for element in elements {
            total += 1
            if case .list(let inner) = element.scope { total += count(inner, limit: limit - total) }
            if total > limit { return total }
        }
        return total
    }
}
