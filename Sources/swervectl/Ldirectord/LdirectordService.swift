internal import CLinux
internal import ControlProtocol
internal import Diagnostics
internal import Glibc
internal import Settings

/// A swerved that runs one ldirectord.cf, as ldirectord would: with its pid file, and its exit statuses.
///
/// The environment's `SWERVE_RUN` is where the pid file and the control socket are (/var/run), `SWERVE_STATE` where the
/// state is (/var/lib/swerve), `SWERVE_LOG` the log where the file names none (/var/log/ldirectord.log), and
/// `SWERVE_BACKEND` what carries the packets (ipvs).
struct LdirectordService: Sendable {
    /// What a command ends with, as scripts know it.
    enum Status {
        static let done: Int32 = 0
        static let failed: Int32 = 1
        static let badConfiguration: Int32 = 2
        static let stopped: Int32 = 3
    }

    /// The daemon's standard error begins a new file above this size at a start.
    private static let maximumOutput = 1 << 20

    private let invocation: LdirectordInvocation
    private let runDirectory: String
    private let stateDirectory: String
    private let backend: String
    /// Where the daemon's log goes unless the file says otherwise; nil: to standard error.
    private let log: String?

    init(_ invocation: LdirectordInvocation) {
        self.invocation = invocation
        runDirectory = SystemCalls.environment("SWERVE_RUN") ?? "/var/run"
        stateDirectory = SystemCalls.environment("SWERVE_STATE") ?? "/var/lib/swerve"
        backend = SystemCalls.environment("SWERVE_BACKEND") ?? "ipvs"
        // ldirectord's own place, where only root may write.
        log = SystemCalls.environment("SWERVE_LOG") ?? (geteuid() == 0 ? "/var/log/ldirectord.log" : nil)
    }

    private var base: String { "\(runDirectory)/ldirectord.\(invocation.name)" }
    private var pidFile: String { base + ".pid" }
    private var socket: String { base + ".sock" }
    private var configuration: String { base + ".conf" }
    private var client: ControlClient { ControlClient(path: socket) }

    /// Does what was asked for; the exit status.
    func run() async -> Int32 {
        switch invocation.action {
        case .status: return status()
        case .stop: return await stop()
        case .configtest: return read() == nil ? lastStatus : Status.done
        case .start:
            if process != nil { return Status.done }
            return await start()
        case .restart: return await restart()
        case .tryRestart: return process == nil ? Status.done : await restart()
        case .reload, .forceReload: return await reload()
        }
    }

    private func restart() async -> Int32 {
        guard let text = read() else { return lastStatus }
        // Not beside one that does not end.
        let status = await stop()
        return status == Status.done ? await start(text) : status
    }

    // MARK: The configuration

    /// The file that is meant; nil if there is none.
    private var file: String? {
        guard let path = invocation.candidates.first(where: { SystemCalls.isReadable($0) }) else { return nil }
        return path.hasPrefix("/") ? path : (SystemCalls.workingDirectory ?? ".") + "/" + path
    }

    /// 1 if there is no file, else 2.
    private var lastStatus: Int32 { file == nil ? Status.failed : Status.badConfiguration }

    private func complainOfNoFile() {
        Console.complain("ldirectord: Config file \(invocation.candidates[2]) not found")
    }

    /// The swerve.conf that runs the file, if it can be run; else what is wrong has been told.
    private func read() -> String? {
        guard let file else {
            complainOfNoFile()
            return nil
        }
        if !["ipvs", "relay", "none"].contains(backend) {
            Console.complain("ldirectord: SWERVE_BACKEND is '\(backend)', and not ipvs, relay or none")
            return nil
        }
        let text = """
            options {
                listen-on { none; }; listen-on-v6 { none; };
                state-directory "\(stateDirectory)/ldirectord.\(invocation.name)";
            };
            controls { unix "\(socket)"; };
            director { backend \(backend); ldirectord "\(file)"; \(logStatement) };

            """
        var environment = ReaderEnvironment.system
        let (own, others) = (configuration, environment.readFile)
        environment.readFile = { $0 == own ? .success(Array(text.utf8)) : others($0) }
        let result = SettingsReader.read(path: configuration, environment: environment)
        for diagnostic in result.diagnostics { Console.complain("\(diagnostic)") }
        return result.settings == nil ? nil : text
    }

    /// In the foreground, standard error is the log.
    private var logStatement: String {
        if invocation.isDebug || isSupervised { return "" }
        return log.map { "log-file \"\($0)\";" } ?? ""
    }

    // MARK: The process

    /// What the pid file says, whoever that is.
    private var writtenProcess: pid_t? {
        SystemCalls.contents(of: pidFile).flatMap { pid_t($0.prefix { $0.isNumber }) }
    }

