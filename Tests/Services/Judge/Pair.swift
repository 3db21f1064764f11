import Foundation
import Glibc
import Testing

/// ldirectord and Swerve, each with the same file, and their tables.
struct Pair {
    let folder: URL
    let ldirectord: Program
    let swerved: Program
    private var socket: String { folder.path() + "/socket" }

    /// - Parameters:
    ///   - file: The ldirectord.cf; `FOLDER` in it, and in the program, is the pair's own.
    ///   - check: A program beside it.
    init(_ file: String, check: String = "") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "swerve-judge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        try FileManager.default.copyItem(
            at: here.appending(path: "ipvsadm"), to: folder.appending(path: "ipvsadm"))
        try FileManager.default.createDirectory(
            at: folder.appending(path: "maintenance"), withIntermediateDirectories: true)
        for (name, text) in [("judge.cf", file), ("check", check)] {
            try Data(text.replacing("FOLDER", with: folder.path()).utf8).write(to: folder.appending(path: name))
        }
        chmod(folder.path() + "/check", 0o755)
        let configuration = """
            options { listen-on { none; }; listen-on-v6 { none; }; state-directory "\(folder.path())/state"; };
            controls { unix "\(folder.path())/socket"; };
            director { backend none; ldirectord "judge.cf"; };
            """
        try Data(configuration.utf8).write(to: folder.appending(path: "swerve.conf"))
        ldirectord = try Program(
            "/usr/sbin/ldirectord", ["-d", folder.path() + "/judge.cf", "start"], in: folder)
        swerved = try Program(
            Program.folder + "/swerved", ["-c", folder.path() + "/swerve.conf"], in: folder)
    }

    func end() {
        ldirectord.end()
        swerved.end()
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: folder.appending(path: name)) }

    /// The different lines of a file.
    func words(in name: String) -> Set<String> {
        let text = (try? String(contentsOfFile: folder.path() + "/" + name, encoding: .utf8)) ?? ""
        return Set(text.split(separator: "\n").map(String.init))
    }

    /// The tables, once they are as they should be, or a minute is over.
    func tables(
        _ areRight: (_ theirs: Set<String>, _ ours: Set<String>) -> Bool
    ) async throws -> (theirs: Set<String>, ours: Set<String>) {
        let clock = ContinuousClock()
        let patience = clock.now + .seconds(60)
        while true {
            try await clock.sleep(for: .milliseconds(200))
            let theirs = lines(try Program.output(folder.path() + "/ipvsadm", ["-L", "-n"]).text)
            let ours = lines(
                try Program.output(Program.folder + "/swervectl", ["-s", socket, "table"]).text)
            if areRight(theirs, ours) || clock.now >= patience { return (theirs, ours) }
            // A table stays as it is when who keeps it has ended.
            for one in [ldirectord, swerved] where !one.isRunning {
                throw Ended(lastWords: one.log.suffix(1000))
            }
        }
    }
}

/// One of a pair is gone.
private struct Ended: Error {
    let lastWords: Substring
}

/// The lines of `ipvsadm -Ln`, each with its virtual server in front and without counts.
private func lines(_ text: String) -> Set<String> {
    var service = ""
    var lines: Set<String> = []
    for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        if ["TCP", "UDP", "FWM"].contains(words.first ?? "") {
            service = words.joined(separator: " ")
            lines.insert(service)
        } else if words.first == "->", words.count == 6, words[1] != "RemoteAddress:Port" {
            lines.insert("\(service) -> \(words[1...3].joined(separator: " "))")
        }
    }
    return lines
}
