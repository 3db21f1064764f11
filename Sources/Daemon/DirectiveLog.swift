internal import Control
internal import Diagnostics
internal import Director
internal import Dispatch
internal import Foundation
internal import Settings
internal import Synchronization

/// Logs beside standard error, as ldirectord has them: files that are opened for each line, or syslog. Nobody waits for
/// a disk or for syslogd.
final class DirectiveLog: Sendable {
    /// Lines that wait at most; what comes then is counted instead of kept.
    private static let backlog = 10_000

    /// One log.
    struct Place: Hashable, Sendable {
        var place: LogPlace
        /// What stands in each line of a file beside the time: the name of the configuration.
        var name: String
    }

    private struct Line {
        var level: Occurrence.Level
        var text: String
        var places: [Place]
    }

    private struct State {
        var routes = LogRoutes()
        /// Lines that wait; before the log runs there is no thread that could write them.
        var waiting: [Line] = []
        var isRunning = false
        /// Lines that are not written yet, wherever they wait.
        var underWay = 0
        /// Lines that were left out and not told of.
        var lostCount = 0
        /// What was last told of a place that takes no lines.
        var troubles: [Place: String] = [:]
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "swerve.directive-log", qos: .utility)

    /// Writes to where these settings say from now on.
    func follow(_ settings: Settings) {
        let routes = LogRoutes(settings)
        state.withLock { $0.routes = routes }
    }

    /// Begins to write, on a thread of its own; what was said before is written now.
    func run() {
        let waiting = state.withLock { state in
            state.isRunning = true
            defer { state.waiting = [] }
            return state.waiting
        }
        waiting.forEach(enqueue)
    }

    /// Writes what happened. Returns at once.
    func write(_ level: Occurrence.Level, _ subject: String?, _ text: String) {
        let lines = state.withLock { state -> [Line] in
            let places = state.routes.places(of: subject)
            if places.isEmpty { return [] }
            if state.underWay >= Self.backlog {
                state.lostCount += 1
                return []
            }
            var lines = [Line(level: level, text: subject.map { "\($0): \(text)" } ?? text, places: places)]
            if state.lostCount > 0 {
                let words = "\(state.lostCount) lines are lost, they came faster than they could be written"
                lines.insert(Line(level: .warning, text: words, places: state.routes.places(of: nil)), at: 0)
                state.lostCount = 0
            }
            state.underWay += lines.count
            if state.isRunning { return lines }
            state.waiting += lines
            return []
        }
        lines.forEach(enqueue)
    }

    /// Waits until what was said so far is written, or for this time. Where the log doesn't run it is written here.
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

    private func put(_ line: Line) {
        for place in line.places {
            switch place.place {
            case .file(let path):
                let word = line.level == .info ? "" : "\(line.level.rawValue): "
                let text = "[\(LocalTime.now)|\(place.name)|\(getpid())] \(word)\(line.text)\n"
                note(AppendedFile.append(text, to: path), of: place)
            case .syslog(let facility): Self.send(line, to: facility)
            }
        }
    }

    /// What keeps a place from taking lines is told once, until it takes some again.
    private func note(_ trouble: String?, of place: Place) {
        let isNew = state.withLock { state in
            defer { state.troubles[place] = trouble }
            return trouble != nil && state.troubles[place] != trouble
        }
        if isNew, let trouble { Log.tell(.error, "log", trouble) }
    }

    /// ldirectord's name, so that what sorts its lines finds ours; syslog keeps the pointer.
    nonisolated(unsafe) private static let identity: UnsafePointer<CChar>? = unsafe UnsafePointer(
        strdup("ldirectord"))

    private static func send(_ line: Line, to facility: SyslogFacility) {
        let severity =
            switch line.level {
            case .info: LOG_INFO
            case .warning: LOG_WARNING
            case .error: LOG_ERR
            }
        unsafe openlog(identity, LOG_PID, facility.rawValue << 3)
        unsafe line.text.withCString { text in
            unsafe withVaList([text]) { unsafe vsyslog(facility.rawValue << 3 | severity, "%s", $0) }
        }
    }
}

/// Which line goes into which logs: what concerns a virtual server into that of its file, all else into all.
struct LogRoutes: Sendable {
    private var all: [DirectiveLog.Place] = []
    private var own: [String: [DirectiveLog.Place]] = [:]

    init() {}

    init(_ settings: Settings) {
        let director = settings.director
        func place(_ log: LogPlace?, _ path: String) -> [DirectiveLog.Place] {
            log.map { [.init(place: $0, name: path.split(separator: "/").last.map(String.init) ?? path)] } ?? []
        }
        let general = place(director.log, settings.file)
        var byFile: [String: [DirectiveLog.Place]] = [:]
        for file in director.ldirectordFiles {
            byFile[file.path] = place(file.log ?? director.log, file.path)
            for place in byFile[file.path] ?? [] where !all.contains(where: { $0.place == place.place }) {
                all.append(place)
            }
        }
        let isOwn = director.virtualServers.contains { byFile[$0.position.file] == nil }
        if byFile.isEmpty || isOwn, let place = general.first,
            !all.contains(where: { $0.place == place.place })
        {
            all.append(place)
        }
        if all.count < 2 { return }
        for server in director.virtualServers {
            own[server.key.description] = byFile[server.position.file] ?? general
        }
    }

    /// The logs that get a line about a subject.
    func places(of subject: String?) -> [DirectiveLog.Place] {
        if all.count < 2 { return all }
        guard let subject else { return all }
        let key = subject.firstRange(of: " → ").map { String(subject[..<$0.lowerBound]) } ?? subject
        return own[key] ?? all
    }
}
