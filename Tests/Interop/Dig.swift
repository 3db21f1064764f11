import Addresses
import Foundation

/// One question, as dig's command line has it, without the server.
struct Question: Hashable, CustomStringConvertible {
    let name: String
    let type: String
    /// `+tcp`, `+noedns`, …
    let options: [String]

    var isOverTCP: Bool { options.contains("+tcp") }
    var description: String { ([name, type] + options).joined(separator: " ") }
}

/// An answer as dig prints it.
struct Answer: Equatable {
    /// NOERROR, NXDOMAIN, …
    var status = ""
    /// qr, aa, tc, rd, ra.
    var flags: Set<String> = []
    /// Records by section, one text each with single spaces; a set, since their order is free.
    var sections: [String: Set<String>] = [:]
    /// What was said about EDNS, the cookie apart: `version: 0, flags: do; udp: 1232`.
    var edns: String?

    /// Reads what dig prints for one question; nil if it got no answer.
    init?(_ text: Substring) {
        var section: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(";; ->>HEADER<<-") {
                status = Self.field("status: ", in: line)
            } else if line.hasPrefix(";; flags: ") {
                flags = Set(
                    Self.field(";; flags: ", in: line, until: ";").split(separator: " ").map(String.init))
            } else if line.hasPrefix("; EDNS: ") {
                edns = String(line.dropFirst(8))
            } else if line.hasPrefix(";; "), line.hasSuffix(" SECTION:") {
                section = line.dropFirst(3).split(separator: " ").first.map(String.init)
            } else if line.isEmpty {
                section = nil
            } else if let section, section == "QUESTION" || !line.hasPrefix(";") {
                sections[section, default: []].insert(
                    line.split(whereSeparator: \.isWhitespace).joined(separator: " "))
            }
        }
        if status.isEmpty { return nil }
    }

    /// Names are the same in any case (RFC 4343).
    mutating func foldCase() {
        for (section, records) in sections where section != "QUESTION" {
            sections[section] = Set(records.map { $0.lowercased() })
        }
    }

    /// What `self` has and `other` hasn't, and the other way round.
    func difference(from other: Answer) -> String {
        var lines: [String] = []
        if status != other.status { lines.append("\(status) instead of \(other.status)") }
        if flags != other.flags {
            lines.append("flags \(flags.sorted()) instead of \(other.flags.sorted())")
        }
        if edns != other.edns { lines.append("EDNS \(edns ?? "none") instead of \(other.edns ?? "none")") }
        for section in Set(sections.keys).union(other.sections.keys).sorted() {
            let (mine, others) = (sections[section, default: []], other.sections[section, default: []])
            lines += mine.subtracting(others).sorted().map { "\(section) too much: \($0)" }
            lines += others.subtracting(mine).sorted().map { "\(section) missing: \($0)" }
        }
        return lines.joined(separator: "; ")
    }

    private static func field(
        _ name: String, in line: Substring, until end: Character = ","
    ) -> String {
        guard let range = line.range(of: name) else { return "" }
        return String(line[range.upperBound...].prefix { $0 != end })
    }
}

/// Runs dig.
enum Dig {
    /// Where it is; nil if it isn't installed.
    static let path = Program.path("dig")

    /// What a server answers to each of the questions; nil where there was no answer.
    static func ask(_ questions: [Question], of server: Endpoint) throws -> [Answer?] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        // One process for all; each line is a command line of its own.
        let lines = questions.map { question in
            "@\(server.address) -p \(server.port) +tries=1 +time=5 +ignore +nocookie \(question)\n"
        }
        try lines.joined().write(to: file, atomically: true, encoding: .utf8)
        let output = try Program.output(of: path, ["-r", "-f", file.path])
        let texts = output.components(separatedBy: "; <<>> DiG").dropFirst().map { $0[...] }
        guard texts.count == questions.count else {
            throw ProgramError(description: "dig answered \(texts.count) of \(questions.count) questions")
        }
        return texts.map(Answer.init)
    }
}
