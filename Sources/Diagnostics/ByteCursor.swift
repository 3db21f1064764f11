/// The character scanner shared by all text formats: a place in a `SourceText` that moves forward.
///
/// A new line is `\n`; a `\r` before it counts as blank.
public struct ByteCursor: Sendable {
    /// What is read.
    public let text: SourceText
    /// The offset of the next byte.
    public var offset: Int

    /// At the start of a text.
    public init(_ text: SourceText) {
        self.text = text
        offset = 0
    }

    /// Whether everything has been read.
    public var isAtEnd: Bool { offset >= text.bytes.count }

    /// The next byte, nil at the end.
    public var next: UInt8? { offset < text.bytes.count ? text.bytes[offset] : nil }

    /// The byte after the next one, nil where the text ends before it.
    public var afterNext: UInt8? { offset + 1 < text.bytes.count ? text.bytes[offset + 1] : nil }

    /// Steps over one byte.
    public mutating func advance(by count: Int = 1) {
        offset = min(offset + count, text.bytes.count)
    }

    /// Steps over a byte if it is the next one.
    public mutating func skip(_ byte: UInt8) -> Bool {
        if next != byte { return false }
        offset += 1
        return true
    }

    /// Steps over bytes as long as a condition holds; the range stepped over.
    @discardableResult
    public mutating func skip(while condition: (UInt8) -> Bool) -> Range<Int> {
        let start = offset
        while let byte = next, condition(byte) { offset += 1 }
        return start..<offset
    }

    /// Steps over blanks (space, tab, carriage return), not over the line's end.
    public mutating func skipBlanks() {
        skip { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    }

    /// Steps over the rest of the line, not over its end.
    @discardableResult
    public mutating func skipLine() -> Range<Int> {
        skip { $0 != UInt8(ascii: "\n") }
    }
}
