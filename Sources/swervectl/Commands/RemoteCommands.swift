internal import Addresses
internal import ArgumentParser
internal import ControlProtocol

/// `swervectl status`
struct StatusCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "How the daemon is: zones, servers, warnings, the last reload.")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions

    func run() async throws {
        _ = try await show(.status) {
            if case .status(let report) = $0 { report } else { nil }
        } as: {
            $0.text(now: .now, colours: Console.isColoured)
        }
    }
}

/// `swervectl stats`
struct StatsCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "What the daemon counted since its start.")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions

    func run() async throws {
        _ = try await show(.stats) {
            if case .stats(let report) = $0 { report } else { nil }
        } as: {
            $0.text(now: .now)
        }
    }
}

/// `swervectl zones`
struct ZonesCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "zones", abstract: "The zones: what is served of each, and why not.")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions

    func run() async throws {
        _ = try await show(.zones) {
            if case .zones(let report) = $0 { report } else { nil }
        } as: {
            $0.text(now: .now, colours: Console.isColoured)
        }
    }
}

/// `swervectl servers`
struct ServersCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "servers",
        abstract: "The VIPs, virtual servers and real servers with their verdicts.")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Flag(help: "Show them again every second, until interrupted.")
    var watch = false

    func run() async throws {
        repeat {
            if watch, Console.isColoured, !wantsJSON { Console.write("\u{1B}[H\u{1B}[2J") }
            _ = try await show(.servers) {
                if case .servers(let report) = $0 { report } else { nil }
            } as: {
                $0.text(now: .now, colours: Console.isColoured)
            }
            if watch { try await Task.sleep(for: .seconds(1)) }
        } while watch
    }
}

/// `swervectl events`
struct EventsCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "What changes from now on, and why, a line each.")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions

    func run() async throws {
        do throws(ClientError) {
            try await client.follow { event in
                let json = wantsJSON ? try? ControlLine.encode(.event(event)) : nil
                Console.write(
                    json.map { String(decoding: $0, as: UTF8.self) }
                        ?? "\(event.time) [\(event.subject)] \(event.text)\n")
            }
            throw .ended(client.path)
        } catch {
            throw Console.ends(with: error)
        }
    }
}

/// `swervectl table`
struct TableCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "table", abstract: "The table of virtual servers as it should be, as ipvsadm -Ln shows it."
    )
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Flag(help: "Show the table that the backend holds instead.")
    var actual = false
    @Flag(help: "Show the private virtual servers of checks that go through a VIP, too.")
    var all = false
    @Flag(name: .customLong("stats"), help: "Show all that was counted, as ipvsadm --stats --exact does.")
    var isStatistics = false
    @Flag(name: .customLong("rate"), help: "Show the traffic in a second, as ipvsadm --rate --exact does.")
    var isRate = false
    @Flag(help: "Count anew from now on.")
    var zero = false

    func validate() throws {
        if isStatistics && isRate { throw ValidationError("--stats and --rate don't go together") }
    }

    func run() async throws {
        let wanted = TableRequest(
            isActual: actual, isAll: all,
            columns: isStatistics ? .totals : isRate ? .rates : .connections, isZeroing: zero)
        _ = try await show(.table(wanted)) {
            if case .table(let report) = $0 { report } else { nil }
        } as: {
            $0.text
        }
    }
}

/// `swervectl reload`
struct ReloadCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Read the files again; ends when clients see the new data.",
        discussion: "Ends with 1 if anything could not be loaded; what was served before is served still.")
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(
        help: ArgumentHelp(
            "One zone only (default: the configuration and all that changed).", valueName: "ZONE"))
    var zone: String?

    func run() async throws {
        let report = try await show(.reload(zone: zone)) {
            if case .reload(let report) = $0 { report } else { nil }
        } as: {
            Console.complain($0.complaints)
            return $0.text
        }
        if !report.isComplete { throw ExitCode.failure }
    }
}

/// `swervectl explain NAME TYPE [from ADDRESS]`
struct ExplainCommand: RemoteCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Why a name is answered as it is.",
        usage: "swervectl explain NAME TYPE [from ADDRESS] [--socket SOCKET] [--json]",
        discussion: """
            Shows the record as it is written, the state of each VIP in it with what stands behind, which addresses \
            are answered by which rule, the TTL and its reason, and the answer.
            """)
    @ParentCommand var root: Swervectl
    @OptionGroup var remote: RemoteOptions
    @Argument(help: ArgumentHelp("The name asked for.", valueName: "NAME"))
    var name: String
    @Argument(help: ArgumentHelp("The type asked for, such as A.", valueName: "TYPE"))
    var type: String
    @Argument(help: ArgumentHelp("The client's address: from ADDRESS.", valueName: "from ADDRESS"))
    var origin: [String] = []

    func validate() throws {
        if origin.isEmpty { return }
        if origin.count != 2 || origin[0] != "from" {
            throw ValidationError("after the type only 'from ADDRESS' may follow")
        }
        if IPAddress(origin[1]) == nil { throw ValidationError("'\(origin[1])' is no address") }
    }

    func run() async throws {
        _ = try await show(.explain(name: name, type: type, from: origin.last)) {
            if case .explain(let report) = $0 { report } else { nil }
        } as: {
            $0.text(now: .now, colours: Console.isColoured)
        }
    }
}
