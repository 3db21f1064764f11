internal import Addresses
internal import ArgumentParser
internal import ControlProtocol
internal import HostNetwork

/// `swervectl realserver`
struct RealServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "realserver", abstract: "Make this host a real server behind a VIP, or check it as one.",
        subcommands: [RealServerPrepareCommand.self, RealServerCheckCommand.self])
}

/// `swervectl realserver prepare VIP [--undo]`
struct RealServerPrepareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Keep this host from answering ARP for a VIP, then add the VIP to lo.",
        discussion: "Needs root, and no daemon. Prints what makes it permanent.")

    @Argument(help: ArgumentHelp("The VIP.", valueName: "VIP"), transform: VIPArgument.read)
    var vip: IPAddress
    @Flag(help: "Take back what was prepared.")
    var undo = false
    @OptionGroup var form: ReportForm
    @ParentCommand var root: Swervectl

    func run() async throws {
        let report: PreparationReport
        do {
            report = PreparationReport(try RealServerHost.prepare(vip: vip, undo: undo))
        } catch {
            throw Console.fails("\(error)", hint: error.isDenied ? "run it as root" : nil)
        }
        Console.write(form.isJSON(root) ? try Console.json(report) : report.text)
    }
}

/// `swervectl realserver check VIP`
struct RealServerCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell what keeps this host from being a real server behind a VIP.",
        discussion: "Needs no daemon. Judges the effective value of each interface. Ends with 1 on an error.")

    @Argument(help: ArgumentHelp("The VIP.", valueName: "VIP"), transform: VIPArgument.read)
    var vip: IPAddress
    @OptionGroup var form: ReportForm
    @ParentCommand var root: Swervectl

    func run() async throws {
        let findings: [Finding]
        do {
            findings = try RealServerHost.check(vip: vip)
        } catch {
            throw Console.fails("\(error)")
        }
        try HostCheck(findings: findings).show(
            asJSON: form.isJSON(root), well: "nothing keeps this host from being a real server behind \(vip)")
    }
}

/// A VIP on the command line.
enum VIPArgument {
    /// Reads an address that a host can have.
    static func read(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw ValidationError("'\(text)' is no address") }
        return address
    }
}

/// What was done to a host.
struct PreparationReport: Hashable, Codable, Sendable {
    /// One step.
    struct Step: Hashable, Codable, Sendable {
        /// The step, as a shell would do it.
        var text: String
        /// Whether something had to be changed for it.
        var isChange: Bool
        /// What there is to say beside.
        var note: String?

        private enum CodingKeys: String, CodingKey {
            case text, note
            case isChange = "changed"
        }
    }

    /// The steps in the order in which they were taken.
    var steps: [Step]
    /// The lines that make it permanent; those that start with `#` are headings.
    var permanent: [String]

    init(_ preparation: Preparation) {
        steps = preparation.steps.map { Step(text: $0.text, isChange: $0.isChange, note: $0.note) }
        permanent = preparation.permanent
    }

    /// The report for people.
    var text: String {
        var lines = steps.map { step in
            (step.isChange ? "done     " : "nothing  ") + step.text + (step.note.map { " (\($0))" } ?? "")
        }
        if !permanent.isEmpty { lines += ["", "To keep it over a reboot:"] + permanent }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension HostNetworkError {
    /// Whether the process may not do it.
    fileprivate var isDenied: Bool { errno == 1 || errno == 13 }
}
