/// Why a text is no pattern.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in PCRE2's words: `missing closing parenthesis`.
    public var message: String
    /// Where, in bytes of the UTF-8 text from its start; the end of the text for what is missing there.
    public var offset: Int

    /// An error at a place.
    public init(_ message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    /// `missing closing parenthesis at offset 4`
    public var description: String { "\(message) at offset \(offset)" }
}
