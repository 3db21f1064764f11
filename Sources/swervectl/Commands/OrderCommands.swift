internal import ArgumentParser
internal import ControlProtocol
internal import Settings

/// What is meant: `[vip | virtual-server | real-server] NAME`, then words that a command reads itself.
struct OrderWords {
    var subject: String
    var span: Double?
    var reason: String?

    /// Reads `SUBJECT… [for TIME] [because REASON…]`.
    ///
    /// - Parameters:
    ///   - hasTime: Whether a time means anything.
    ///   - hasReason: Whether a reason does.
    init(_ words: [String], hasTime: Bool = true, hasReason: Bool = true) throws {
        var words = words[...]
        var subject: [String] = []
        while let word = words.first, word != "for", word != "because" {
            subject.append(word)
            words = words.dropFirst()
        }
        if subject.isEmpty {
            throw ValidationError("a VIP, virtual server, real server or pattern is missing")
        }
        self.subject = subject.joined(separator: " ")
        if words.first == "for" {
            if !hasTime { throw ValidationError("'for' means nothing here: it holds until another order") }
            guard words.count > 1, let span = Span.seconds(words[words.startIndex + 1]) else {
                throw ValidationError("after 'for' a time is expected, such as 90s, 30m or 2h")
            }
            self.span = span
            words = words.dropFirst(2)
        }
        if words.first == "because" {
            if !hasReason { throw ValidationError("'because' means nothing here") }
            reason = words.dropFirst().joined(separator: " ")
            words = []
        }
        if let word = words.first { throw ValidationError("unexpected '\(word)'") }
    }
}

/// A span of time on the command line.
enum Span {
    static func seconds(_ text: String) -> Double? {
        DurationText.read(text).map {
            Double($0.components.seconds) + Double($0.components.attoseconds) / 1e18
        }
    }
}

extension RemoteCommand {
    /// Gives an order, and says what it is about.
    func order(_ request: OrderRequest) async throws -> OrderReport {
        let report = try await show(.order(request)) {
            if case .order(let report) = $0 { report } else { nil }
        } as: {
            $0.subjects.map { "\($0.name): \($0.words)\n" }.joined()
        }
        if let warning = report.warning { Console.complain("swervectl: warning: \(warning)\n") }
        return report
    }
}

private let subjectHelp: ArgumentHelp = ArgumentHelp(
    "A VIP, virtual server or real server, or a pattern such as '10.0.0.*'.", valueName: "SUBJECT")

/// `swervectl enable SUBJECT`
struct EnableCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "End what disable, drain and override have ordered.")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func run() async throws {
        let words = try OrderWords(words, hasTime: false, hasReason: false)
        _ = try await order(OrderRequest(.enable, words.subject))
    }
}

/// `swervectl disable SUBJECT [for TIME] [because REASON]`
struct DisableCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Take out of the table and the answers at once.",
        usage: "swervectl disable SUBJECT [for TIME] [because REASON]")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func run() async throws {
        let words = try OrderWords(words)
        _ = try await order(
            OrderRequest(.disable, words.subject, seconds: words.span, reason: words.reason))
    }
}

/// `swervectl weight SUBJECT N|default`, a number `[because REASON]`
struct WeightCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "weight", abstract: "Set the weight of a real server, or of a VIP in answers.",
        usage: "swervectl weight SUBJECT (N [because REASON] | default)")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func run() async throws {
        var words = words
        let reason = words.firstIndex(of: "because") ?? words.endIndex
        guard reason > 1 else { throw ValidationError("a weight or 'default' is missing") }
        let text = words.remove(at: reason - 1)
        let weight = Int(text)
        if text != "default", weight.map({ !(0...65_535).contains($0) }) ?? true {
            throw ValidationError("a weight is from 0 to 65535, or 'default', not '\(text)'")
        }
        let rest = try OrderWords(words, hasTime: false, hasReason: weight != nil)
        _ = try await order(OrderRequest(.weight, rest.subject, weight: weight, reason: rest.reason))
    }
}

