/// Cuts a stream of bytes into lines, none longer than a bound. Pure: bytes in, lines out.
public struct LineBuffer: Sendable {
    /// Bytes that one line may have, its end included.
    public let maximumLength: Int
    private var bytes: [UInt8] = []
    /// Where in `bytes` the search for a line's end goes on.
    private var searched = 0

    /// An empty buffer.
    public init(maximumLength: Int) {
        self.maximumLength = maximumLength
    }

    /// The line is longer than the bound, whether its end has come or not.
    public struct LineTooLong: Error, Hashable, Sendable {}

    /// Takes what has arrived.
    public mutating func append(_ more: some Collection<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// The next whole line without its end (`\n` or `\r\n`), nil until more has arrived.
    public mutating func next() throws(LineTooLong) -> [UInt8]? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            if bytes.count >= maximumLength { throw LineTooLong() }
            return nil
        }
        if end >= maximumLength { throw LineTooLong() }
        var line = bytes[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let result = Array(line)
        bytes.removeSubrange(...end)
        searched = 0
        return result
    }

    /// What has arrived of a line without an end: the last one of a stream that is over.
    public var rest: [UInt8] { bytes }
}
