internal import CLinux
internal import Glibc

/// A thread of a server, with a name and without signals; it ends when its work does.
public struct ServerThread: Sendable {
    private let thread: pthread_t

    /// What a server's threads do needs no deep stack; a megabyte is far more than enough.
    private static let stackSize = 1 << 20

    /// Starts a thread.
    /// - Throws: `start thread udp-0: …`
    public init(_ name: String, _ work: @escaping @Sendable () -> Void) throws(SocketError) {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(Work(work))
        let code = unsafe swerve_start_thread(
            &thread, name, Self.stackSize,
            { context in
                if let context = unsafe context {
                    unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
                }
                return nil
            }, context.toOpaque())
        if code != 0 {
            unsafe context.release()
            throw SocketError("start thread \(name)", code: code)
        }
        self.thread = thread
    }

    /// Waits for its end; to be called once.
    public func join() {
        pthread_join(thread, nil)
    }

    /// So many threads serve each kind of socket: one for each processor that the process may run on, or
    /// `SWERVE_WORKERS`.
    public static var usualCount: Int {
        if let text = unsafe getenv("SWERVE_WORKERS"), let number = unsafe Int(String(cString: text)),
            (1...1024).contains(number)
        {
            return number
        }
        return Int(swerve_processor_count())
    }
}

private final class Work: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}
