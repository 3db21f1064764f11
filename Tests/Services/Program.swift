import Foundation
import Glibc

/// A program that runs beside the test.
final class Program: Sendable {
    /// Where the programs are that were built with the tests: beside what runs these.
    static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .path()

    private let process: Process
    private let path: String

    /// Starts one in a folder, where its output goes into a file.
    init(_ program: String, _ arguments: [String], in folder: URL) throws {
        path = folder.path() + "/" + (program.split(separator: "/").last.map(String.init) ?? "") + ".log"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let log = try FileHandle(forWritingTo: URL(filePath: path))
        process.standardOutput = log
        process.standardError = log
        // The thread of a task has all signals blocked, and what it starts would have too: no alarm would wake it.
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    var isRunning: Bool { process.isRunning }

    /// What it has said.
    var log: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// Ends it.
    func end() {
        process.terminate()
        for _ in 0..<100 where process.isRunning { usleep(50_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Runs one to its end: what it says on standard output, and its exit status.
    static func output(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (text: String, status: Int32) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (text, process.terminationStatus)
    }
}
