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
            guard words.count > 1, let span = Span.seconds(words[words.startIndex + 1]), span > 0 else {
                throw ValidationError("after 'for' a time is expected, such as 90s, 30m or 2h")
            }
            self.span = span
            words = words.dropFirst(2)
        }
        if words.first == "because" {
            if !hasReason { throw ValidationError("'because' means nothing here") }
            reason = words.dropFirst().joined(separator: " ")
            if words.count == 1 { throw ValidationError("after 'because' a reason is expected") }
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

/// A command that gives an order.
protocol OrderCommand: RemoteCommand {
    /// The order of the command line; what is wrong with that.
    func request() throws -> OrderRequest
}

extension OrderCommand {
    func validate() throws { _ = try request() }

    /// Gives the order, and says what it is about.
    func order() async throws -> OrderReport {
        let report = try await show(.order(try request())) {
            if case .order(let report) = $0 { report } else { nil }
        } as: {
            $0.subjects.map { "\($0.name): \($0.words)\n" }.joined()
        }
        if let warning = report.warning { Console.complain("swervectl: warning: \(warning)\n") }
        return report
    }

    func run() async throws { _ = try await order() }
}

private let holding =
    "It holds over reloads and restarts, until 'enable' or another order, or for TIME (90s, 30m, 2h). "
    + "REASON is shown with it."

private let subjectHelp: ArgumentHelp = ArgumentHelp(
    "A VIP, virtual server or real server, or a pattern such as '10.0.0.*'.", valueName: "SUBJECT")

/// `swervectl enable SUBJECT`
struct EnableCommand: OrderCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "End what disable, drain and override have ordered.",
        usage: "swervectl enable SUBJECT",
        discussion: "Weights that were set stay: 'weight SUBJECT default' ends them.")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func request() throws -> OrderRequest {
        OrderRequest(.enable, try OrderWords(words, hasTime: false, hasReason: false).subject)
    }
}

/// `swervectl disable SUBJECT [for TIME] [because REASON]`
struct DisableCommand: OrderCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Take out of the table and the answers at once.",
        usage: "swervectl disable SUBJECT [for TIME] [because REASON]", discussion: holding)
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func request() throws -> OrderRequest {
        let words = try OrderWords(words)
        return OrderRequest(.disable, words.subject, seconds: words.span, reason: words.reason)
    }
}

/// `swervectl weight SUBJECT N|default`, a number `[because REASON]`
struct WeightCommand: OrderCommand {
    static let configuration = CommandConfiguration(
        commandName: "weight", abstract: "Set the weight of a real server, or of a VIP in answers.",
        usage: "swervectl weight SUBJECT (N [because REASON] | default)")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func request() throws -> OrderRequest {
        var words = words
        let reason = words.firstIndex(of: "because") ?? words.endIndex
        guard reason > 1 else { throw ValidationError("a weight or 'default' is missing") }
        let text = words.remove(at: reason - 1)
        let weight = Int(text)
        if text != "default", weight.map({ !(0...65_535).contains($0) }) ?? true {
            throw ValidationError("a weight is from 0 to 65535, or 'default', not '\(text)'")
        }
        let rest = try OrderWords(words, hasTime: false, hasReason: weight != nil)
        return OrderRequest(.weight, rest.subject, weight: weight, reason: rest.reason)
    }
}

/// `swervectl override SUBJECT up|down|default`, the first two `[for TIME] [because REASON]`
struct OverrideCommand: OrderCommand {
    static let configuration = CommandConfiguration(
        commandName: "override", abstract: "Count something as up or down, whatever its checks say.",
        usage: "swervectl override SUBJECT ((up | down) [for TIME] [because REASON] | default)",
        discussion: holding)
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func request() throws -> OrderRequest {
        var words = words
        guard let place = words.firstIndex(where: { ["up", "down", "default"].contains($0) }), place > 0
        else {
            throw ValidationError("'up', 'down' or 'default' is missing")
        }
        let state = words.remove(at: place)
        let isOrder = state != "default"
        let rest = try OrderWords(words, hasTime: isOrder, hasReason: isOrder)
        return OrderRequest(
            state == "up" ? .up : state == "down" ? .down : .enable, rest.subject, seconds: rest.span,
            reason: rest.reason)
    }
}

