import DNSWire

/// A difference that was found once: zones, a query, and what has to be answered.
///
/// As text, in a file of many:
///
///     # What it is about.
///     zone example.
///     example. 60 IN SOA ns.example. admin.example. 1 60 60 60 60
///     minimal no
///     ask www.example. A +bufsize=1232 +do
///     > NXDOMAIN aa edns-do
///     > ns example. 60 SOA …
struct RegressionCase: Sendable {
    /// The lines in front.
    private(set) var title = ""
    /// Apexes and master files.
    private(set) var zones: [(origin: String, text: String)] = []
    private(set) var minimalResponses = true
    private(set) var query = ""
    private(set) var expected: [String] = []

    /// The cases of a text.
    static func cases(_ text: String) -> [RegressionCase] {
        var cases: [RegressionCase] = []
        var current = RegressionCase()
        func keep() {
            if !current.query.isEmpty { cases.append(current) }
            current = RegressionCase()
        }
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("#") {
                if !current.query.isEmpty { keep() }
                current.title += line.dropFirst(2) + " "
            } else if line.hasPrefix("zone ") {
                if !current.query.isEmpty { keep() }
                current.zones.append((String(line.dropFirst(5)), ""))
            } else if line == "minimal no" {
                current.minimalResponses = false
            } else if line.hasPrefix("ask ") {
                // A further question about the same zones.
                if !current.query.isEmpty {
                    cases.append(current)
                    current.expected = []
                }
                current.query = String(line.dropFirst(4))
            } else if line.hasPrefix("> ") {
                current.expected.append(String(line.dropFirst(2)))
            } else {
                current.zones[current.zones.count - 1].text += line + "\n"
            }
        }
        keep()
        return cases
    }

    /// The text of a case, to be pasted.
    static func text(
        zones: [(origin: DomainName, text: String)], minimalResponses: Bool, query: Query, expected: [String]
    ) -> String {
        let texts = zones.map { "zone \($0.origin.text)\n" + shortened($0.text) }
        return texts.joined() + (minimalResponses ? "" : "minimal no\n") + "ask \(query)\n"
            + expected.map { "> \($0)\n" }.joined()
    }

    /// A zone's text with a record on each line. Signatures say nothing here: a few octets take their place.
    private static func shortened(_ text: String) -> String {
        var records: [String] = []
        var open = ""
        for line in text.split(separator: "\n") {
            open += open.isEmpty ? withoutComment(line) : " " + withoutComment(line)
            if open.contains("(") && !open.contains(")") { continue }
            let record = open.replacing("(", with: "").replacing(")", with: "")
            open = ""
            var words = record.split(whereSeparator: \.isWhitespace).map(String.init)
            if words.isEmpty { continue }
            // Type, algorithm, labels, TTL, two times, tag and signer come before a signature.
            if let place = words.firstIndex(of: "RRSIG"), words.count > place + 9,
                UInt8(words[place + 2]) != nil
            {
                words = words[...(place + 8)] + ["AAAA"]
            }
            // A record without an owner has the one before's.
            records.append(
                (record.first?.isWhitespace == true ? " " : "") + words.joined(separator: " ") + "\n")
        }
        return records.joined()
    }

    private static func withoutComment(_ line: Substring) -> String {
        var isQuoted = false
        return String(
            line.prefix { character in
                if character == "\"" { isQuoted.toggle() }
                return isQuoted || character != ";"
            })
    }
}
