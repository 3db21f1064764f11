/// Something that happened, in words for the log and for whoever follows.
public struct Occurrence: Hashable, Sendable {
    /// How much it matters.
    public enum Level: String, Hashable, Sendable {
        /// In the course of things.
        case info
        /// Worth a look.
        case warning
        /// Something does not work.
        case error
    }

    /// How much it matters.
    public var level: Level
    /// What it is about: a virtual server, a VIP, a zone.
    public var subject: String
    /// What happened, without a full stop.
    public var text: String
    /// Whether it is only for those who follow: too much of it comes for a log.
    public var isForFollowers = false

    /// An occurrence; see the properties.
    public init(_ level: Level = .info, _ subject: String, _ text: String) {
        self.level = level
        self.subject = subject
        self.text = text
    }
}
