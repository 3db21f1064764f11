internal import CPCRE2

/// A Perl regular expression over bytes, compiled once and free to be used from any thread.
///
/// The meaning is PCRE2's, which is Perl's for all that stands in an `ldirectord.cf`. A match is looked
/// for everywhere in the subject. Text is bytes on both sides, as with Perl's own byte strings: `.` is one
/// byte, and a letter outside ASCII stands for the bytes of its UTF-8 form; `(*UTF)` is refused.
///
/// One match costs a bounded time, whatever the subject: see `MatchLimits`. Searches that go together may have one
/// reserve of steps.
public struct Pattern: Sendable {
    /// The text that was compiled.
    public let text: String
    private let code: CompiledCode

    /// The most bytes that a pattern may have; longer than any in use, short enough to compile in a blink.
    public static let maximumLength = 4096

    /// What a search may cost unless something else is said, in steps of the matching.
    public static let usualSteps = MatchLimits.default.steps

    /// What reading a subject of so many bytes may cost: a step for each, or two for a pattern that tries something at
    /// each byte; one that goes to the end first and comes back, three.
    public static func steps(reading bytes: Int) -> Int { 4 * bytes }

    /// Compiles a pattern.
    ///
    /// - Throws: `PatternError` where the text is no Perl regular expression or is too long.
    public init(_ text: String) throws(PatternError) {
        self.text = text
        code = try CompiledCode(Array(text.utf8))
    }

    /// Looks for the pattern anywhere in these bytes.
    public func matches(_ bytes: RawSpan) -> MatchResult {
        var limits = MatchLimits.default
        return code.match(bytes, &limits)
    }

    /// Looks for the pattern anywhere in these bytes, as one of several searches.
    ///
    /// - Parameter steps: What all of them together may cost; what this one does is taken from it.
    public func matches(_ bytes: [UInt8], steps: inout Int) -> MatchResult {
        var limits = MatchLimits.default
        limits.steps = steps
        defer { steps = limits.steps }
        return code.match(unsafe bytes.span.bytes, &limits)
    }

    /// Looks for the pattern anywhere in these bytes.
    public func matches(_ bytes: [UInt8]) -> MatchResult {
        unsafe matches(bytes.span.bytes)
    }

    /// Looks for the pattern anywhere in the UTF-8 form of this text.
    public func matches(_ text: String) -> MatchResult {
        matches(Array(text.utf8))
    }
}

/// What a search for a pattern found.
public enum MatchResult: Hashable, Sendable {
    /// The pattern is there.
    case matched
    /// It is not.
    case notMatched
    /// The search was given up, since it would have cost more than `MatchLimits` allow.
    case limitExceeded
}
