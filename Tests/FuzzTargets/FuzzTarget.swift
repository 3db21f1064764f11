/// What takes octets from outside: each is run by a fuzzer of its own, and with the inputs of its corpus in
/// every test run.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// Names, questions, OPT records and data, without an engine.
    case messages
    /// The engine over zones of every kind of name, over both transports.
    case engine
    /// The text of a zone, and the engine over what becomes of it.
    case zones
    /// The text of swerve.conf or named.conf.
    case configuration
    /// The text of ldirectord.cf.
    case ldirectord
    /// What the kernel says over netlink: IPVS, links, addresses, routes.
    case netlink
    /// What arrives at the control socket, and what swervectl reads from it.
    case control
    /// What real servers answer to HTTP checks.
    case answers

    /// Does with an input what the daemon would; an error if what comes of it is wrong.
    public func run(_ input: [UInt8]) throws(Finding) {
        switch self {
        case .messages: try Messages.run(input)
        case .engine: try Engine.run(input)
        case .zones: try ZoneTexts.run(input)
        case .configuration: try ConfigurationTexts.run(input)
        case .ldirectord: try LdirectordTexts.run(input)
        case .netlink: try NetlinkReplies.run(input)
        case .control: try ControlLines.run(input)
        case .answers: try HTTPAnswers.run(input)
        }
    }

    /// Texts that a mutation may put in: the words of the target's language.
    public var words: [String] {
        switch self {
        case .zones: ZoneTexts.words
        case .configuration: ConfigurationTexts.words
        case .ldirectord: LdirectordTexts.words
        case .control: ControlLines.words
        case .answers: HTTPAnswers.words
        case .messages, .engine, .netlink: []
        }
    }

    /// Inputs to begin with.
    public var seeds: [[UInt8]] {
        switch self {
        case .messages: Messages.seeds
        case .engine: Queries.ordinary + Queries.odd
        case .zones: ZoneTexts.seeds
        case .configuration: ConfigurationTexts.seeds
        case .ldirectord: LdirectordTexts.seeds
        case .netlink: NetlinkReplies.seeds
        case .control: ControlLines.seeds
        case .answers: HTTPAnswers.seeds
        }
    }
}

/// What is wrong with what became of an input.
public struct Finding: Error, Hashable, Sendable, CustomStringConvertible {
    /// In words.
    public let description: String

    /// A finding in words.
    public init(_ description: String) {
        self.description = description
    }
}

/// An error unless something holds.
func require(_ condition: Bool, _ words: @autoclosure () -> String) throws(Finding) {
    if !condition { throw Finding(words()) }
}
