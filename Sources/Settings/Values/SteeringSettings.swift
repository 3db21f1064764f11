public import DNSWire

/// What a steered rrset says when no address of it can serve.
public enum WhenAllDown: String, Hashable, Sendable, CaseIterable {
    /// Nothing: NOERROR without an address.
    case withdraw
    /// All addresses, as if all were up.
    case serveAll = "serve-all"
}

/// How many of several addresses are answered.
public enum AnswerMode: String, Hashable, Sendable, CaseIterable {
    /// Each, the first chosen by weight.
    case all
    /// One, chosen by weight.
    case single
}

/// How answers follow verdicts.
public struct SteeringSettings: Hashable, Sendable {
    /// The largest TTL of a steered rrset: one second to one day, whole seconds.
    public var ttl: Duration
    /// What is said when everything is down.
    public var whenAllDown: WhenAllDown
    /// How many addresses are answered.
    public var answers: AnswerMode
    /// What is otherwise for some names.
    public var names: [DomainName: NamePolicy]

    /// Steering as it is without a `steering` statement.
    public init(
        ttl: Duration = .seconds(30), whenAllDown: WhenAllDown = .withdraw, answers: AnswerMode = .all,
        names: [DomainName: NamePolicy] = [:]
    ) {
        self.ttl = ttl
        self.whenAllDown = whenAllDown
        self.answers = answers
        self.names = names
    }
}

/// What is otherwise for one name; nil where it is not.
public struct NamePolicy: Hashable, Sendable {
    /// How many addresses are answered.
    public var answers: AnswerMode?
    /// What is said when everything is down.
    public var whenAllDown: WhenAllDown?
    /// The largest TTL.
    public var ttl: Duration?

    /// A policy; see the properties.
    public init(answers: AnswerMode? = nil, whenAllDown: WhenAllDown? = nil, ttl: Duration? = nil) {
        self.answers = answers
        self.whenAllDown = whenAllDown
        self.ttl = ttl
    }
}
