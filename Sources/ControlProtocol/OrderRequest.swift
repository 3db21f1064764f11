/// What an admin orders about VIPs, virtual servers and real servers: the request `order`.
public struct OrderRequest: Hashable, Codable, Sendable {
    /// What is ordered.
    public enum Action: String, Hashable, Codable, Sendable, CaseIterable {
        /// No order any more.
        case enable
        /// Out of table and answers at once.
        case disable
        /// Out of them without cutting anything off.
        case drain
        /// Up, whatever checks say.
        case up
        /// Down, whatever checks say.
        case down
        /// Another weight, or the configured one again.
        case weight
    }

    /// What is ordered.
    public var action: Action
    /// What it is about: a name, or a pattern with `*` and `?`, with a kind in front where it is needed.
    public var subject: String
    /// The weight; nil for the configured one.
    public var weight: Int?
    /// How long it holds, or how long a drain waits for connections, in seconds; nil: for ever, or 15 minutes.
    public var seconds: Double?
    /// Why, in the admin's words.
    public var reason: String?

    /// An order; see the properties.
    public init(
        _ action: Action, _ subject: String, weight: Int? = nil, seconds: Double? = nil,
        reason: String? = nil
    ) {
        self.action = action
        self.subject = subject
        self.weight = weight
        self.seconds = seconds
        self.reason = reason
    }
}

/// What an order is about: the answer to `order`.
public struct OrderReport: Hashable, Codable, Sendable {
    /// One thing.
    public struct Subject: Hashable, Codable, Sendable {
        /// `vip`, `virtual-server` or `real-server`.
        public var kind: String
        /// Its name; a real server's has its virtual server in front: `tcp 192.0.2.1:80 → 10.0.0.1:80`.
        public var name: String
        /// What holds for it now, in words: `disabled (new disks)`, `enabled, but draining with 192.0.2.1`.
        public var words: String

        /// A thing.
        public init(kind: String, name: String, words: String) {
            self.kind = kind
            self.name = name
            self.words = words
        }
    }
    /// All that it is about.
    public var subjects: [Subject]
    /// Why the order holds until the next restart only; nil: it is saved.
    public var warning: String?

    /// A report.
    public init(subjects: [Subject], warning: String? = nil) {
        self.subjects = subjects
        self.warning = warning
    }
}
