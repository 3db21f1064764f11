/// Where the lines of a text begin, for those who need the places of many offsets: a place costs a binary
/// search, where `SourceText.position(of:)` counts lines from the start.
public struct LineIndex: Sendable {
    /// The text.
    public let text: SourceText
    private let starts: [Int]

    /// Reads the text once.
    public init(_ text: SourceText) {
        self.text = text
        var starts = [0]
        for (offset, byte) in text.bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        self.starts = starts
    }

    /// The line of an offset, from 1; the end of the text belongs to the last line.
    public func line(of offset: Int) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The place of an offset, which may be the end of the text; as `SourceText.position(of:)` says it.
    public func position(of offset: Int) -> SourcePosition {
        let offset = min(max(offset, 0), text.bytes.count)
        let line = line(of: offset)
        let start = starts[line - 1]
        let column = String(decoding: text.bytes[start..<offset], as: UTF8.self).count + 1
        return SourcePosition(file: text.file, line: line, column: column)
    }
}
