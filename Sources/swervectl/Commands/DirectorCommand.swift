internal import Addresses
internal import ArgumentParser
internal import ControlProtocol
internal import Daemon
internal import Director
internal import Glibc
internal import Health
internal import HostNetwork
internal import IPVS
internal import Settings

/// `swervectl director`
struct DirectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "director", abstract: "Check this host as a director.",
        subcommands: [DirectorCheckCommand.self])
}

/// `swervectl director check [-c FILE]`
struct DirectorCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell what keeps this host from being the director of a configuration.",
        discussion: "Needs no daemon. Ends with 1 if anything can't work.")

    @Option(name: [.customShort("c"), .long], help: ArgumentHelp("The configuration.", valueName: "FILE"))
    var config = "/etc/swerve/swerve.conf"
    @OptionGroup var form: ReportForm
    @ParentCommand var root: Swervectl

    func run() async throws {
        let reading = SettingsReader.read(path: config)
        guard let director = reading.settings?.director else {
            for diagnostic in reading.diagnostics { Console.complain("\(diagnostic)") }
            throw Console.fails("\(config) can't be used", hint: "swervectl check config \(config)")
        }
        if let trouble = director.enterNetworkNamespace() { throw Console.fails("\(trouble)") }
        var findings = director.backend == .ipvs ? await Self.kernelFindings() : []
        do {
            findings +=
                director.backend == .none
                ? []
                : try DirectorHost.check(
                    table: director.fullTable, vipInterface: director.vipInterface,
                    isCarriedByKernel: director.backend == .ipvs) + director.dataPathFindings()
        } catch {
            throw Console.fails("\(error)")
        }
        try HostCheck(findings: findings).show(
            asJSON: form.isJSON(root), well: "nothing keeps this host from being the director of \(config)")
    }

    /// What keeps the kernel from carrying packets.
    private static func kernelFindings() async -> [Finding] {
        do throws(BackendError) {
            await (try KernelTable()).close()
            return []
        } catch {
            return [finding(error, isRoot: geteuid() == 0)]
        }
    }

    /// An error in the words of a finding. Whoever isn't root can't see whether all is well.
    static func finding(_ error: BackendError, isRoot: Bool) -> Finding {
        let text = error.description.firstRange(of: ": ").map { error.description[$0.upperBound...] }
        let isMissing = error.description.hasSuffix("this kernel has none")
        return Finding(
            isMissing || isRoot ? .error : .warning, "IPVS", String(text ?? error.description[...]),
            fix: isMissing || isRoot ? error.hint : "run this as root")
    }
}

/// What is wrong with a host.
struct HostCheck: Hashable, Codable, Sendable {
    /// What was found; empty if all is well.
    var findings: [Finding]

    /// Whether the host can do its work.
    var isSound: Bool { !findings.contains { $0.severity == .error } }

    /// The findings for people, with what puts each right.
    func text(well: String) -> String {
        if findings.isEmpty { return well + "\n" }
        return findings.map { "\($0)\n" + ($0.fix.map { "  fix: \($0)\n" } ?? "") }.joined()
    }

    /// Shows the findings; ends the program with 1 if there is an error among them.
    func show(asJSON: Bool, well: String) throws {
        Console.write(asJSON ? try Console.json(self) : text(well: well))
        if !isSound { throw ExitCode.failure }
    }
}

extension DirectorSettings {
    /// What of this host keeps checks through VIPs from saying anything.
    fileprivate func dataPathFindings() throws -> [Finding] {
        let vips = Set(virtualServers.compactMap(\.key.vip))
        let servers = virtualServers.flatMap(\.realServers).filter { $0.check.path != nil }
        let state = try DataPathHost.state(of: Set(servers.map(\.destination.endpoint.address)))
        var seen: Set<Finding> = []
        return servers.flatMap { DataPathHost.judge($0.destination, vips: vips, in: state) }
            .filter { seen.insert($0).inserted }
    }
}
