internal import ControlProtocol
internal import Dispatch
internal import Foundation

/// ldirectord's own log, beside standard error: a file that is opened for each line, or syslog.
struct DirectiveLog: Sendable {
    private static let queue = DispatchQueue(label: "swerve.directive-log", qos: .utility)

    /// A path, or a facility of syslog.
    let place: String
    /// What stands in each line of a file beside the time: the name of the configuration.
    let name: String

    /// Writes what happened. Returns at once; nobody waits for a disk or for syslogd.
    func write(_ event: Event, report: @escaping @Sendable (String) -> Void) {
        let text = "\(event.subject): \(event.text)"
        Self.queue.async {
            if place.hasPrefix("/") {
                let line = "[\(LocalTime.now)|\(name)|\(getpid())] \(text)\n"
                if let trouble = AppendedFile.append(line, to: place) { report(trouble) }
            } else {
                Self.send(text, to: place)
            }
        }
    }

    private static let facilities: [String: Int32] = [
        "auth": LOG_AUTH, "authpriv": 10 << 3, "cron": LOG_CRON, "daemon": LOG_DAEMON, "kern": LOG_KERN,
        "local0": LOG_LOCAL0, "local1": LOG_LOCAL1, "local2": LOG_LOCAL2, "local3": LOG_LOCAL3,
        "local4": LOG_LOCAL4, "local5": LOG_LOCAL5, "local6": LOG_LOCAL6, "local7": LOG_LOCAL7, "lpr": LOG_LPR,
        "mail": LOG_MAIL, "news": LOG_NEWS, "syslog": LOG_SYSLOG, "user": LOG_USER, "uucp": LOG_UUCP,
    ]

    private static func send(_ text: String, to facility: String) {
        let priority = (facilities[facility.lowercased()] ?? LOG_DAEMON) | LOG_INFO
        unsafe text.withCString { text in
            unsafe withVaList([text]) { unsafe vsyslog(priority, "ldirectord: %s", $0) }
        }
    }
}
