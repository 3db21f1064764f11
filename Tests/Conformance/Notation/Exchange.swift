import Testing

/// A question and the whole answer to it, as a transcript has them; see ``transcript(_:)``.
struct Exchange: Sendable {
    /// The remark above it: where in the RFC it is from.
    let remark: String
    /// What is asked, without `dig`.
    let question: String
    /// The answer: see ``AnswerText``.
    let answer: AnswerText
}

extension Exchange: CustomTestStringConvertible {
    var testDescription: String { "\(remark): dig \(question)" }
}

/// Reads exchanges. Each is
///
/// ```
/// ; where it is from
/// dig NAME TYPE OPTIONS
/// RCODE FLAGS
/// EDNS WORDS
/// ANSWER
/// OWNER TTL TYPE DATA
/// AUTHORITY
/// OWNER TTL TYPE DATA
/// ADDITIONAL
/// OWNER TTL TYPE DATA
/// ```
///
/// where what is empty is left out, and the order of records within a section is of no meaning. A signature is written
/// short: `x.example. 3600 RRSIG MX 3` is the RRSIG of x.example's MX, of three labels. A line that ends in `\` goes on
/// in the next. Blanks may be many.
func transcript(_ text: String) -> [Exchange] {
    var exchanges: [Exchange] = []
    var remark = ""
    var question: String?
    var lines: [String] = []

    func conclude() {
        if let question {
            exchanges.append(Exchange(remark: remark, question: question, answer: AnswerText(rows: lines)))
        }
        question = nil
        lines = []
    }

    let joined = text.split(separator: "\n").reduce(into: [String]()) { lines, line in
        if let last = lines.last, last.hasSuffix("\\") {
            lines[lines.count - 1] = last.dropLast() + " " + line
        } else {
            lines.append(String(line))
        }
    }
    for line in joined {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard let first = words.first else { continue }
        if first.hasPrefix(";") {
            conclude()
            remark = words.joined(separator: " ").drop { $0 == ";" || $0 == " " }.description
        } else if first == "dig" {
            conclude()
            question = words.dropFirst().joined(separator: " ")
        } else {
            lines.append(words.joined(separator: " "))
        }
    }
    conclude()
    return exchanges
}

/// An answer as text: what a transcript says it is, or what it was.
struct AnswerText: Sendable {
    /// The code, and the flags that are set but QR: `NOERROR aa rd`; `(silence)`.
    var status = "(silence)"
    /// What the OPT record says, `udp 1232, do`, then its options; nil without one.
    var edns: String?
    /// Records of the answer section, sorted; the same for the others.
    var answer: [String] = []
    var authority: [String] = []
    var additional: [String] = []

    init() {}

    /// Reads the rows of a transcript.
    init(rows: [String]) {
        var section = ""
        for row in rows {
            switch row {
            case "ANSWER", "AUTHORITY", "ADDITIONAL": section = row
            default:
                switch section {
                case "ANSWER": answer.append(row)
                case "AUTHORITY": authority.append(row)
                case "ADDITIONAL": additional.append(row)
                default:
                    if row.hasPrefix("EDNS") {
                        edns = String(row.dropFirst(5))
                    } else {
                        status = row
                    }
                }
            }
        }
        answer.sort()
        authority.sort()
        additional.sort()
    }
}

extension AnswerText: Equatable {
    /// Names are the same in any case (RFC 4343); what of it comes back as it was asked is looked at elsewhere.
    static func == (a: AnswerText, b: AnswerText) -> Bool {
        func folded(_ answer: AnswerText) -> [[String]] {
            [answer.answer, answer.authority, answer.additional].map { $0.map { $0.lowercased() }.sorted() }
        }
        return a.status == b.status && a.edns == b.edns && folded(a) == folded(b)
    }
}

extension AnswerText {
    /// What only this one has, after `+`, and what only the other has, after `-`.
    func difference(from other: AnswerText) -> String {
        func lines(_ answer: AnswerText) -> [String] {
            let sections = [
                ("ANSWER", answer.answer), ("AUTHORITY", answer.authority), ("ADDITIONAL", answer.additional),
            ]
            return [answer.status, "EDNS \(answer.edns ?? "none")"]
                + sections.flatMap { title, records in records.map { "\(title) \($0)" } }
        }
        let (ours, theirs) = (lines(self), lines(other))
        let known = (ours: Set(ours.map { $0.lowercased() }), theirs: Set(theirs.map { $0.lowercased() }))
        return
            (ours.filter { !known.theirs.contains($0.lowercased()) }.map { "+ \($0)" }
            + theirs.filter { !known.ours.contains($0.lowercased()) }.map { "- \($0)" })
            .joined(separator: "\n")
    }
}
