import Health

/// Reads the statements of `check` that say how outcomes become a verdict, beyond `rise` and `fall`.
enum JudgementReader {
    static let known = ["down-threshold", "ok-threshold", "down-interval", "fast-interval", "hold-down"]

    /// Reads one, if it is one of these.
    static func read(_ keyword: String, _ cursor: inout StatementCursor, into judgement: inout Judgement)
        -> Bool
    {
        switch keyword {
        case "down-threshold": judgement.downThreshold = cursor.number("a count", 2...1000)
        case "ok-threshold": judgement.okThreshold = cursor.number("a count", 1...1000) ?? judgement.okThreshold
        case "down-interval": judgement.downInterval = cursor.interval()
        case "fast-interval": judgement.fastInterval = cursor.interval()
        case "hold-down": judgement.holdDown = holdDown(&cursor)
        default: return false
        }
        return true
    }

    /// `SPAN [max SPAN]`: at most sixteen times the first unless something is written.
    private static func holdDown(_ cursor: inout StatementCursor) -> Judgement.HoldDown? {
        let spans = Duration.seconds(1) ... .seconds(86_400)
        guard let first = cursor.duration("a span", spans) else { return nil }
        if !cursor.skip("max") { return .init(first: first, maximum: min(first * 16, .seconds(86_400))) }
        return cursor.duration("a span", first ... .seconds(86_400)).map { .init(first: first, maximum: $0) }
    }
}
