public import Control
internal import ControlProtocol
internal import Diagnostics
internal import Foundation
public import Logging

/// What the daemon says, on standard error: a line with the time, the level, what it is about, and
/// what happened. Under a service manager that keeps the time itself, the level is a number in front.
/// It never waits for its reader, on whom answers must not depend.
public struct Log: Sendable {
    private static let isUnderJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil

    private let isQuiet: Bool
    /// Where lines go besides.
    let others = DirectiveLog()

    /// The log; a quiet one takes errors only.
    public init(isQuiet: Bool = false) {
        self.isQuiet = isQuiet
    }

    /// Writes a line.
    public func write(_ level: Occurrence.Level, _ subject: String?, _ text: String) {
        write(level, subject, text, inFiles: text)
    }

    private func write(
        _ level: Occurrence.Level, _ subject: String?, _ text: String, inFiles brief: String
    ) {
        others.write(level, subject, brief)
        if isQuiet && level != .error { return }
        Self.tell(level, subject, text)
    }

    /// Writes a line to standard error alone.
    static func tell(_ level: Occurrence.Level, _ subject: String?, _ text: String) {
        let about = subject.map { "[\($0)] " } ?? ""
        var line: String
        if isUnderJournal {
            let number = level == .error ? 3 : level == .warning ? 4 : 6
            line = "<\(number)>\(about)\(text)"
        } else {
            let time = Timestamp.now
            line = "\(time) \(level.rawValue): \(about)\(text)"
        }
        line += "\n"
        StandardError.shared.write(line)
    }

    /// Writes text as it is, for whoever started the program.
    public static func say(_ text: String) {
        StandardError.shared.write(text + "\n")
        StandardError.shared.flush(within: .seconds(1))
    }

    /// Passes on what a slow reader has left waiting, as far as it is read now, or within this time.
    func flush(within patience: Duration = .zero) { StandardError.shared.flush(within: patience) }

    /// Waits a second at most until all that was said is written, as the process ends.
    func end() {
        others.flush(within: .seconds(1))
        StandardError.shared.flush(within: .seconds(1))
    }

    /// Writes what happened.
    public func write(_ occurrence: Occurrence) {
        write(occurrence.level, occurrence.subject, occurrence.text)
    }

    /// Writes what was said about a text, place and mark included.
    func write(_ diagnostic: Diagnostic) {
        let level: Occurrence.Level =
            switch diagnostic.severity {
            case .error: .error
            case .warning: .warning
            case .note: .info
            }
        write(level, nil, diagnostic.withoutSeverity, inFiles: diagnostic.firstLine)
    }

    /// A logger for the rooms that carry one, which writes here.
    public func logger(_ label: String) -> Logger {
        Logger(label: label) { Handler(label: $0, log: self) }
    }
}

private struct Handler: LogHandler {
    let label: String
    let log: Log
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let level: Occurrence.Level =
            event.level >= .error ? .error : event.level >= .warning ? .warning : .info
        log.write(level, label, "\(event.message)")
    }
}

extension Diagnostic {
    /// The text without the word for its severity, which the log has of its own.
    fileprivate var withoutSeverity: String {
        let text = description
        let word = "\(severity.rawValue): "
        return text.firstRange(of: word).map { text.replacingCharacters(in: $0, with: "") } ?? text
    }
}
