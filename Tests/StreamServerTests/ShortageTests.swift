import Glibc
import Logging
import Synchronization
import Testing

@testable import StreamServer

@Suite("What a server says of a shortage")
struct ShortageTests {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }

        func log(event: LogEvent) { lines.lines.withLock { $0.append("\(event.message)") } }
    }

    @Test("Once a minute, whichever loop's clock is ahead")
    func minute() {
        let lines = Lines()
        let crowd = StreamCrowd(
            workers: 2, limits: StreamLimits(), logger: Logger(label: "test") { _ in Handler(lines: lines) })
        let minute: UInt64 = 60_000_000_000
        for now in [1000, 900, minute + 999, minute + 1000, minute + 10, 2 * minute] {
            crowd.sayShort("accept", EMFILE, "it waits", now: now)
        }
        #expect(
            lines.lines.withLock(\.self) == Array(repeating: "accept: Too many open files; it waits", count: 2))
    }
}
