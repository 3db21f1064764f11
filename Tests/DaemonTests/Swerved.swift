import Foundation

/// A swerved that runs while the test goes on, in a folder of its own.
final class Swerved: Sendable {
    /// It lies beside the program that runs the tests.
    private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("swerved").path

    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private let process: Process
    private let folder: URL
    private let ended: AsyncStream<Int32>

    /// Starts it with a zone and a configuration for the address 127.0.96.N, through a shell's words.
    convenience init(
        configuration number: Int, options: String = "", through shell: String = "exec \"$0\" \"$@\"",
        zone: String = "@ 60 IN SOA ns. admin. 1 60 60 60 60\n@ 60 IN NS ns.\n"
    ) throws {
        let folder = try Self.newFolder()
        try Self.write(options, number, in: folder)
        try Data(zone.utf8).write(to: folder.appendingPathComponent("example.zone"))
        try self.init(["-c", folder.appendingPathComponent("swerve.conf").path], in: folder, through: shell)
    }

    /// Starts it with arguments.
    convenience init(_ arguments: [String]) throws {
        try self.init(arguments, in: Self.newFolder(), through: "exec \"$0\" \"$@\"")
    }

    private init(_ arguments: [String], in folder: URL, through shell: String) throws {
        self.folder = folder
        let log = folder.appendingPathComponent("err")
        try Data().write(to: log)
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", shell, Self.program] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        let (ended, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.ended = ended
        process.terminationHandler = {
            continuation.yield($0.terminationStatus)
            continuation.finish()
        }
        try process.run()
    }

    /// Writes its configuration anew, with other options.
    func configure(_ number: Int, options: String) throws {
        try Self.write(options, number, in: folder)
    }

    private static func write(_ options: String, _ number: Int, in folder: URL) throws {
        try Data(
            """
            options {
                listen-on port 15353 { 127.0.96.\(number); }; listen-on-v6 { none; }; state-directory ".";
                \(options)
            };
            controls { unix "control.sock"; };
            zone "example.com" { type primary; file "example.zone"; };

            """.utf8
        ).write(to: folder.appendingPathComponent("swerve.conf"))
    }

    deinit {
        if process.isRunning { process.terminate() }
        try? FileManager.default.removeItem(at: folder)
    }

    private static func newFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "swerved-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// It ended, or was silent for half a minute.
    struct Silence: Error {
        var waitedFor: String
        var errors: String
    }

    var number: Int32 { process.processIdentifier }

    /// How many descriptors it has.
    var descriptorCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(number)/fd").count) ?? 0
    }

    /// Lets it have no more descriptors than so many; those that it has stay.
    func limitDescriptors(to count: Int) throws {
        let command = Process()
        command.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
        command.arguments = ["--pid", "\(number)", "--nofile=\(count)"]
        try command.run()
        command.waitUntilExit()
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// What it wrote to standard error.
    func errors() throws -> String { try String(contentsOfFile: path("err"), encoding: .utf8) }

    /// Returns once it has written a text.
    func wait(for text: String) async throws {
        try await wait(for: text) { try errors().contains(text) }
    }

    /// Returns once it has made a file.
    func wait(forFile name: String) async throws {
        try await wait(for: name) { FileManager.default.fileExists(atPath: path(name)) }
    }

    func wait(for what: String, until isThere: () throws -> Bool) async throws {
        for _ in 0..<1500 {
            if try isThere() { return }
            if !process.isRunning { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Silence(waitedFor: what, errors: try errors())
    }

    /// Its status, once it has ended, by a signal if one is given.
    func end(by signal: Int32? = nil) async throws -> Int32 {
        if let signal { kill(number, signal) }
        for await status in ended { return status }
        throw CancellationError()
    }
}
