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

    private let routes = Mutex(LogRoutes())
    private let lines: LineQueue<Line>

    init() {
        let files = AppendedFiles()
        lines = LineQueue("swerve.directive-log") { Self.put($0, files) }
    }

    /// Writes to where these settings say from now on.
    func follow(_ settings: Settings) {
        let next = LogRoutes(settings)
        routes.withLock { $0 = next }
    }

    /// Begins to write, on a thread of its own; what was said before is written now.
    func run() { lines.run() }

    /// Writes what happened. Returns at once.
    func write(_ level: Occurrence.Level, _ subject: String?, _ text: String) {
        let places = places(of: subject)
        if places.isEmpty { return }
        lines.add(Line(level: level, text: subject.map { "\($0): \(text)" } ?? text, places: places)) { count in
            Line(
                level: .warning, text: "\(count) lines are lost, they came faster than they could be written",
                places: self.places(of: nil))
        }
    }

    private func places(of subject: String?) -> [Place] { routes.withLock { $0.places(of: subject) } }

    /// Waits until what was said so far is written, or for this time. Where the log doesn't run it is written here.
    func flush(within patience: DispatchTimeInterval) { lines.flush(within: patience) }

    private static func put(_ line: Line, _ files: AppendedFiles) {
        for place in line.places {
            switch place.place {
            case .file(let path):
                let word = line.level == .info ? "" : "\(line.level.rawValue): "
                let text = "[\(LocalTime.now)|\(place.name)|\(getpid())] \(word)\(line.text)\n"
                if let trouble = files.append(text, to: path) { Log.tell(.error, "log", trouble) }
            case .syslog(let facility): send(line, to: facility)
            }
        }
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
