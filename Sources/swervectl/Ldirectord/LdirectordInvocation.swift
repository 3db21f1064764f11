/// What ldirectord's command line asks for: `[-d|--debug] [--] [FILE] ACTION`.
struct LdirectordInvocation: Hashable, Sendable {
    /// What is to be done.
    enum Action: String, CaseIterable, Sendable {
        case start, stop, restart, reload, status, configtest
        case tryRestart = "try-restart"
        case forceReload = "force-reload"
    }

    /// Why there is nothing to do.
    enum Other: Error, Hashable, Sendable {
        /// The usage is to be shown, since it was asked for.
        case help
        /// The version is.
        case version
        /// The words make no sense.
        case usage
    }

    /// Whether it stays in the foreground and says what it does.
    var isDebug = false
    /// The configuration's file as it is named; nil for ldirectord.cf.
    var file: String?
    /// What is to be done.
    var action: Action

    /// Reads the words after the program's name.
    static func parse(_ words: [String]) -> Result<LdirectordInvocation, Other> {
        var isDebug = false
        var rest = words[...]
        while let word = rest.first, word.hasPrefix("-") {
            rest = rest.dropFirst()
            if word == "--" { break }
            switch word {
            case "-d", "--debug": isDebug = true
            case "-h", "--help": return .failure(.help)
            case "-v", "--version": return .failure(.version)
            default: return .failure(.usage)
            }
        }
        // What follows is left out, as ldirectord leaves it out.
        guard let first = rest.first else { return .failure(.usage) }
        let second = rest.dropFirst().first
        guard let action = Action(rawValue: second ?? first) else { return .failure(.usage) }
        return .success(
            LdirectordInvocation(isDebug: isDebug, file: second == nil ? nil : first, action: action))
    }

    /// What tells instances apart: the file's name, or `ldirectord` where none is named.
    var name: String {
        file.map { $0.split(separator: "/").last.map(String.init) ?? $0 } ?? "ldirectord"
    }

    /// Where the file may be, in order.
    var candidates: [String] {
        let file = file ?? "ldirectord.cf"
        return ["/etc/ha.d/\(file)", "/etc/ha.d/conf/\(file)", file]
    }

    /// What is said to whoever asks in vain.
    static let usage = """
        Usage: ldirectord [-d|--debug] [--] [configuration file] \
        {start|stop|restart|try-restart|reload|force-reload|status|configtest}
        """
}
