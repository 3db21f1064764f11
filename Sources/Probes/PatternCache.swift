internal import Patterns
internal import Synchronization

/// Compiled patterns by their text, so that a check's pattern is compiled once and not per probe.
final class PatternCache: Sendable {
    /// More than any configuration has distinct patterns; beyond, all are forgotten and compiled anew.
    private static let capacity = 1024

    private let compiled = Mutex<[String: Pattern]>([:])

    func pattern(_ text: String) throws(PatternError) -> Pattern {
        if let pattern = compiled.withLock({ $0[text] }) { return pattern }
        let pattern = try Pattern(text)
        compiled.withLock { compiled in
            if compiled.count >= Self.capacity { compiled.removeAll() }
            compiled[text] = pattern
        }
        return pattern
    }
}
