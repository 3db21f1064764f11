internal import Patterns
internal import Synchronization

/// Compiled patterns by their text, so that a check's pattern is compiled once and not per probe.
final class PatternCache: Sendable {
    /// More than any configuration has distinct patterns; beyond, all are forgotten and compiled anew.
    private static let capacity = 1024

    private let known = Mutex<[String: Pattern]>([:])

    /// A pattern; nil or empty text is none.
    func compiled(_ text: String?) throws(ProbeFailure) -> Pattern? {
        guard let text, !text.isEmpty else { return nil }
        if let pattern = known.withLock({ $0[text] }) { return pattern }
        do throws(PatternError) {
            let pattern = try Pattern(text)
            known.withLock { known in
                if known.count >= Self.capacity { known.removeAll() }
                known[text] = pattern
            }
            return pattern
        } catch {
            throw ProbeFailure("/\(text.quotable)/ is no regular expression: \(error)")
        }
    }
}
