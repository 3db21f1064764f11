import Foundation

/// A swervectl that runs while the test goes on.
final class RunningProgram: Sendable {
    private let process: Process
    private let input = Pipe()
    private let folder: TemporaryFolder
    private let ended: AsyncStream<Int32>

    /// Starts it; what it writes goes to files of the folder.
    init(_ arguments: [String], folder: TemporaryFolder) throws {
        self.folder = folder
        try folder.write("out", "")
        try folder.write("err", "")
        process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = FileHandle(forWritingAtPath: folder.path("out"))
        process.standardError = FileHandle(forWritingAtPath: folder.path("err"))
        let (ended, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.ended = ended
        process.terminationHandler = {
            continuation.yield($0.terminationStatus)
            continuation.finish()
        }
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    /// It ended, or was silent for half a minute.
    struct Silence: Error {
        var waitedFor: String
        var output: String
        var errors: String
    }

    /// Returns once it has written a text.
    func wait(for text: String) async throws {
        for _ in 0..<1500 {
            if try folder.read("out").contains(text) { return }
            if !process.isRunning { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Silence(waitedFor: text, output: try folder.read("out"), errors: try errors())
    }

    /// Types a text.
    func type(_ text: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    /// What it wrote to standard error.
    func errors() throws -> String { try folder.read("err") }

    /// Interrupts it as Ctrl-C does; its exit status.
    func interrupt() async throws -> Int32 {
        process.interrupt()
        for await status in ended { return status }
        throw CancellationError()
    }
}
