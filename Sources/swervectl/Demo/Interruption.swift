internal import Dispatch
internal import Glibc

/// The signals that end a program which runs until then.
enum Interruption {
    /// Returns when SIGINT or SIGTERM has come, or the task is cancelled. From the first call on neither
    /// ends the process by itself.
    static func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }
}
