internal import ArgumentParser
internal import ControlProtocol
internal import Daemon
internal import Settings

/// `swervectl demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Show it: two web servers, and a daemon that steers to them.",
        discussion: "Needs no root and no kernel support. Runs until interrupted.")

    @Option(
        name: [.customShort("c"), .long],
        help: ArgumentHelp("The configuration (default: \(DemoPlace.file)).", valueName: "FILE"))
    var config: String?

    func run() async throws {
        guard let file = config ?? DemoPlace.find() else {
            throw Console.fails(
                "\(DemoPlace.file) is neither here nor beside the sources of this program",
                hint: "change to the folder of Swerve's sources, or name the file with --config FILE")
        }
        let reading = SettingsReader.read(path: file)
        for diagnostic in reading.diagnostics { Console.complain("\(diagnostic)") }
        guard let settings = reading.settings else { throw Console.fails("\(file) can't be used") }
        do {
            try await Demo(file: file, settings: settings, runDaemon: DemoPlace.runDaemon).run()
        } catch let failure as Failure {
            throw Console.fails(failure.message, hint: failure.hint)
        } catch {
            throw Console.fails("\(error)")
        }
    }
}

/// What the demo needs, and where it is.
enum DemoPlace {
    /// The configuration, from the folder of the sources.
    static let file = "zones/swerve.conf"

    /// The configuration's path, in the working directory or in a folder above this program, which lies in
    /// the build folder of the sources; nil if it is nowhere.
    static func find() -> String? {
        if SystemCalls.isReadable(file) { return file }
        guard var folder = SystemCalls.executable?.split(separator: "/") else { return nil }
        while !folder.isEmpty {
            folder.removeLast()
            let path = "/" + (folder + [Substring(file)]).joined(separator: "/")
            if SystemCalls.isReadable(path) { return path }
        }
        return nil
    }

    /// Runs the daemon inside this process until the task is cancelled.
    static func runDaemon(_ file: String) async throws {
        do {
            try await Daemon(configurationFile: file, isQuiet: true).run()
        } catch let error as StartError {
            throw Failure(error.description)
        }
    }
}
