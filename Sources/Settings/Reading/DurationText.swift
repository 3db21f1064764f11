/// Spans of time in words: `500ms`, `10s`, `2m`, `1h30m`, `1d`, `1w`; a number alone is seconds.
public enum DurationText {
    private static let units: [(name: String, milliseconds: Int)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads a span; nil for anything else and for more than a hundred years.
    public static func read(_ text: String) -> Duration? {
        if let seconds = decimal(text), !text.isEmpty {
            return seconds <= 3_155_760_000 ? .seconds(seconds) : nil
        }
        var rest = text.lowercased()[...]
        var total = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard digits.count <= 12, let number = Int(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            guard let unit = units.first(where: { $0.name == letters }) else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
            if overflow || product > 3_155_760_000_000 { return nil }
            total += product
            if total > 3_155_760_000_000 { return nil }
        }
        return text.isEmpty ? nil : .milliseconds(total)
    }

    /// The shortest words of a span of whole milliseconds: `90s`, `500ms`.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        for unit in units where milliseconds % Int64(unit.milliseconds) == 0 && unit.name != "w" {
            return "\(milliseconds / Int64(unit.milliseconds))\(unit.name)"
        }
        return "\(milliseconds)ms"
    }
}
