internal import Glibc
internal import Synchronization

/// Standard error, written to without ever waiting for whoever reads it: what a slow reader leaves
/// waits here, and beyond that lines are counted instead of kept.
final class StandardError: Sendable {
    /// The process's own.
    static let shared = StandardError(descriptor: STDERR_FILENO)

    private struct State {
        var waiting: [UInt8] = []
        var droppedLines = 0
    }

    /// A pipe takes this many bytes at once when poll says that it can be written to (PIPE_BUF).
    private static let portion = 4096
    /// Ten thousand lines: the start of a server with as many zones, told faster than it is read.
    private static let capacity = 1 << 20

    private let descriptor: CInt
    private let state = Mutex(State())

    init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Writes a line, as far as it can be without waiting, and keeps the rest for the next time.
    func write(_ line: String) {
        state.withLock { state in
            if state.waiting.count + line.utf8.count > Self.capacity {
                state.droppedLines += 1
            } else {
                state.waiting += line.utf8
            }
            pass(on: &state, patience: 0)
        }
    }

    /// Passes on what waits, as far as it is read within this time.
    func flush(within patience: Duration = .zero) {
        let end = ContinuousClock.now + patience
        repeat {
            let isDone = state.withLock { state in
                pass(on: &state, patience: patience == .zero ? 0 : 50)
                return state.waiting.isEmpty
            }
            if isDone { return }
        } while .now < end
    }

    private func pass(on state: inout State, patience: CInt) {
        var start = 0
        defer { state.waiting.removeFirst(start) }
        while true {
            if start == state.waiting.count {
                if state.droppedLines == 0 { return }
                let count = state.droppedLines
                state.waiting = Array("\(count) lines of the log are lost, nobody read them in time\n".utf8)
                state.droppedLines = 0
                start = 0
            }
            var readiness = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if unsafe poll(&readiness, 1, patience) <= 0 { return }
            let end = min(start + Self.portion, state.waiting.count)
            let count = unsafe state.waiting[start..<end].withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR || errno == EAGAIN { return }
            // A reader that is gone, or that never was: there is nobody to keep it for.
            start = count < 0 ? state.waiting.count : start + count
        }
    }
}
