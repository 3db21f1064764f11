import Diagnostics

/// A file that was read, and from where it was included.
final class Source: Sendable {
    let lines: LineIndex
    /// The statements that led here, the innermost first.
    let inclusions: [Diagnostic.Note]

    init(_ text: SourceText, inclusions: [Diagnostic.Note] = []) {
        lines = LineIndex(text)
        self.inclusions = inclusions
    }

    var text: SourceText { lines.text }
    var file: String { text.file }
}

/// A range of a file.
struct Place: Sendable {
    let source: Source
    let range: Range<Int>

    init(_ source: Source, _ range: Range<Int>) {
        self.source = source
        self.range = range
    }

    var position: SourcePosition { source.lines.position(of: range.lowerBound) }
    var line: Int { source.lines.line(of: range.lowerBound) }
    var lastLine: Int { source.lines.line(of: max(range.lowerBound, range.upperBound - 1)) }

    /// A place inside this one: the range of `count` bytes from `offset`, counted from this one's start.
    func part(_ offset: Int, _ count: Int) -> Place {
        let start = min(range.lowerBound + offset, range.upperBound)
        return Place(source, start..<min(start + count, range.upperBound))
    }

    func diagnostic(
        _ severity: Diagnostic.Severity, _ message: String, hint: String? = nil, notes: [Diagnostic.Note] = []
    ) -> Diagnostic {
        source.text.diagnostic(severity, message, at: range, hint: hint, notes: notes + source.inclusions)
    }
}
