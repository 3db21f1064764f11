/// A change of state, as `follow` tells it.
public struct Event: Hashable, Codable, Sendable {
    /// When it happened.
    public var time: Timestamp
    /// What it is about: `192.0.2.11:80`, `192.0.2.1`, `example.com`.
    public var subject: String
    /// What happened to it and why, one line without a full stop: `down: connection refused`.
    public var text: String

    /// A change; see the properties.
    public init(time: Timestamp, subject: String, text: String) {
        self.time = time
        self.subject = subject
        self.text = text
    }
}
