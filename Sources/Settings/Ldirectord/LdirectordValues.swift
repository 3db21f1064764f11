import Diagnostics
import Director

/// Reads the value of one directive; mistakes go to the reading, at the value.
struct LdirectordValue {
    let name: String
    let text: String
    let place: Place
    let reading: Reading

    func fail(_ message: String, hint: String? = nil, at place: Place? = nil) {
        reading.error(message, at: place ?? self.place, hint: hint)
    }

    /// A part of the value, by offsets in UTF-8.
    private func part(_ range: Range<Substring.Index>) -> Place {
        let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
        return place.part(start, text.utf8.distance(from: range.lowerBound, to: range.upperBound))
    }

    func located(_ part: Substring) -> Located<String> {
        Located(String(part), self.part(part.startIndex..<part.endIndex))
    }

    /// The first digits found, as ldirectord takes them; other characters are warned about.
    func number(_ range: ClosedRange<Int>) -> Located<Int>? {
        let digits = text.drop { !isDigit($0) }.prefix(while: isDigit)
        guard !digits.isEmpty, let value = Int(digits), range.contains(value) else {
            let what =
                range.upperBound == .max
                ? "above \(range.lowerBound - 1)" : "from \(range.lowerBound) to \(range.upperBound)"
            fail("'\(name)' needs a number \(what), not '\(text)'")
            return nil
        }
        if digits.count != text.count { reading.warning("'\(text)' is read as \(value)", at: place) }
        return Located(value, place)
    }

    func boolean() -> Located<Bool>? {
        switch text {
        case "yes": return Located(true, place)
        case "no": return Located(false, place)
        default:
            fail("'\(name)' must be 'yes' or 'no', not '\(text)'")
            return nil
        }
    }

    /// A text, without the quotes if it has some; from the first quote to the last one, as ldirectord takes it.
    func string(allowsEmpty: Bool = false) -> Located<String>? {
        var content = text[...]
        if content.first == "\"" {
            content = content.dropFirst()
            guard let close = content.lastIndex(of: "\"") else {
                fail("this quoted string has no end", at: place.part(0, 1))
                return nil
            }
            let rest = content[content.index(after: close)...]
            if rest.contains(where: { !$0.isWhitespace }) {
                reading.warning("what follows the quotes is left out", at: located(rest).place)
            }
            content = content[..<close]
        }
        if content.isEmpty, !allowsEmpty {
            fail("'\(name)' needs a value")
            return nil
        }
        return Located(String(content), located(content).place)
    }

    /// One of some words; what follows it is warned about, since ldirectord does not look at it.
    func word(among known: [String]) -> Located<String>? {
        let word = text.prefix { !$0.isWhitespace }
        guard known.contains(String(word)) else {
            fail(
                "'\(name)' is \(list(known)), not '\(text)'",
                hint: suggestion(for: String(word), among: known).map { "did you mean '\($0)'?" })
            return nil
        }
        if word.count != text.count { reading.warning("what follows '\(word)' is left out", at: place) }
        return located(word)
    }

    func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}