/// `swervectl drain SUBJECT [for TIME] [because REASON]`
struct DrainCommand: OrderCommand {
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

    func request() throws -> OrderRequest {
        let words = try OrderWords(words)
        return OrderRequest(.drain, words.subject, seconds: words.span, reason: words.reason)
    }

    func run() async throws {
        let report = try await order()
        if noWait { return }
        let names = Set(report.subjects.map(\.name))
        var last = ""
        var done: [String] = []
        var undone: [String] = []
        try await watch(every: .milliseconds(500)) { servers in
            let drains = servers.named.filter { names.contains($0.key) }.sorted { $0.key < $1.key }
            let open = drains.filter { $0.value.order == "draining" }
            let text = open.filter(\.value.isRealServer).map { "\($0.key): \($0.value.reason)\n" }.joined()
            if !wantsJSON, text.filter({ !$0.isNumber }) != last.filter({ !$0.isNumber }) {
                Console.write(text)
            }
            last = text
            done = drains.filter(\.value.isRealServer).map { "\($0.key): \($0.value.reason)\n" }
            undone = drains.filter { !["drained", "disabled"].contains($0.value.order) }.map {
                "swervectl: \($0.key) is not drained, somebody has ordered otherwise: \($0.value.words)\n"
            }
            return open.isEmpty
        }
        if !undone.isEmpty {
            Console.complain(undone.joined())
            throw ExitCode.failure
        }
        // How each went, as some may have had connections that did not end.
        if !wantsJSON { Console.write(done.isEmpty ? "drained\n" : done.joined()) }
    }
}

/// `swervectl wait SUBJECT STATE [for TIME]`
struct WaitCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until something is in a state; 1 if it is not in time.",
        usage: "swervectl wait SUBJECT STATE [for TIME]",
        discussion: """
            STATE is up, degraded or down of a VIP or virtual server; up, down, unknown, serving (in the table with \
            weight) or idle of a real server, as 'servers' shows it; draining, drained or disabled of any, by order. \
            All that fit SUBJECT must be in it, and something must. It is waited a minute, or TIME.
            """)
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: subjectHelp) var words: [String]

    func validate() throws { _ = try wanted() }

    private func wanted() throws -> (subject: String, state: String, span: Double) {
        var words = words
        let end = words.firstIndex(of: "for") ?? words.endIndex
        guard end > 1 else { throw ValidationError("a state is missing") }
        let state = words.remove(at: end - 1)
        guard WaitedState.known.contains(state) else {
            throw ValidationError(
                "there is no state '\(state)'; \(WaitedState.known.joined(separator: ", "))")
        }
        let rest = try OrderWords(words, hasReason: false)
        return (rest.subject, state, rest.span ?? 60)
    }

    func run() async throws {
        let (subject, state, span) = try wanted()
        let deadline = ContinuousClock.now + .seconds(span)
        var last: [String] = []
        let reached = try await watch(every: .milliseconds(200), until: deadline) { servers in
            let subjects = servers.subjects(subject)
            if subjects.isEmpty {
                throw Console.fails(
                    "nothing is called '\(subject)'",
                    hint: "'swervectl servers' lists VIPs, virtual servers and real servers")
            }
            if WaitedState.ofRealServers.contains(state), !subjects.allSatisfy(\.1.isRealServer) {
                throw Console.fails("'\(state)' is a state of real servers, and '\(subject)' is none")
            }
            last = subjects.filter { !$0.1.holds(state) }.map { "\($0.0): \($0.1.words)" }
            return last.isEmpty
        }
        if !reached {
            Console.complain(last.map { $0 + "\n" }.joined())
            throw ExitCode.failure
        }
    }
}
