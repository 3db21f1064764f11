/// Columns of text, aligned, two blanks apart.
struct TextTable {
    /// Where a column's text stands.
    enum Alignment {
        case left
        case right
    }

    /// The heads of the columns.
    let columns: [(head: String, alignment: Alignment)]
    /// The cells, a row each.
    private(set) var rows: [[String]] = []

    init(_ columns: (String, Alignment)...) {
        self.columns = columns.map { (head: $0.0, alignment: $0.1) }
    }

    /// Adds a row, a cell per column.
    mutating func add(_ cells: String...) {
        rows.append(cells)
    }

    /// The lines, the heads first; empty if there is no row.
    var text: String {
        if rows.isEmpty { return "" }
        let all = [columns.map(\.head)] + rows
        let widths = columns.indices.map { column in all.map { $0[column].visibleWidth }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.visibleWidth)
                line +=
                    (column > 0 ? "  " : "")
                    + (columns[column].alignment == .left ? cell + padding : padding + cell)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

/// Colours for states, where people look.
enum Paint {
    /// A word in green, yellow or red, by how well it is.
    static func state(_ word: String, _ colours: Bool) -> String {
        if !colours { return word }
        let colour =
            switch word {
            case "up", "loaded", "yes": 32
            case "degraded", "stale", "unknown": 33
            case "down", "failed", "no": 31
            default: 0
            }
        return colour == 0 ? word : "\u{1B}[\(colour)m\(word)\u{1B}[0m"
    }
}

extension String {
    /// Characters without the escapes that colour them.
    var visibleWidth: Int {
        var width = 0
        var isEscape = false
        for character in self {
            if character == "\u{1B}" {
                isEscape = true
            } else if isEscape {
                isEscape = character != "m"
            } else {
                width += 1
            }
        }
        return width
    }
}
