internal import Dispatch
internal import Synchronization

/// Lines that are written aside, on a thread of its own: nobody waits for a disk or for syslogd. Of what waits there is a
/// bound; what comes beyond it is counted instead of kept.
final class LineQueue<Line: Sendable>: Sendable {
    private struct State {
        /// Lines that wait for the queue to run.
        var waiting: [Line] = []
        var isRunning = false
        /// Lines that are not written yet, wherever they wait.
        var underWay = 0
        /// Lines that were left out and not told of.
        var lostCount = 0
    }

    private let backlog: Int
    private let put: @Sendable (Line) -> Void
    private let state = Mutex(State())
    private let queue: DispatchQueue

    /// A queue that does not run yet.
    ///
    /// - Parameter put: Writes a line, however long that takes.
    init(_ label: String, backlog: Int = 10_000, put: @escaping @Sendable (Line) -> Void) {
        self.backlog = backlog
        self.put = put
        queue = DispatchQueue(label: label, qos: .utility)
    }

    /// Begins to write; what was added before is written now.
    func run() {
        let waiting = state.withLock { state in
            state.isRunning = true
            defer { state.waiting = [] }
            return state.waiting
        }
        waiting.forEach(enqueue)
    }

    /// Has a line written, after one that tells how many are lost where some are. Returns at once.
    func add(_ line: Line, lost: (Int) -> Line?) {
        let (lostCount, isKept) = state.withLock { state in
            if state.underWay >= backlog {
                state.lostCount += 1
                return (0, false)
            }
            defer { state.lostCount = 0 }
            return (state.lostCount, true)
        }
        if !isKept { return }
        for line in [lostCount > 0 ? lost(lostCount) : nil, line].compactMap({ $0 }) {
            let isRunning = state.withLock { state in
                state.underWay += 1
                if !state.isRunning { state.waiting.append(line) }
                return state.isRunning
            }
            if isRunning { enqueue(line) }
        }
    }

    /// Waits until what was added so far is written, or for this time. Where the queue doesn't run it is written here.
    func flush(within patience: DispatchTimeInterval) {
        let (isRunning, waiting) = state.withLock { state in
            defer {
                state.underWay -= state.waiting.count
                state.waiting = []
            }
            return (state.isRunning, state.waiting)
        }
        if !isRunning { return waiting.forEach(put) }
        let end = DispatchSemaphore(value: 0)
        queue.async { end.signal() }
        _ = end.wait(timeout: .now() + patience)
    }

    private func enqueue(_ line: Line) {
        queue.async {
            self.put(line)
            self.state.withLock { $0.underWay -= 1 }
        }
    }
}
