internal import ArgumentParser
internal import DNSWire
internal import Daemon
internal import Diagnostics
internal import Glibc
internal import Settings
internal import ZoneFiles

/// `swervectl check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check files before the daemon reads them.",
        subcommands: [CheckConfigurationCommand.self, CheckZoneCommand.self])
}

/// `swervectl check config FILE [--probe]`
struct CheckConfigurationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Read a configuration and its zones, and tell all that is wrong.",
        discussion: """
            Needs no daemon. Ends with 1 if there is an error; with --probe also if a server that is now in the \
            kernel's table would leave it, or that can't be told.
            """)

    @Argument(help: ArgumentHelp("The configuration.", valueName: "FILE"))
    var file: String
    @Flag(help: "Carry out each check once, and tell which servers in the table would leave it.")
    var probe = false
    @OptionGroup var form: ReportForm
    @ParentCommand var root: Swervectl

    func run() async throws {
        let inspection = Inspection(configurationFile: file)
        var check = ConfigurationCheck(inspection, file: file)
        if probe, let settings = inspection.settings { check.probe = await ProbeRound.run(settings.director) }
        if form.isJSON(root) {
            Console.write(try Console.json(check))
        } else {
            Console.complain(check.complaints)
            Console.write(check.text)
        }
        if !check.isSound || check.probe?.isQuiet == false { throw ExitCode.failure }
    }
}

/// `swervectl check zone ORIGIN FILE`
struct CheckZoneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zone", abstract: "Read a zone and tell all that is wrong, as named-checkzone does.",
        discussion: "Needs no daemon. Ends with 1 if the zone can't be loaded.")

    @Argument(help: ArgumentHelp("The zone's name.", valueName: "ORIGIN"), transform: Self.name)
    var origin: DomainName
    @Argument(help: ArgumentHelp("Its file; - is standard input.", valueName: "FILE"))
    var file: String
    @OptionGroup var form: ReportForm
    @ParentCommand var root: Swervectl

    func run() async throws {
        let loaded =
            file == "-"
            ? ZoneFile.parse(
                SourceText(file: "standard input", bytes: try Self.standardInput()), origin: origin)
            : ZoneFile.load(path: file, origin: origin)
        let check = ZoneCheck(loaded, name: origin, file: file)
        if form.isJSON(root) {
            Console.write(try Console.json(check))
        } else {
            Console.complain(check.complaints)
            Console.write(check.text)
        }
        if check.serial == nil { throw ExitCode.failure }
    }

    private static func name(_ text: String) throws -> DomainName {
        do {
            return try DomainName(text)
        } catch {
            throw ValidationError("'\(text)' is no zone's name: \(error)")
        }
    }

    private static func standardInput() throws -> [UInt8] {
        if let bytes = SystemCalls.standardInput() { return bytes }
        throw Console.fails("read standard input: \(SystemCalls.words(for: errno))")
    }
}
