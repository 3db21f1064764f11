import Addresses
import Diagnostics
import DNSWire

extension StatementCursor {
    /// `yes`, `no` and BIND's other words for them.
    mutating func boolean() -> Bool? {
        guard let word = word("'yes' or 'no'") else { return nil }
        switch word.keyword {
        case "yes", "true", "1": return true
        case "no", "false", "0": return false
        default:
            fail("'yes' or 'no' is expected, not '\(word.text)'", at: word.place)
            return nil
        }
    }

    /// A number within a range; `what` says what it is: `a weight`.
    mutating func number(_ what: String, _ range: ClosedRange<Int>) -> Int? {
        guard let word = word(what) else { return nil }
        guard !word.isQuoted, let value = decimal(word.text) else {
            fail("\(what) is expected, not '\(word.text)'", at: word.place)
            return nil
        }
        guard range.contains(value) else {
            fail("\(what) is from \(range.lowerBound) to \(range.upperBound), not \(word.text)", at: word.place)
            return nil
        }
        return value
    }

    /// A port other than 0.
    mutating func port() -> UInt16? {
        number("a port", 1...65535).map { UInt16($0) }
    }

    /// `port N` where it is written.
    mutating func optionalPort() -> UInt16? {
        skip("port") ? port() : nil
    }

    /// From the start of one probe to the start of the next.
    mutating func interval() -> Duration? { duration("an interval", .milliseconds(100) ... .seconds(86_400)) }

    /// What one probe may take.
    mutating func timeout() -> Duration? { duration("a timeout", .milliseconds(10) ... .seconds(3600)) }

    /// A span of time within a range, in words like `500ms`, `10`, `1m30s`.
    mutating func duration(_ what: String, _ range: ClosedRange<Duration>) -> Duration? {
        guard let word = word(what) else { return nil }
        guard let value = DurationText.read(word.text) else {
            fail(
                "\(what) is expected, not '\(word.text)'", at: word.place,
                hint: "write 500ms, 10s, 2m, 1h or 1d")
            return nil
        }
        guard range.contains(value) else {
            let (low, high) = (DurationText.text(range.lowerBound), DurationText.text(range.upperBound))
            fail("\(what) is from \(low) to \(high), not \(word.text)", at: word.place)
            return nil
        }
        return value
    }

    mutating func address(_ what: String) -> IPAddress? {
        guard let word = word(what) else { return nil }
        guard let address = IPAddress(word.text) else {
            fail("\(what) is expected, not '\(word.text)'", at: word.place)
            return nil
        }
        return address
    }

    mutating func domainName(_ what: String) -> (name: DomainName, word: Word)? {
        guard let word = word(what) else { return nil }
        do {
            return (try DomainName(word.text), word)
        } catch {
            fail("'\(word.text)' is no domain name: \(error.words)", at: word.place)
            return nil
        }
    }

    /// A file's path.
    mutating func path() -> (path: String, word: Word)? {
        guard let word = word("a path in quotes") else { return nil }
        if word.text.isEmpty || word.text.utf8.contains(0) {
            fail("a path is expected", at: word.place)
            return nil
        }
        return (word.text, word)
    }

    /// One of the words of a type.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ what: String) -> Choice? {
        guard let word = word(what) else { return nil }
        if let choice = Choice(rawValue: word.keyword) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        fail(
            "\(what) is \(list(names)), not '\(word.text)'", at: word.place,
            hint: suggestion(for: word.text, among: names).map { "did you mean '\($0)'?" })
        return nil
    }
}

/// `a`, `a or b`, `a, b or c`.
func list(_ names: [String]) -> String {
    guard names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
}

/// A number of decimal digits alone; nil for anything else, and for what no Int holds.
func decimal(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
}

extension DomainName.TextError {
    /// The mistake in words.
    var words: String {
        switch self {
        case .empty: "it is empty"
        case .emptyLabel: "a label is empty"
        case .labelTooLong: "a label has more than 63 octets"
        case .nameTooLong: "it has more than 255 octets"
        case .badEscape: "a backslash is followed by nothing that it can escape"
        }
    }
}
