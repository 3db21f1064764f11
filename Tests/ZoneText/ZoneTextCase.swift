import Foundation

/// One zone text that is given to all four readers.
struct ZoneTextCase: Sendable, CustomStringConvertible {
    /// What kind of thing is tried in it: the file of Rows/ that has it, or `type X`.
    let kind: String
    /// As it is written in Rows/.
    let row: String

    var description: String { "\(kind): \(row.prefix(100))" }

    /// The zone that rows add a line to.
    static let base = """
        $TTL 3600
        @ SOA ns1 admin 1 3600 600 86400 300
        @ NS ns1
        ns1 A 192.0.2.1

        """

    /// Files that rows may include.
    static let includes = [
        "one.inc": "one A 192.0.2.11\n", "broken.inc": "x A 192.0.2.300\n",
        "origin.inc": "$ORIGIN sub.example.com.\nwww A 192.0.2.12\n", "blank.inc": "  TXT a\n",
        "self.inc": "$INCLUDE self.inc\n", "soa.inc": "@ SOA ns1 admin 1 3600 600 86400 300\n", "empty.inc": "",
        "paren.inc": "x TXT ( a\n", "ttl.inc": "$TTL 60\nx A 192.0.2.1\n", "nonl.inc": "x A 192.0.2.1",
    ]

    /// The octets of the file.
    var text: [UInt8] {
        // `⟨bare⟩`: without the base; `⟨nonl⟩`: without a line's end.
        let isBare = row.hasPrefix("⟨bare⟩")
        let isOpen = row.hasPrefix("⟨nonl⟩")
        let body = isBare || isOpen ? row.dropFirst(6) : row[...]
        return (isBare ? [] : Array(Self.base.utf8)) + Self.expand(body) + (isOpen ? [] : [UInt8(ascii: "\n")])
    }

    /// `⏎` is a line's end, `⟨xHH⟩` an octet, `⟨TEXT*NUMBER⟩` a text so many times.
    private static func expand(_ text: Substring) -> [UInt8] {
        var octets: [UInt8] = []
        for (index, part) in text.split(separator: "⟨", omittingEmptySubsequences: false).enumerated() {
            var plain = part
            if index > 0, let end = part.firstIndex(of: "⟩") {
                let inside = part[..<end]
                plain = part[part.index(after: end)...]
                if inside.count == 3, inside.first == "x", let octet = UInt8(inside.dropFirst(), radix: 16) {
                    octets.append(octet)
                } else if let star = inside.lastIndex(of: "*"),
                    let count = Int(inside[inside.index(after: star)...])
                {
                    let piece = inside[..<star].replacing("⏎", with: "\n")
                    octets += String(repeating: String(piece), count: count).utf8
                }
            }
            octets += plain.replacing("⏎", with: "\n").utf8
        }
        return octets
    }
}

extension ZoneTextCase {
    /// Where the rows are.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Rows")

    /// Every row of Rows/, and those made of types.txt.
    static let all: [ZoneTextCase] = files.flatMap { kind, rows in
        kind == "types" ? rows.flatMap(variations) : rows.map { ZoneTextCase(kind: kind, row: $0) }
    }

    /// The plain record of each type.
    static let plainRecords: [(type: String, row: String)] =
        (files.first { $0.kind == "types" }?.rows ?? []).map { row in
            (String(row.prefix { $0 != " " }), "\(owner(of: row))\(row)")
        }

    private static let files: [(kind: String, rows: [String])] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.sorted().filter { $0.hasSuffix(".txt") }.map { name in
            let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
            // The first line says what the file is about.
            let rows = text.split(separator: "\n").dropFirst().map(String.init)
            return (String(name.dropLast(4)), rows)
        }
    }()

    /// Where a record of a type may stand.
    private static func owner(of record: String) -> String {
        switch record.prefix(while: { $0 != " " }) {
        case "NSEC3PARAM", "ZONEMD", "DNSKEY", "CDS", "CDNSKEY": "@ "
        case "NS": "sub "
        case "DS": "sub NS ns1⏎sub "
        default: "www "
        }
    }

    /// What may go wrong with any type: a word left out, one too many, a number out of range, no data, quotes
    /// where none belong; and what may be right: several lines, tabs, small letters.
    private static func variations(of record: String) -> [ZoneTextCase] {
        let words = record.split(separator: " ").map(String.init)
        var rows = [record]
        for index in words.indices.dropFirst() {
            rows.append((words[..<index] + words[(index + 1)...]).joined(separator: " "))
        }
        rows.append("\(record) extra")
        for index in words.indices.dropFirst() where words[index].allSatisfy(\.isNumber) {
            for value in ["-1", "4294967296", "x"] {
                rows.append((words[..<index] + [value] + words[(index + 1)...]).joined(separator: " "))
            }
        }
        let data = words.dropFirst()
        rows.append("\(words[0]) \\# 0")
        rows.append("\(words[0]) \\# 1 00")
        rows.append("\(words[0]) \\# 2 0102")
        rows.append("\(words[0]) ( \(data.joined(separator: "⏎")) ; c⏎)")
        rows.append("\(words[0])⟨x09⟩\(data.joined(separator: "⟨x09⟩ ")) ; c")
        let quoted = data.map { "\"\($0.filter { $0 != "\"" })\"" }.joined(separator: " ")
        rows.append("\(words[0]) \(quoted)")
        rows.append("\(words[0].lowercased()) \(data.joined(separator: " "))")
        var seen: Set<String> = []
        return rows.filter { seen.insert($0).inserted }.map {
            ZoneTextCase(kind: "type \(words[0])", row: owner(of: record) + $0)
        }
    }
}
