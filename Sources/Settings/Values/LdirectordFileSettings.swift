/// One ldirectord.cf, and what it wants done for its virtual servers.
public struct LdirectordFileSettings: Hashable, Sendable {
    /// The file.
    public var path: String
    /// Whether it is read again when it changes (its `autoreload`).
    public var isReloaded = false
    /// A program that is told when it has changed; nil for none.
    public var callback: String?
    /// Where what happens is told besides; nil for where `DirectorSettings.log` says.
    public var log: LogPlace?
    /// A directory whose files name real servers that are to be taken out; nil for none.
    public var maintenanceDirectory: String?

    /// A file that wants nothing.
    public init(path: String) {
        self.path = path
    }
}

/// Where lines of a log go besides standard error.
public enum LogPlace: Hashable, Sendable {
    /// To a file, by its path.
    case file(String)
    /// To syslog.
    case syslog(SyslogFacility)
}

/// A facility of syslog, by its number (RFC 5424, section 6.2.1, table 1).
public enum SyslogFacility: Int32, Hashable, Sendable, CaseIterable {
    /// Those by the names that syslog(3) has for them.
    case kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp
    /// For whatever a site wants.
    case local0 = 16
    case local1, local2, local3, local4, local5, local6, local7

    /// A facility's name as it is written: `local0`, `LOG_LOCAL0`.
    init?(name: String) {
        let word = name.lowercased()
        let bare = word.hasPrefix("log_") ? String(word.dropFirst(4)) : word
        guard let facility = Self.allCases.first(where: { "\($0)" == bare }) else { return nil }
        self = facility
    }
}
