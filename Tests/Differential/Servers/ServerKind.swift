import Foundation

/// The servers that are compared.
enum ServerKind: String, CaseIterable {
    case swerve = "Swerve"
    case bind = "BIND"
    case nsd = "NSD"
    case knot = "Knot"

    /// The others.
    static let peers: [ServerKind] = [.bind, .nsd, .knot]

    /// The program; nil if it isn't there.
    var program: String? {
        switch self {
        case .swerve:
            // It lies beside the program that runs the tests.
            Self.executable(
                URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
                    .appendingPathComponent("swerved").path)
        case .bind: Programs.path("named")
        case .nsd: Programs.path("nsd")
        case .knot: Programs.path("knotd")
        }
    }

    /// What it writes to its log once all zones are read and it answers.
    var readyText: String {
        switch self {
        case .swerve: "ready: "
        case .bind: "all zones loaded"
        case .nsd: "nsd started"
        case .knot: "server started"
        }
    }

    /// Its command line.
    func arguments(configuration: String) -> [String] {
        switch self {
        case .swerve: ["-c", configuration]
        case .bind: ["-g", "-n", "1", "-c", configuration]
        case .nsd: ["-d", "-c", configuration]
        case .knot: ["-c", configuration]
        }
    }

    private static func executable(_ path: String) -> String? {
        FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
}

/// Other people's programs.
enum Programs {
    /// Where a program is; nil if it isn't installed.
    static func path(_ name: String) -> String? {
        ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs `body` with no signal blocked. Threads of the test run block most, a program inherits that, and
    /// NSD then never sees its SIGTERM.
    static func withSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// Runs a program to its end: its status, and what it wrote.
    static func run(_ path: String, _ arguments: [String], in folder: URL) throws -> (
        status: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
