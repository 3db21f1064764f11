import Diagnostics

/// One line of ldirectord.cf: `name = value`, blanks and a comment taken off.
struct LdirectordLine {
    let name: Located<String>
    /// What follows the `=`; nil where there is none.
    let value: Located<String>?
    let isIndented: Bool

    /// The lines of a text that say something. A comment begins with `#` anywhere but in a pair of quotes.
    static func lines(of source: Source) -> [LdirectordLine] {
        var cursor = ByteCursor(source.text)
        if source.text.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { cursor.advance(by: 3) }
        var lines: [LdirectordLine] = []
        while !cursor.isAtEnd {
            let range = cursor.skipLine()
            cursor.advance()
            if let line = line(source, range) { lines.append(line) }
        }
        return lines
    }

    private static func line(_ source: Source, _ range: Range<Int>) -> LdirectordLine? {
        let bytes = source.text.bytes
        var start = range.lowerBound
        while start < range.upperBound, isBlank(bytes[start]) { start += 1 }
        let end = trimmedEnd(bytes, start..<comment(bytes, start..<range.upperBound))
        if start >= end { return nil }
        let isIndented = start > range.lowerBound
        guard let equals = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")) else {
            return LdirectordLine(name: located(source, start..<end), value: nil, isIndented: isIndented)
        }
        let nameEnd = trimmedEnd(bytes, start..<equals)
        var valueStart = equals + 1
        while valueStart < end, isBlank(bytes[valueStart]) { valueStart += 1 }
        return LdirectordLine(
            name: located(source, start..<nameEnd), value: located(source, valueStart..<max(valueStart, end)),
            isIndented: isIndented)
    }

    private static func located(_ source: Source, _ range: Range<Int>) -> Located<String> {
        Located(source.text.string(range), Place(source, range))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte <= UInt8(ascii: " ") }

    private static func trimmedEnd(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, isBlank(bytes[end - 1]) { end -= 1 }
        return max(end, range.lowerBound)
    }

    /// Where the comment begins, or the line ends.
    private static func comment(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var offset = range.lowerBound
        while offset < range.upperBound {
            if bytes[offset] == UInt8(ascii: "#") { return offset }
            if bytes[offset] == UInt8(ascii: "\""),
                let close = bytes[(offset + 1)..<range.upperBound].firstIndex(of: UInt8(ascii: "\""))
            {
                offset = close
            }
            offset += 1
        }
        return range.upperBound
    }
}
