import Foundation
import Testing

/// The built swerved as a process of its own.
@Suite("The process", .enabled(if: Swerved.isBuilt, "swerved isn't built"), .timeLimit(.minutes(2)))
struct ProcessTests {
    @Test(
        "It ends with a status and a word about what is wrong",
        arguments: [
            (["--nonsense"], 64, "Usage: swerved"),
            (["-c", "/nowhere/swerve.conf"], 1, "'/nowhere/swerve.conf': No such file or directory"),
            (["-c", "/tmp"], 1, "'/tmp': Is a directory"),
            (["-c", "/dev/null"], 1, "'/dev/null': Not a regular file"),
        ] as [([String], Int32, String)])
    func status(arguments: [String], status: Int32, words: String) async throws {
        let swerved = try Swerved(arguments)
        #expect(try await swerved.end() == status)
        #expect(try swerved.errors().contains(words))
    }

    @Test("A second process leaves the first one its control socket, and says so")
    func second() async throws {
        let first = try Swerved(configuration: 1)
        try await first.wait(for: "ready: ")
        let second = try Swerved(["-c", first.path("swerve.conf")])
        #expect(try await second.end() == 1)
        #expect(try second.errors().contains("another process listens there; is swerved running already?"))
        #expect(FileManager.default.fileExists(atPath: first.path("control.sock")))
        #expect(try await first.end(by: SIGTERM) == 0)
        #expect(!FileManager.default.fileExists(atPath: first.path("control.sock")))
    }

    @Test("A second process leaves the first one its state directory, and takes it when that has ended")
    func secondState() async throws {
        let first = try Swerved(configuration: 1)
        try await first.wait(for: "ready: ")
        let file = first.path("other.conf")
        let text = try String(contentsOfFile: first.path("swerve.conf"), encoding: .utf8)
            .replacing("127.0.96.1", with: "127.0.96.6").replacing("control.sock", with: "other.sock")
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        let second = try Swerved(["-c", file])
        #expect(try await second.end() == 1)
        #expect(try second.errors().contains("another swerved that runs keeps its state in "))
        #expect(!FileManager.default.fileExists(atPath: first.path("other.sock")))
        #expect(try await first.end(by: SIGTERM) == 0)
        let third = try Swerved(["-c", file])
        try await third.wait(for: "ready: ")
        #expect(try await third.end(by: SIGTERM) == 0)
    }

    @Test("An endpoint in use is refused, and nothing is left behind")
    func endpointInUse() async throws {
        let first = try Swerved(configuration: 2)
        try await first.wait(for: "ready: ")
        let second = try Swerved(configuration: 2)
        #expect(try await second.end() == 1)
        let words = "bind udp 127.0.96.2#15353: Address already in use\n"
        #expect(
            try second.errors().contains(words + "hint: another program has this port; 'ss -lntup' names it\n"))
        #expect(!FileManager.default.fileExists(atPath: second.path("control.sock")))
        #expect(try await first.end(by: SIGTERM) == 0)
    }

    @Test("Closed standard descriptors are not given to sockets; the limit of descriptors is the system's")
    func surroundings() async throws {
        let swerved = try Swerved(configuration: 3, through: "ulimit -Sn 100; exec \"$0\" \"$@\" <&- >&- 2>&-")
        try await swerved.wait(forFile: "control.sock")
        let files = FileManager.default
        let process = "/proc/\(swerved.number)"
        for descriptor in 0...2 {
            #expect(
                try files.destinationOfSymbolicLink(atPath: "\(process)/fd/\(descriptor)") == "/dev/null")
        }
        let limits = try String(contentsOfFile: "\(process)/limits", encoding: .utf8).split(separator: "\n")
        let limit = try #require(limits.first { $0.hasPrefix("Max open files") }).split(separator: " ")
        #expect(limit[3] == limit[4])
        #expect(try await swerved.end(by: SIGTERM) == 0)
    }

    @Test(
        "A signal that comes early ends it as one that comes late: with 0, and nothing is left",
        arguments: 0..<6)
    func early(turn: Int) async throws {
        let swerved = try Swerved(
            configuration: 5, through: "exec \"$0\" \"$@\" --pid-file \"${2%/*}/pid\"")
        if turn < 3 {
            // From the moment on at which it is in its hands what becomes of the signal.
            try await swerved.wait(for: "a handler") {
                let status = try String(contentsOfFile: "/proc/\(swerved.number)/status", encoding: .utf8)
                let masks = status.split(separator: "\n").filter {
                    $0.hasPrefix("SigCgt") || $0.hasPrefix("SigBlk")
                }
                let name = try FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(swerved.number)/exe")
                return name.hasSuffix("/swerved")
                    && masks.contains {
                        (UInt64($0.suffix(16), radix: 16) ?? 0) >> (UInt64(SIGTERM) - 1) & 1 == 1
                    }
            }
        } else {
            try await swerved.wait(forFile: "pid")
        }
        #expect(try await swerved.end(by: turn % 2 == 0 ? SIGTERM : SIGINT) == 0)
        #expect(!FileManager.default.fileExists(atPath: swerved.path("pid")))
    }

    @Test("A storm of reloads is outlived")
    func reloads() async throws {
        let swerved = try Swerved(configuration: 4)
        try await swerved.wait(for: "ready: ")
        for _ in 0..<100 { kill(swerved.number, SIGHUP) }
        try await swerved.wait(for: "[reload] complete")
        kill(swerved.number, SIGHUP)
        #expect(try await swerved.end(by: SIGTERM) == 0)
    }
}
