internal import Addresses
internal import Control
internal import Director
internal import Foundation
internal import Health
internal import Probes
internal import Settings
internal import Sockets

/// Does what a configuration wants done, beside the table and the answers, when real servers change: lines in
/// monitor files, mail, fallback commands.
///
/// It looks at how things stand whenever something has happened, and compares with how they stood. What takes its time
/// is done aside: commands and mail of one virtual server in order, those of others beside them.
actor Reactor {
    /// A real server of a virtual server.
    private struct Place: Hashable {
        var key: VirtualServerKey
        var endpoint: Endpoint
    }

    /// What commands and mail are about: those of one subject are in order.
    private enum Subject: Hashable {
        case virtualServer(VirtualServerKey)
        case file(String)
    }

    private struct Command {
        var command: String
        var arguments: [String]

        var words: String { "\(command) \(arguments.joined(separator: " "))" }
    }

    private struct Letter {
        var mail: Mail
        /// nil: by sendmail.
        var server: String?
    }

    private struct MonitorLine {
        var file: String
        var text: String
    }

    /// Commands, and mails, at a time: enough that some that hang hold up nobody else, and no load.
    private static let width = 16
    /// What waits to be done; more than this is dropped, the oldest first.
    private static let backlog = 1000
    /// What a command, or the sending of a mail, may take.
    private static let patience = Duration.seconds(60)
    /// What all mail of the end may take.
    private static let lastPatience = Duration.seconds(10)

    private let prober: Prober
    private let log: Log
    private let clock = ContinuousClock()
    private var reactions: [VirtualServerKey: ReactionSettings] = [:]
    private var lastLook: UInt64 = 0
    private var isUp: [Place: Bool] = [:]
    private var isForsaken: [VirtualServerKey: Bool] = [:]
    private var isFallbackIn: [VirtualServerKey: Bool] = [:]
    private var reminders: [Place: ContinuousClock.Instant] = [:]

    private let commands = Lanes<Subject, Command>(width: width, backlog: backlog)
    private let letters = Lanes<Subject, Letter>(width: width, backlog: backlog)
    private let monitorLines: LineQueue<MonitorLine>

    init(prober: Prober, log: Log) {
        self.prober = prober
        self.log = log
        let files = AppendedFiles()
        monitorLines = LineQueue("swerve.monitor-files") { line in
            if let trouble = files.append(line.text, to: line.file) {
                log.write(.error, "monitorfile", trouble)
            }
        }
        monitorLines.run()
    }

    /// Takes on a configuration's wishes.
    func take(_ director: DirectorSettings) {
        let wishes = director.virtualServers.filter { !$0.reactions.isEmpty }.map { ($0.key, $0.reactions) }
        reactions = Dictionary(wishes, uniquingKeysWith: { first, _ in first })
        isUp = isUp.filter { reactions[$0.key.key] != nil }
        isForsaken = isForsaken.filter { reactions[$0.key] != nil }
        isFallbackIn = isFallbackIn.filter { reactions[$0.key] != nil }
        reminders = reminders.filter { reactions[$0.key.key]?.mail?.reminder != nil }
    }

    /// Whether there is anything to look for.
    var isIdle: Bool { reactions.isEmpty }

    /// Looks at how things stand, and does what follows from what has changed.
    func look(at overview: Overview, during occasion: MailSettings.Occasion) {
        // Of two that are under way at once the later one may come first.
        if overview.number <= lastLook { return }
        lastLook = overview.number
        let now = clock.now
        var places: Set<Place> = []
        for (server, service) in zip(overview.virtualServers, overview.plan.services) {
            guard let wishes = reactions[server.key] else { continue }
            for (real, member) in zip(server.realServers, service.members) where real.standing != .unknown {
                let place = Place(key: server.key, endpoint: real.destination.endpoint)
                places.insert(place)
                let reason = real.note ?? overview.checks[member.check]?.reason ?? "-"
                react(
                    Change(
                        place: place, isUp: real.standing == .up, weight: real.destination.weight,
                        isQuiescent: server.isQuiescent, reason: reason), wishes, occasion, now)
            }
            fallback(server, wishes, occasion)
            command(server, wishes)
        }
        for (place, isUp) in isUp where isUp && !places.contains(place) {
            // Of a virtual server that stays; one that leaves takes its real servers along.
            guard overview.desired[place.key] != nil, let wishes = reactions[place.key] else { continue }
            write(
                "Purged real server (start): \(place.endpoint) (\(place.key.words))", nil, about: place.key,
                wishes, occasion)
        }
        isUp = isUp.filter { places.contains($0.key) }
        reminders = reminders.filter { places.contains($0.key) }
    }

    /// Writes to those who want to know that a stop takes real servers out of the table, and returns when that is
    /// sent, or could not be in some seconds.
    func sayGoodbye(to overview: Overview) async {
        var letters: [Letter] = []
        for (server, service) in zip(overview.virtualServers, overview.plan.services)
        where service.isRemovedOnStop {
            guard let settings = reactions[server.key]?.mail, settings.occasions.contains(.stopping) else {
                continue
            }
            for real in server.realServers where real.standing == .up {
                let text = "Purged real server (stop): \(real.destination.endpoint) (\(server.key.words))"
                letters.append(
                    Letter(mail: Self.mail(text, reason: "-", settings, .stopping), server: settings.server))
            }
        }
        if letters.isEmpty { return }
        // The task that ends is cancelled, and what is said last is said all the same.
        await Task { [letters] in
            let end = clock.now + Self.lastPatience
            await withDiscardingTaskGroup { group in
                let lanes = 8
                for lane in 0..<lanes {
                    group.addTask {
                        for place in stride(from: lane, to: letters.count, by: lanes) {
                            let rest = self.clock.now.duration(to: end)
                            if rest <= .zero { return }
                            await self.send(letters[place], within: rest)
                        }
                    }
                }
            }
        }.value
    }

    /// Carries out what waits, until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.commands.run { await self.run($0) } }
            group.addTask { await self.letters.run { await self.send($0, within: Self.patience) } }
        }
    }

    /// Waits a second at most until all lines are in their monitor files, as the process ends.
    nonisolated func end() {
        monitorLines.flush(within: .seconds(1))
        let unsent = letters.waitingCount
        if unsent > 0 {
            log.write(.error, "mail", "\(unsent) more not sent, as swerved has ended before their turn")
        }
    }

    // MARK: Changes

    private struct Change {
        var place: Place
        var isUp: Bool
        var weight: Int32
        var isQuiescent: Bool
        var reason: String
    }

    private func react(
        _ change: Change, _ wishes: ReactionSettings, _ occasion: MailSettings.Occasion,
        _ now: ContinuousClock.Instant
    ) {
        let place = change.place
        let before = isUp.updateValue(change.isUp, forKey: place)
        if before == change.isUp {
            guard !change.isUp, let due = reminders[place], due <= now else { return }
            reminders[place] = wishes.mail?.reminder.map { now + $0 }
            write(
                "Inaccessible real server: \(place.endpoint) (\(place.key.words))", change.reason,
                about: place.key, wishes, occasion)
            return
        }
        if let file = wishes.monitorFile { note(change, in: file) }
        let what =
            change.isUp
            ? "\(before != nil && change.isQuiescent ? "Restored" : "Added") real server: \(place.endpoint) "
                + "(\(place.key.words)) (Weight set to \(change.weight))"
            : change.isQuiescent
                ? "Quiescent real server: \(place.endpoint) (\(place.key.words)) (Weight set to 0)"
                : "Deleted real server: \(place.endpoint) (\(place.key.words))"
        reminders[place] = change.isUp ? nil : wishes.mail?.reminder.map { now + $0 }
        write(what, change.reason, about: place.key, wishes, occasion)
    }

    private func fallback(
        _ server: VirtualServer, _ wishes: ReactionSettings, _ occasion: MailSettings.Occasion
    ) {
        guard let fallback = server.fallback?.destination else { return }
        let isIn = server.needsFallback()
        if isFallbackIn.updateValue(isIn, forKey: server.key) ?? false == isIn { return }
        let place = "fallback server: \(fallback.endpoint) (\(server.key.words))"
        write(
            isIn ? "Added \(place) (Weight set to \(fallback.weight))" : "Deleted \(place)", nil,
            about: server.key, wishes, occasion)
    }

    /// A line as ldirectord writes it: `[Thu Nov 26 14:00:00 2026] [123] 192.0.2.2 80 [down] connection refused`.
    private func note(_ change: Change, in file: String) {
        let reason = change.reason.replacing("%", with: "%25").replacing("|", with: "%7c")
        let place = "\(change.place.endpoint)"
        let colon = place.lastIndex(of: ":") ?? place.endIndex
        let line =
            "[\(LocalTime.now)] [\(getpid())] \(place[..<colon]) \(place[colon...].dropFirst()) "
            + "[\(change.isUp ? "up" : "down")] \(reason)\n"
        monitorLines.add(MonitorLine(file: file, text: line)) { [log] count in
            log.write(
                .warning, "monitorfile", "\(count) lines are lost, they came faster than they could be written")
            return nil
        }
    }

    private func command(_ server: VirtualServer, _ wishes: ReactionSettings) {
        guard let command = wishes.fallbackCommand, server.realServers.allSatisfy({ $0.standing != .unknown })
        else { return }
        let isForsaken = server.isForsaken()
        if self.isForsaken.updateValue(isForsaken, forKey: server.key) == isForsaken { return }
        let arguments = [isForsaken ? "start" : "stop", server.key.words, server.key.transportWords]
        perform(Command(command: command, arguments: arguments), of: .virtualServer(server.key))
    }

    private func perform(_ command: Command, of subject: Subject) {
        guard let dropped = commands.add(command, of: subject) else { return }
        log.write(.error, "command", "\(dropped.words): not run, too many wait")
    }

    private func run(_ command: Command) async {
        let program = Program(
            "/bin/sh", ["-c", command.command + " \"$@\"", "sh"] + command.arguments)
        let words = command.words
        switch await program.run(within: Self.patience) {
        case .exited(0): log.write(.info, "command", "\(words): done")
        case .exited(let status): log.write(.error, "command", "\(words): ended with \(status)")
        case .timedOut: log.write(.error, "command", "\(words): not done within \(Self.patience.words)")
        case .failed(let reason), .prevented(let reason): log.write(.error, "command", "\(words): \(reason)")
        case .cancelled: break
        }
    }

    /// Runs a command about a file, when those before about it have been run.
    func perform(_ command: String, about file: String) {
        perform(Command(command: command, arguments: [file]), of: .file(file))
    }

    // MARK: Mail

    private func write(
        _ text: String, _ reason: String?, about key: VirtualServerKey, _ wishes: ReactionSettings,
        _ occasion: MailSettings.Occasion
    ) {
        guard let settings = wishes.mail, settings.occasions.contains(occasion) else { return }
        let mail = Self.mail(text, reason: reason ?? "-", settings, occasion)
        guard let dropped = letters.add(Letter(mail: mail, server: settings.server), of: .virtualServer(key))
        else { return }
        log.write(.error, "mail", "not sent, too many wait: \(dropped.mail.subject)")
    }

    private static func mail(
        _ text: String, reason: String, _ settings: MailSettings, _ occasion: MailSettings.Occasion
    ) -> Mail {
        let host = ProcessInfo.processInfo.hostName
        var lines = [
            "ldirectord host: \(host)", "Log-Message: \(text)", "Daemon-Status: \(occasion.rawValue)",
            "Reason: \(reason)",
        ]
        if !settings.serviceName.isEmpty { lines += ["", "Service name: \(settings.serviceName)"] }
        if !settings.comment.isEmpty { lines.append("Comment: \(settings.comment)") }
        let subject = settings.serviceName.isEmpty ? text : "[\(settings.serviceName)] \(text)"
        return Mail(
            sender: settings.sender ?? "\(NSUserName())@\(host)", recipients: settings.recipients,
            subject: subject,
            lines: lines)
    }

    private func send(_ letter: Letter, within patience: Duration) async {
        let mail = letter.mail
        var trouble: String?
        if let server = letter.server {
            let end = clock.now + patience
            if let endpoint = await Self.resolve(server, within: patience) {
                trouble = await prober.send(mail, to: endpoint, within: clock.now.duration(to: end))
            } else {
                trouble = "no address was found for \(server)"
            }
        } else {
            switch await mail.sendmail.run(within: patience) {
            case .exited(0): break
            case .exited(let status): trouble = "\(mail.sendmail.path) ended with \(status)"
            case .timedOut: trouble = "\(mail.sendmail.path) did not end within \(patience.words)"
            case .failed(let reason), .prevented(let reason): trouble = "\(mail.sendmail.path): \(reason)"
            case .cancelled: return
            }
        }
        let to = mail.recipients.joined(separator: ", ")
        if let trouble {
            log.write(.error, "mail", "not sent to \(to): \(trouble): \(mail.subject)")
        } else {
            log.write(.info, "mail", "sent to \(to): \(mail.subject)")
        }
    }

    /// The mail server, at port 25 where none is written.
    private static func resolve(_ server: String, within patience: Duration) async -> Endpoint? {
        if let endpoint = Endpoint(server) { return endpoint }
        if let address = IPAddress(server) { return Endpoint(address, port: 25) }
        let parts = server.split(separator: ":", maxSplits: 1)
        let port = parts.count == 2 ? UInt16(parts[1]) ?? 25 : 25
        let host = String(parts.first ?? "")
        let address = await DispatchQueue.global(qos: .utility).value(within: patience) {
            HostLookup.address(of: host)
        }
        return (address ?? nil).map { Endpoint($0, port: port) }
    }
}

extension VirtualServerKey {
    /// As ldirectord names it to commands and people: `192.0.2.1:80`, or the firewall mark.
    var words: String {
        switch self {
        case .endpoint(_, let endpoint): "\(endpoint)"
        case .firewallMark(let mark, _): "\(mark)"
        }
    }

    /// `tcp`, `udp`, `fwm`.
    fileprivate var transportWords: String {
        switch self {
        case .endpoint(let transport, _): "\(transport)"
        case .firewallMark: "fwm"
        }
    }
}
