/// A text to read: its bytes, and where in it an offset lies.
///
/// Readers keep offsets, which cost nothing; lines and columns are counted when there is something
/// to say about one.
public struct SourceText: Sendable {
    /// The file as it was named to us.
    public let file: String
    /// What is in it; UTF-8 by habit, not by promise.
    public let bytes: [UInt8]

    /// A text under a name.
    public init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }

    /// A text under a name.
    public init(file: String, _ text: String) {
        self.init(file: file, bytes: Array(text.utf8))
    }

    /// The place of an offset, which may be the end of the text.
    public func position(of offset: Int) -> SourcePosition {
        let offset = min(max(offset, 0), bytes.count)
        let line = bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
        let start = lineStart(of: offset)
        let column = String(decoding: bytes[start..<offset], as: UTF8.self).count + 1
        return SourcePosition(file: file, line: line, column: column)
    }

    /// The line around an offset, without its end, cut to 400 bytes.
    public func line(around offset: Int) -> String {
        let offset = min(max(offset, 0), bytes.count)
        let start = lineStart(of: offset)
        let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        var line = bytes[start..<min(end, start + 400)]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        return String(decoding: line, as: UTF8.self)
    }

    /// The bytes of a range as a string, mended where they are not UTF-8.
    public func string(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// A diagnostic that points at a range of this text.
    public func diagnostic(
        _ severity: Diagnostic.Severity, _ message: String, at range: Range<Int>, hint: String? = nil,
        notes: [Diagnostic.Note] = []
    ) -> Diagnostic {
        let end = bytes[range].firstIndex(of: UInt8(ascii: "\n")) ?? range.upperBound
        return Diagnostic(
            severity, message, at: position(of: range.lowerBound), sourceLine: line(around: range.lowerBound),
            width: string(range.lowerBound..<max(end, range.lowerBound)).count, hint: hint, notes: notes)
    }

    private func lineStart(of offset: Int) -> Int {
        bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }
}
