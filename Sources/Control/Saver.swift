internal import Dispatch
internal import Synchronization

/// Writes a file beside all else, since a disk may hang for as long as it likes. Of what is given meanwhile the last is
/// written.
final class Saver<Content: Sendable>: Sendable {
    private struct Progress {
        /// What was given and is not begun with.
        var waiting: Content?
        /// When the first of what waits was given.
        var waitingSince = ContinuousClock.now
        /// Since when something has been given that is not written; nil: nothing is under way.
        var since: ContinuousClock.Instant?
        /// What went wrong last time.
        var trouble: String?
        var took = Duration.zero
    }

    private let path: String
    private let queue: DispatchQueue
    private let write: @Sendable (Content) -> String?
    private let progress = Mutex(Progress())

    /// - Parameters:
    ///   - queue: A serial one. What is given is written before what is put into it after that.
    ///   - write: Writes the file; what went wrong, nil if nothing did.
    init(_ path: String, on queue: DispatchQueue, write: @escaping @Sendable (Content) -> String?) {
        self.path = path
        self.queue = queue
        self.write = write
    }

    /// Has it written, unless something is given after it before its turn comes.
    func give(_ content: Content) {
        let isFirst = progress.withLock { progress in
            defer { progress.waiting = content }
            if progress.waiting != nil { return false }
            progress.waitingSince = .now
            progress.since = progress.since ?? progress.waitingSince
            return true
        }
        if isFirst { queue.async { self.writeWaiting() } }
    }

    private func writeWaiting() {
        guard let content = progress.withLock({ $0.waiting.take() }) else { return }
        let start = ContinuousClock.now
        let trouble = write(content)
        progress.withLock { progress in
            progress.took = start.duration(to: .now)
            progress.trouble = trouble
            progress.since = progress.waiting == nil ? nil : progress.waitingSince
        }
    }

    /// Whether something is under way.
    var isBusy: Bool { progress.withLock { $0.since != nil } }

    /// Whether the last that was given could not be written.
    var hasFailed: Bool { progress.withLock { $0.since == nil && $0.trouble != nil } }

    /// How long the last writing took.
    var took: Duration { progress.withLock(\.took) }

    /// Why what was given is not in the file: what went wrong last time, or that it takes longer than this.
    func trouble(after patience: Duration) -> String? {
        progress.withLock { progress in
            if let since = progress.since, since.duration(to: .now) >= patience {
                return "write \(path): the disk has not answered yet"
            }
            return progress.trouble
        }
    }
}
