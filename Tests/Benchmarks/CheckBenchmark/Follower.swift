import ControlProtocol
import Foundation
import Glibc
import Synchronization

/// Follows the daemon's events, and says how long after a change they came.
final class Follower: Sendable {
    private struct State {
        var begun = Int64(Date.now.timeIntervalSince1970 * 1000)
        var events: [Event] = []
    }
    private let state = Mutex(State())

    /// A change begins.
    func begin() {
        state.withLock { $0 = State() }
    }

    /// Follows from now on, on a thread of its own.
    func follow(_ path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(connected == 0, "no daemon at \(path)")
        let request = Array("{\"command\":\"follow\",\"version\":1}\n".utf8)
        _ = request.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        Thread.detachNewThread {
            var lines = LineBuffer(maximumLength: 1 << 20)
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while case let length = read(descriptor, &buffer, buffer.count), length > 0 {
                lines.append(buffer[..<length])
                while let line = try? lines.next() {
                    guard case .event(let event)? = try? ControlLine.response(from: line) else { continue }
                    self.state.withLock { $0.events.append(event) }
                }
            }
        }
    }

    /// Waits until so many real servers have had an event that begins with a word since the change; how long after
    /// it they came.
    func wait(_ word: String, _ count: Int, _ seconds: Double) -> String {
        let end = Date.now + seconds
        while true {
            let (begun, events) = state.withLock { ($0.begun, $0.events) }
            let fitting = events.filter { $0.text.hasPrefix(word) && $0.subject.contains("→") }
            let late = fitting.map { Double($0.time.milliseconds - begun) / 1000 }.sorted()
            if late.count >= count || Date.now > end {
                guard let last = late.last else { return "none" }
                return "\(late.count) of \(count), median \(late[late.count / 2]) s, latest \(last) s"
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }
}
