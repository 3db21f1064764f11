internal import ArgumentParser
internal import ControlProtocol
internal import Daemon
internal import Glibc

/// The program: swervectl, or ldirectord where it is called by that name.
@main
enum EntryPoint {
    static func main() async {
        let arguments = CommandLine.arguments
        if arguments.first?.split(separator: "/").last == "ldirectord" {
            exit(await LdirectordCommand.run(Array(arguments.dropFirst())))
        }
        await Swervectl.main()
    }
}

/// The command line of swervectl.
struct Swervectl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swervectl",
        abstract: "Looks after swerved, and checks its files and hosts.",
        discussion: """
            check, director, realserver and demo need no running swerved; the others ask it. \
             Exit status: 0 done, 1 failed, 3 swerved is not running, 64 the command line is wrong.
            """,
        version: "swervectl \(Daemon.version)",
        subcommands: [
            StatusCommand.self, StatsCommand.self, ReloadCommand.self, ZonesCommand.self, ServersCommand.self,
            TableCommand.self, ExplainCommand.self, DrainCommand.self, DisableCommand.self, EnableCommand.self,
            WeightCommand.self, OverrideCommand.self, WaitCommand.self, EventsCommand.self, CheckCommand.self,
            DirectorCommand.self, RealServerCommand.self, LdirectordCommand.self, DemoCommand.self,
        ])

    @OptionGroup var remote: RemoteOptions
}

/// What commands that ask the daemon have in common; they may stand before or after the command's name.
struct RemoteOptions: ParsableArguments {
    /// Where swerved listens if nothing else is configured.
    static let defaultSocket = "/run/swerve/control.sock"

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The control socket of swerved (default: \(defaultSocket)).", valueName: "SOCKET"))
    var socket: String?

    @Flag(help: "Write JSON.")
    var json = false
}

/// How a command that needs no daemon writes its report; the option may stand before the command's name, too.
struct ReportForm: ParsableArguments {
    @Flag(help: "Write JSON.")
    var json = false

    /// Whether JSON is wanted, here or before the command's name.
    func isJSON(_ root: Swervectl) -> Bool { json || root.remote.json }
}

/// A command that asks the daemon one thing and shows its report.
protocol RemoteCommand: AsyncParsableCommand {
    /// The options before the command's name.
    var root: Swervectl { get }
    /// The options after it.
    var remote: RemoteOptions { get }
}

extension RemoteCommand {
    /// Whether the report is wanted as JSON.
    var wantsJSON: Bool { remote.json || root.remote.json }

    /// The way to the daemon.
    var client: ControlClient {
        ControlClient(path: remote.socket ?? root.remote.socket ?? RemoteOptions.defaultSocket)
    }

    /// Asks, picks the report out of the response, and shows it; ends the program where there is none.
    func show<Report: Encodable>(
        _ request: Request, _ pick: (Response) -> Report?, as text: (Report) -> String
    ) async throws -> Report {
        let report: Report
        do throws(ClientError) {
            let response = try await client.ask(request)
            if case .failure(let failure) = response { throw ClientError.refused(failure) }
            guard let picked = pick(response) else { throw ClientError.misunderstood(client.path) }
            report = picked
        } catch {
            throw Console.ends(with: error)
        }
        Console.write(wantsJSON ? try Console.json(report) : text(report))
        return report
    }
}
