import Foundation
import Glibc
import Testing

/// A folder with an ldirectord.cf, and the commands that look after it.
struct Site {
    let folder: URL
    var file: URL { folder.appending(path: "site.cf") }
    var pidFile: String { folder.path() + "/ldirectord.site.cf.pid" }

    /// A real server of which nothing is asked.
    static let plain = """
        checkinterval=1
        virtual=127.0.0.1:17080
            real=127.0.0.1:17081 masq
            checktype=on
        """

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "swerve-site-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "out"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path() + "/ldirectord", withDestinationPath: Program.folder + "/swervectl")
    }

    func write(_ text: String, to name: String = "site.cf") throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// `ldirectord WORDS…`, by swervectl or by its other name.
    func ldirectord(_ words: [String], asLdirectord: Bool = true) throws -> (text: String, status: Int32) {
        try Program.output(
            asLdirectord ? folder.path() + "/ldirectord" : Program.folder + "/swervectl",
            asLdirectord ? words : ["ldirectord"] + words, environment: environment)
    }

    /// Its files are here, and nothing needs the kernel.
    var environment: [String: String] {
        [
            "SWERVE_RUN": folder.path(), "SWERVE_STATE": folder.path(), "SWERVE_BACKEND": "relay",
            "SWERVE_LOG": folder.path() + "/default.log",
        ]
    }

    /// The exit status of `ldirectord FILE ACTION`.
    func status(of action: String, asLdirectord: Bool = true, file: String? = nil) throws -> Int32 {
        try ldirectord([file ?? self.file.path(), action], asLdirectord: asLdirectord).status
    }

    /// What swervectl says of the daemon.
    func swervectl(_ words: [String]) throws -> (text: String, status: Int32) {
        try Program.output(
            Program.folder + "/swervectl", ["-s", folder.path() + "/ldirectord.site.cf.sock"] + words)
    }

    func text(_ name: String) -> String {
        (try? String(contentsOfFile: folder.path() + "/" + name, encoding: .utf8)) ?? ""
    }

    /// The log where the file names none.
    var log: String { text("default.log") }

    /// Waits until something holds, which is due within seconds.
    func wait(_ what: String, until isTrue: () throws -> Bool) async throws {
        let clock = ContinuousClock()
        let patience = clock.now + .seconds(30)
        while try !isTrue(), clock.now < patience { try await clock.sleep(for: .milliseconds(50)) }
        #expect(try isTrue(), "\(what); log: \(log) \(text("ldirectord.site.cf.log"))")
    }

    func end() {
        _ = try? status(of: "stop")
        try? FileManager.default.removeItem(at: folder)
    }
}