    /// The process that runs: the one of the pid file if it is a swerved with our configuration, or ldirectord itself,
    /// which may have been started before it made way for us. A number that another program has by now is none.
    private var process: pid_t? {
        guard let pid = writtenProcess, let line = SystemCalls.contents(of: "/proc/\(pid)/cmdline") else {
            return nil
        }
        let words = line.split(separator: "\0", omittingEmptySubsequences: false)
        let names = words.prefix(3).map { $0.split(separator: "/").last ?? "" }
        switch names.first {
        case "swerved": return words.contains(Substring(configuration)) ? pid : nil
        case "perl": return names.contains("ldirectord") ? pid : nil
        case "ldirectord": return pid
        default: return nil
        }
    }

    private func status() -> Int32 {
        let name = file ?? invocation.candidates[2]
        if let process {
            Console.complain("ldirectord for \(name) is running with pid: \(process)")
            return Status.done
        }
        if file == nil {
            complainOfNoFile()
            return Status.failed
        }
        if writtenProcess != nil { Console.complain("ldirectord stale pid file \(pidFile) for \(name)") }
        // What it ends with counts, whoever reads this.
        Console.tell("ldirectord is stopped for \(name)")
        return writtenProcess == nil ? Status.stopped : Status.failed
    }

    /// Needs no file, so that a broken one keeps nobody from it.
    private func stop() async -> Int32 {
        guard let process else {
            if writtenProcess != nil { SystemCalls.remove(pidFile) }
            return Status.done
        }
        if kill(process, SIGTERM) != 0, errno != ESRCH {
            Console.complain("ldirectord: end pid \(process): \(SystemCalls.words(for: errno))")
            return Status.failed
        }
        // One that has ended has no command line, also as long as nobody asks what it ended with.
        var isRunning: Bool { SystemCalls.contents(of: "/proc/\(process)/cmdline")?.isEmpty == false }
        let clock = ContinuousClock()
        let patience = clock.now + .seconds(30)
        while isRunning, clock.now < patience { try? await clock.sleep(for: .milliseconds(20)) }
        if isRunning {
            Console.complain("ldirectord: pid \(process) does not end")
            return Status.failed
        }
        SystemCalls.remove(pidFile)
        return Status.done
    }

    private func reload() async -> Int32 {
        guard read() != nil else { return lastStatus }
        guard process != nil else {
            Console.complain("ldirectord is stopped for \(file ?? "")")
            return Status.failed
        }
        do throws(ClientError) {
            switch try await client.ask(.reload(zone: nil)) {
            case .failure(let failure):
                Console.complain("ldirectord: \(failure)")
                return Status.failed
            case .reload(let report) where !report.isComplete:
                Console.complain(report.complaints)
                return Status.badConfiguration
            default: return Status.done
            }
        } catch {
            Console.complain("ldirectord: \(error)")
            return Status.failed
        }
    }

    private func start() async -> Int32 {
        guard let text = read() else { return lastStatus }
        return await start(text)
    }

    private func start(_ text: String) async -> Int32 {
        if let trouble = SystemCalls.replace(configuration, with: text) {
            Console.complain("ldirectord: \(trouble)")
            return Status.failed
        }
        let beside = SystemCalls.executable?.split(separator: "/").dropLast().joined(separator: "/")
        let program =
            beside.map { "/\($0)/swerved" }.flatMap { SystemCalls.isReadable($0) ? $0 : nil } ?? "swerved"
        if invocation.isDebug || isSupervised {
            let trouble = SystemCalls.become(program, [program, "-c", configuration])
            Console.complain("ldirectord: \(program): \(trouble)")
            return Status.failed
        }
        var arguments = [program, "-c", configuration, "--pid-file", pidFile]
        if log != nil { arguments.append("--quiet") }
        let output = base + ".log"
        // What an earlier start left there stays to be read; kept without end, it would fill what is memory mostly.
        if SystemCalls.size(of: output) > Self.maximumOutput { SystemCalls.rename(output, to: output + ".old") }
        let before = SystemCalls.size(of: output)
        let pid: pid_t
        switch SystemCalls.startDaemon(program, arguments, log: output) {
        case .success(let started): pid = started
        case .failure(let trouble):
            Console.complain("ldirectord: \(program): \(trouble.words)")
            return Status.failed
        }
        // It runs when it answers.
        let clock = ContinuousClock()
        let patience = clock.now + .seconds(60)
        while clock.now < patience {
            if (try? await client.ask(.status)) != nil { return Status.done }
            if SystemCalls.hasEnded(pid) {
                let said = SystemCalls.contents(of: output, from: before) ?? ""
                Console.complain(said.isEmpty ? "ldirectord: \(program) has ended" : said)
                return Status.failed
            }
            try? await clock.sleep(for: .milliseconds(50))
        }
        Console.complain("ldirectord: \(program) does not answer on \(socket)")
        return Status.failed
    }

    /// Whether the file wants it in the foreground, for a supervisor.
    private var isSupervised: Bool {
        guard let file, let text = SystemCalls.contents(of: file) else { return false }
        return text.split(whereSeparator: \.isNewline).contains { line in
            let words = line.prefix { $0 != "#" }.split { $0.isWhitespace || $0 == "=" }
            return words.first == "supervised" && (words.count == 1 || words[1] == "yes")
        }
    }
}
