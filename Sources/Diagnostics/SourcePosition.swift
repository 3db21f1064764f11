/// A place in a text file.
public struct SourcePosition: Hashable, Sendable {
    /// The file as it was named to us.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column in characters, from 1; a tab is one.
    public var column: Int

    /// The place at this line and column.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

extension SourcePosition: CustomStringConvertible {
    /// `FILE:LINE:COLUMN`, which editors jump to.
    public var description: String { "\(file):\(line):\(column)" }
}
