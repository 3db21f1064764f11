internal import CLinux
internal import Dispatch
internal import Glibc
internal import Sockets
internal import Synchronization

/// A program that is run for what it does, or for its exit status. It gets nothing of ours: no descriptors, no
/// ignored signals, a process group of its own; its output goes nowhere.
public struct Program: Sendable {
    /// How a program ended.
    public enum Ending: Hashable, Sendable {
        /// With this status; 128 and the signal's number if a signal ended it.
        case exited(Int32)
        /// Not in time; it was told to end, and killed a second later if it had not.
        case timedOut
        /// It could not be started, for this reason.
        case failed(String)
        /// It could not be started for want of something on this host, for this reason.
        case prevented(String)
        /// Nobody waits for it any more; it was killed.
        case cancelled
    }

    /// Its path, or a name to be found in PATH.
    public var path: String
    /// What it is told, its own name not counted.
    public var arguments: [String]
    /// What it reads; nil: nothing.
    public var input: [UInt8]?

    /// A program; see the properties.
    public init(_ path: String, _ arguments: [String] = [], input: [UInt8]? = nil) {
        self.path = path
        self.arguments = arguments
        self.input = input
    }

    /// Runs it, and returns when it has ended, or has not in this time.
    public func run(within timeout: Duration) async -> Ending {
        let pid: pid_t
        switch start() {
        case .success(let started): pid = started
        case .failure(let trouble): return trouble.ending
        }
        let descriptor = clinux_process_descriptor(pid)
        if descriptor < 0 {
            kill(-pid, SIGKILL)
            var status: Int32 = 0
            while clinux_has_ended(pid, &status) == 0 { usleep(1000) }
            return Trouble(errno: -descriptor).ending
        }
        let run = ProgramRun(pid, descriptor)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { run.watch($0, timeout) }
        } onCancel: {
            run.cancel()
        }
    }

    private struct Trouble: Error {
        let words: String
        let isLocal: Bool

        var ending: Ending { isLocal ? .prevented(words) : .failed(words) }

        init(errno: Int32) {
            isLocal = [EAGAIN, EMFILE, ENFILE, ENOMEM].contains(errno)
            var text = [CChar](repeating: 0, count: 256)
            clinux_error_text(errno, &text, text.count)
            words = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    private func start() -> Result<pid_t, Trouble> {
        var source: Int32 = -1
        if let input {
            source = clinux_text_descriptor(input, input.count)
            if source < 0 { return .failure(Trouble(errno: -source)) }
        }
        defer { if source >= 0 { close(source) } }
        var words = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var pid: pid_t = 0
        let error = clinux_spawn(path, words, source, &pid)
        return error == 0 ? .success(pid) : .failure(Trouble(errno: -error))
    }
}

/// A program that runs; all of it happens on one queue.
private final class ProgramRun: Sendable {
    private static let queue = DispatchQueue(label: "swerve.programs")
    /// How long a program that was told to end may take over it.
    private static let mercy = DispatchTimeInterval.seconds(1)

    private let pid: pid_t
    private let descriptor: Int32
    private struct State {
        var source: ReadSource?
        var waiter: CheckedContinuation<Program.Ending, Never>?
        /// Whether it was told to end.
        var isDismissed = false
        var isOver = false
        var isCancelled = false
    }
    private let state = Mutex(State())

    init(_ pid: pid_t, _ descriptor: Int32) {
        self.pid = pid
        self.descriptor = descriptor
    }

    func watch(_ waiter: CheckedContinuation<Program.Ending, Never>, _ timeout: Duration) {
        // Known to whoever cancels before anything can be concluded.
        state.withLock { $0.waiter = waiter }
        Self.queue.async { [self] in
            let source = ReadSource(descriptor, on: Self.queue) { [self] in ended() }
            state.withLock { $0.source = source }
            if state.withLock({ $0.isCancelled }) { end(SIGKILL, .cancelled) }
        }
        Self.queue.asyncAfter(deadline: .now() + .nanoseconds(Int(timeout.nanoseconds))) { [self] in
            end(SIGTERM, .timedOut)
            Self.queue.asyncAfter(deadline: .now() + Self.mercy) { [self] in end(SIGKILL, .timedOut) }
        }
    }

    private func ended() {
        // Those that it has begun and that did not listen: as long as it has not been waited for, the group is ours.
        if state.withLock({ $0.isDismissed }) { kill(-pid, SIGKILL) }
        var status: Int32 = 0
        guard clinux_has_ended(pid, &status) != 0 else { return }
        let source = state.withLock { state in
            state.isOver = true
            return state.source.take()
        }
        source?.cancel()
        conclude(.exited(status))
    }

    func cancel() {
        state.withLock { $0.isCancelled = true }
        Self.queue.async { [self] in end(SIGKILL, .cancelled) }
    }

    /// Only a process that has not been waited for is known to be ours.
    private func end(_ signal: Int32, _ ending: Program.Ending) {
        let isOver = state.withLock { state in
            state.isDismissed = true
            return state.isOver
        }
        if isOver { return }
        kill(-pid, signal)
        conclude(ending)
    }

    private func conclude(_ ending: Program.Ending) {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: ending)
    }
}
