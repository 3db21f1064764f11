/// Statements of BIND that we know and can't do, and that can't be left undone either: without them zones would
/// be served to the wrong clients, stale or unsigned.
enum RefusedStatement {
    /// Reads a statement if it is one of them; it is an error unless its value asks for nothing.
    static func read(_ keyword: String, _ cursor: inout StatementCursor) -> Bool {
        let start = cursor.index
        let elements = cursor.statement.elements[start...]
        let isOff = cursor.isOff(elements.prefix(1))
        let value = cursor.nextWord?.keyword
        let message: String?
        switch keyword {
        case "allow-query-on":
            message = isAny(elements) ? nil : "access by the address that was asked can't be enforced yet"
        case "blackhole": message = isOff ? nil : "'blackhole' can't be enforced yet"
        case "allow-update":
            message = isOff ? nil : "dynamic updates can't be done: 'none' is all that can be allowed"
        case "update-policy": message = "dynamic updates can't be done"
        case "auto-dnssec": message = isOff ? nil : "zones can't be signed here: sign the file"
        case "inline-signing": message = isOff ? nil : "zones can't be signed here: sign the file"
        case "dnssec-policy":
            message = isOff || value == "insecure" ? nil : "zones can't be signed here: sign the file"
        case "masterfile-format": message = value == "text" ? nil : "only zone files in text form can be read"
        case "database": message = value == "rbt" || value == "qp" ? nil : "zones come from files only"
        case "catalog-zones": message = "catalog zones can't be served yet"
        case "dlz": message = "zones come from files only"
        case "in-view": message = "views can't be served yet"
        default: return false
        }
        if let message {
            cursor.fail(message, at: cursor.name.place)
        } else {
            cursor.advance()
        }
        return true
    }

    private static func isAny(_ elements: ArraySlice<Element>) -> Bool {
        guard case .block(let block) = elements.first, block.statements.count == 1 else { return false }
        return block.statements[0].elements.count == 1 && block.statements[0].keyword == "any"
    }
}
