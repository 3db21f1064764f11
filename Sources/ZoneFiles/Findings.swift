internal import DNSWire
internal import Diagnostics

/// The mistakes found so far, by offsets; lines and columns are counted at the end.
struct Findings {
    struct Finding {
        var severity: Diagnostic.Severity
        var message: String
        var file: Int
        var range: Range<Int>
        var hint: String?
        var notes: [String] = []
    }

    private(set) var all: [Finding] = []
    private(set) var errors = 0
    private(set) var warnings = 0
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ finding: Finding) {
        if finding.severity == .error {
            errors += 1
            if errors > limit { return }
        } else {
            warnings += 1
            if warnings > limit { return }
        }
        all.append(finding)
    }

    /// Whether a further warning would only be counted, so that it isn't worth making.
    var hasAllWarnings: Bool { warnings >= limit }

    /// Counts findings that nobody kept; there are more of their kind than are told.
    mutating func addUntold(_ count: Int, isError: Bool) {
        if isError { errors += count } else { warnings += count }
    }

    /// The diagnostics in the order of the files and lines, then the numbers of those not told.
    func diagnostics(of files: [SourceFile]) -> [Diagnostic] {
        var places = files.map { LineCounter($0) }
        let sorted = all.enumerated().sorted {
            ($0.element.file, $0.element.range.lowerBound, $0.offset)
                < ($1.element.file, $1.element.range.lowerBound, $1.offset)
        }
        var diagnostics = sorted.map(\.element).map { finding -> Diagnostic in
            var notes: [Diagnostic.Note] = []
            let position = places[finding.file].position(of: finding.range.lowerBound)
            for note in finding.notes { notes.append(Diagnostic.Note(note, at: position)) }
            var parent = files[finding.file].includedFrom
            while let (file, offset) = parent {
                // Counted anew: the includes of a file are not in the order of its findings.
                var counter = LineCounter(files[file])
                notes.append(Diagnostic.Note("included from here", at: counter.position(of: offset)))
                parent = files[file].includedFrom
            }
            let (line, width) = places[finding.file].line(around: finding.range)
            return Diagnostic(
                finding.severity, finding.message, at: position, sourceLine: line, width: width,
                hint: finding.hint, notes: notes)
        }
        if errors > limit { diagnostics.append(Diagnostic(.error, "and \(errors - limit) more errors")) }
        if warnings > limit {
            diagnostics.append(Diagnostic(.warning, "and \(warnings - limit) more warnings"))
        }
        return diagnostics
    }
}

/// Lines and columns of a file, counted forward from the last place asked for.
struct LineCounter {
    private let file: SourceFile
    private var line = 1
    private var lineStart = 0

    init(_ file: SourceFile) {
        self.file = file
    }

    mutating func position(of offset: Int) -> SourcePosition {
        let memory = file.bytes
        let bytes = memory.octets
        let offset = min(offset, max(bytes.count - 1, 0))
        if offset < lineStart { (line, lineStart) = (1, 0) }
        var index = lineStart
        while index < offset {
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                lineStart = index + 1
            }
            index += 1
        }
        // The octets that begin a character in UTF-8.
        var column = 1
        for index in lineStart..<offset where bytes[index] & 0xC0 != 0x80 { column += 1 }
        return SourcePosition(file: file.name, line: line, column: column)
    }

    /// The line of the place asked for last, and how much of it a range covers; nil where the range
    /// begins so far to the right that nobody would see it.
    func line(around range: Range<Int>) -> (String?, width: Int) {
        let memory = file.bytes
        let bytes = memory.octets
        guard lineStart < bytes.count, range.lowerBound - lineStart <= 300 else { return (nil, 1) }
        var end = lineStart
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), end - lineStart < 400 { end += 1 }
        let width = range.prefix { $0 < end && bytes[$0] != UInt8(ascii: "\n") }.count {
            bytes[$0] & 0xC0 != 0x80
        }
        if end > lineStart, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return (
            String(decoding: memory.view.array(from: lineStart, count: end - lineStart), as: UTF8.self),
            max(width, 1)
        )
    }
}
