/// What is done, beside the table and the answers, when something changes at a virtual server.
public struct ReactionSettings: Hashable, Sendable {
    /// A shell's command, to which is added `start` or `stop`, the virtual server and its protocol: when its last
    /// real server has gone, and when the first is back.
    public var fallbackCommand: String?
    /// A file that gets a line for each change of a real server.
    public var monitorFile: String?
    /// Who is told by mail.
    public var mail: MailSettings?

    /// Nothing is done.
    public init() {}

    /// Whether nothing is done.
    public var isEmpty: Bool { self == ReactionSettings() }
}

/// Who is told by mail of what.
public struct MailSettings: Hashable, Sendable {
    /// What the daemon is about when something changes.
    public enum Occasion: String, Hashable, Sendable, CaseIterable {
        /// It has begun, and the first round of checks is under way.
        case starting
        /// It runs.
        case running
        /// It ends.
        case stopping
        /// It takes on another configuration.
        case reloading
    }

    /// Who gets mail.
    public var recipients: [String]
    /// Who sends it; nil for this process's user on this host.
    public var sender: String?
    /// How often it is said again that a real server is down; nil for never.
    public var reminder: Duration?
    /// When mail is sent.
    public var occasions: Set<Occasion>
    /// The mail server's name or address; nil for sendmail(8).
    public var server: String?
    /// What is written about the virtual server: its name, for the subject.
    public var serviceName: String
    /// And a comment.
    public var comment: String

    /// Mail to somebody, whenever something changes; see the properties.
    public init(to recipients: [String]) {
        self.recipients = recipients
        occasions = Set(Occasion.allCases)
        serviceName = ""
        comment = ""
    }
}