/// `swervectl override SUBJECT up|down|default`, the first two `[for TIME] [because REASON]`
struct OverrideCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "override", abstract: "Count something as up or down, whatever its checks say.",
        usage: "swervectl override SUBJECT ((up | down) [for TIME] [because REASON] | default)")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func run() async throws {
        var words = words
        guard let place = words.firstIndex(where: { ["up", "down", "default"].contains($0) }), place > 0
        else {
            throw ValidationError("'up', 'down' or 'default' is missing")
        }
        let state = words.remove(at: place)
        let isOrder = state != "default"
        let rest = try OrderWords(words, hasTime: isOrder, hasReason: isOrder)
        _ = try await order(
            OrderRequest(
                state == "up" ? .up : state == "down" ? .down : .enable, rest.subject, seconds: rest.span,
                reason: rest.reason))
    }
}

/// `swervectl drain SUBJECT [for TIME] [because REASON]`
struct DrainCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Take out without cutting anything off; ends when that is done.",
        usage: "swervectl drain SUBJECT [for TIME] [because REASON] [--no-wait]",
        discussion: """
            A real server gets weight 0, and leaves the table when its connections have ended, after 15 minutes at \
            the latest (or TIME). The name is withdrawn first, and answers that were given run out, if a VIP is \
            drained or the last real server behind it. 'enable' brings back.
            """)
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]
    @Flag(help: "Don't wait until it is done.") var noWait = false

    func run() async throws {
        let words = try OrderWords(words)
        let report = try await order(
            OrderRequest(.drain, words.subject, seconds: words.span, reason: words.reason))
        if noWait { return }
        let names = Set(report.subjects.map(\.name))
        var last = ""
        var undone: [String] = []
        try await watch(every: .milliseconds(500)) { servers in
            let drains = servers.named.filter { names.contains($0.key) }.sorted { $0.key < $1.key }
            let open = drains.filter { $0.value.order == "draining" }
            let text = open.filter(\.value.isRealServer).map { "\($0.key): \($0.value.words)\n" }.joined()
            if !wantsJSON, text.filter({ !$0.isNumber }) != last.filter({ !$0.isNumber }) {
                Console.write(text)
            }
            last = text
            undone = drains.filter { !["drained", "disabled"].contains($0.value.order) }.map {
                "swervectl: \($0.key) is not drained, somebody has ordered otherwise: \($0.value.words)\n"
            }
            return open.isEmpty
        }
        if !undone.isEmpty {
            Console.complain(undone.joined())
            throw ExitCode.failure
        }
        if !wantsJSON { Console.write("drained\n") }
    }
}

/// `swervectl wait SUBJECT STATE [for TIME]`
struct WaitCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until something is in a state; 1 if it is not in time.",
        usage: "swervectl wait SUBJECT STATE [for TIME]",
        discussion: """
            STATE is up, degraded or down of a VIP or virtual server; up, down, unknown, draining, drained or disabled, \
            as 'servers' shows it, serving (in the table with weight) or idle of a real server. \
            All that fit SUBJECT must be in it. It is waited a minute, or TIME.
            """)
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func run() async throws {
        var words = words
        let end = words.firstIndex(of: "for") ?? words.endIndex
        guard end > 1 else { throw ValidationError("a state is missing") }
        let state = words.remove(at: end - 1)
        guard WaitedState.known.contains(state) else {
            throw ValidationError(
                "there is no state '\(state)'; \(WaitedState.known.joined(separator: ", "))")
        }
        let rest = try OrderWords(words, hasReason: false)
        let deadline = ContinuousClock.now + .seconds(rest.span ?? 60)
        var last: [String] = []
        let reached = try await watch(every: .milliseconds(200), until: deadline) { servers in
            let subjects = servers.subjects(rest.subject)
            last = subjects.filter { !$0.1.holds(state) }.map { "\($0.0): \($0.1.words)" }
            if subjects.isEmpty { last = ["nothing is called '\(rest.subject)'"] }
            return last.isEmpty
        }
        if !reached {
            Console.complain(last.map { $0 + "\n" }.joined())
            throw ExitCode.failure
        }
    }
}
