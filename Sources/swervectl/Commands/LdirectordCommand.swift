internal import ArgumentParser
internal import Daemon

/// `swervectl ldirectord [-d] [FILE] start|stop|…`, also when called by the name `ldirectord`
struct LdirectordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ldirectord", abstract: "Run an ldirectord.cf by ldirectord's own command line.",
        discussion: """
            \(LdirectordInvocation.usage)

            Exit status: 0 done, or it runs; 1 failed; 2 the file has a mistake; 3 it is stopped; 255 the command \
            line is wrong.
            """)

    @Argument(parsing: .captureForPassthrough, help: "ldirectord's own command line.")
    var words: [String] = []

    func run() async throws {
        throw ExitCode(await Self.run(words))
    }

    /// Carries out a command line; its exit status.
    static func run(_ words: [String]) async -> Int32 {
        switch LdirectordInvocation.parse(words) {
        case .success(let invocation): return await LdirectordService(invocation).run()
        case .failure(.help):
            Console.write(LdirectordInvocation.usage)
            return 0
        case .failure(.version):
            Console.write("ldirectord, by Swerve \(Daemon.version)")
            return 0
        case .failure(.usage):
            Console.complain(LdirectordInvocation.usage)
            return 255
        }
    }
}
