import Foundation
import Glibc
import Testing

@Suite("ldirectord's command line, and what its directives do", .serialized, .timeLimit(.minutes(3)))
struct CommandLineTests {
    private static let plain = """
        checkinterval=1
        virtual=127.0.0.1:17080
            real=127.0.0.1:17081 masq
            checktype=ping
        """

    @Test(
        "Exit statuses and the pid file", .enabled(if: getuid() == 0, "a ping needs root"),
        arguments: [true, false])
    func statuses(_ asLdirectord: Bool) throws {
        let site = try Site()
        defer { site.end() }
        func expect(_ action: String, _ status: Int32, _ comment: Comment? = nil) throws {
            #expect(try site.status(of: action, asLdirectord: asLdirectord) == status, comment)
        }
        for action in ["start", "status", "configtest", "reload", "restart"] {
            #expect(
                try site.status(of: action, asLdirectord: asLdirectord, file: "/nowhere.cf") == 1, "\(action)")
        }
        try site.write(Self.plain)
        try expect("configtest", 0)
        try expect("status", 3)
        try expect("stop", 0)
        try expect("reload", 1)
        try expect("try-restart", 0)
        try expect("start", 0)
        let first = site.text("ldirectord.site.cf.pid")
        #expect(pid_t(first.dropLast()).map { kill($0, 0) } == 0)
        try expect("start", 0)
        try expect("status", 0)
        try expect("reload", 0)
        try expect("force-reload", 0)
        #expect(site.text("ldirectord.site.cf.pid") == first)
        try expect("restart", 0)
        let second = site.text("ldirectord.site.cf.pid")
        #expect(second != first && !second.isEmpty)

        try site.write(Self.plain + "\nbroken")
        for action in ["configtest", "reload", "restart", "try-restart"] { try expect(action, 2, "\(action)") }
        #expect(site.text("ldirectord.site.cf.pid") == second)
        try expect("status", 0)
        // Of this the daemon alone knows that it can't be taken on.
        try site.write("# nothing\n")
        for action in ["reload", "force-reload"] { try expect(action, 2, "\(action)") }
        try expect("status", 0)
        try expect("stop", 0)
        #expect(!FileManager.default.fileExists(atPath: site.pidFile))
        try expect("status", 3)
        // A pid file that was left behind, of a process that is another by now.
        try Data("1\n".utf8).write(to: URL(filePath: site.pidFile))
        try expect("status", 1)
        try expect("stop", 0)
        try expect("status", 3)
        // The same, of one in whose command line ldirectord and swerved are named.
        let bystander = Process()
        bystander.executableURL = URL(filePath: "/usr/bin/tail")
        bystander.arguments = ["-f", site.file.path(), site.folder.path() + "/ldirectord.site.cf.conf"]
        bystander.standardOutput = FileHandle.nullDevice
        bystander.standardError = FileHandle.nullDevice
        try bystander.run()
        defer {
            kill(bystander.processIdentifier, SIGKILL)
            bystander.waitUntilExit()
        }
        try Data("\(bystander.processIdentifier)\n".utf8).write(to: URL(filePath: site.pidFile))
        try expect("status", 1)
        try expect("stop", 0)
        #expect(bystander.isRunning)
        try expect("nonsense", 255)
    }

    @Test("What has ended is stopped, although nobody asks what it ended with")
    func unasked() async throws {
        let site = try Site()
        defer { site.end() }
        try site.write(Site.plain)
        #expect(try site.status(of: "start") == 0)
        #expect(try site.status(of: "stop") == 0)
        let words = ["\(Program.folder)/swerved", "-c", "\(site.folder.path())/ldirectord.site.cf.conf"]
        let parent = Process()
        parent.executableURL = URL(filePath: "/bin/sh")
        parent.arguments = [
            "-c", "'\(words.joined(separator: "' '"))' --pid-file '\(site.pidFile)' & exec sleep 1000",
        ]
        parent.standardError = FileHandle.nullDevice
        try parent.run()
        defer {
            kill(parent.processIdentifier, SIGKILL)
            parent.waitUntilExit()
        }
        try await site.wait("the daemon") { try site.swervectl(["status"]).status == 0 }
        let pid = try #require(pid_t(site.text("ldirectord.site.cf.pid").dropLast()))
        #expect(try site.status(of: "stop") == 0)
        #expect(kill(pid, 0) == 0, "it is a zombie")
        #expect(try site.status(of: "status") == 3)
    }

    @Test("A file of ours for which there is no room is told of, and nothing is started")
    func full() throws {
        let site = try Site()
        defer { site.end() }
        try site.write(Site.plain)
        let start = try Program.output(
            "/bin/sh",
            [
                "-c", "ulimit -f 0; trap '' XFSZ; exec 2>&1; exec \"$0\" \"$@\"",
                site.folder.path() + "/ldirectord", site.file.path(), "start",
            ], environment: site.environment)
        #expect(start.status == 1)
        #expect(start.text.hasSuffix("ldirectord.site.cf.conf.new: File too large\n"), "\(start.text)")
        #expect(try site.status(of: "status") == 3)
        #expect(try site.status(of: "start") == 0)
    }

    @Test(
        "Mail, monitor file, fallback command, maintenance directory, log file and callback",
        .enabled(if: getuid() == 0, "a ping needs root"))
    func directives() async throws {
        try await MailSink.run { sink, port in
            let site = try Site()
            defer { site.end() }
            let out = site.folder.path() + "/out"
            let maintenance = site.folder.path() + "/maintenance"
            try FileManager.default.createDirectory(atPath: maintenance, withIntermediateDirectories: true)
            let callback = site.folder.path() + "/callback"
            try Data("#!/bin/sh\necho \"changed $1\" >>\(out)/callback\n".utf8).write(
                to: URL(filePath: callback))
            chmod(callback, 0o755)
            try site.write(
                """
                checkinterval=1
                emailalert="admin@example.com"
                emailalertfrom=swerve@example.com
                emailalertfreq=1
                smtp=127.0.0.1:\(port)
                fallbackcommand="echo >>\(out)/command"
                maintenancedir=\(maintenance)
                logfile="\(out)/log"
                callback="\(callback)"
                \(Self.plain.split(separator: "\n").dropFirst().joined(separator: "\n"))
                    monitorfile=\(out)/monitor
                    servicename=Web

                """)
            #expect(try site.status(of: "start") == 0)
            try await site.wait("mail of the start") {
                sink.text.contains(
                    "Subject: [Web] Added real server: 127.0.0.1:17081 (127.0.0.1:17080) (Weight set to 1)")
                    && sink.text.contains("Daemon-Status: starting")
            }
            try await site.wait("the first command") {
                site.text("out/command") == "stop 127.0.0.1:17080 tcp\n"
            }

            try Data().write(to: URL(filePath: maintenance + "/localhost:17081"))
            try await site.wait("a command, since the last has gone") {
                site.text("out/command").hasSuffix("start 127.0.0.1:17080 tcp\n")
            }
            try await site.wait("mail of it, and again") {
                sink.text.contains("Subject: [Web] Deleted real server: 127.0.0.1:17081 (127.0.0.1:17080)")
                    && sink.text.contains(
                        "Subject: [Web] Inaccessible real server: 127.0.0.1:17081 (127.0.0.1:17080)")
                    && sink.text.contains("RCPT TO:<admin@example.com>")
                    && sink.text.contains("MAIL FROM:<swerve@example.com>")
            }
            try FileManager.default.removeItem(atPath: maintenance + "/localhost:17081")
            try await site.wait("a command, since one is back") {
                site.text("out/command").split(separator: "\n").map { $0.prefix(5) } == [
                    "stop ", "start", "stop ",
                ]
            }
            let states = site.text("out/monitor").split(separator: "\n").compactMap { line in
                line.split(separator: "]").dropFirst(2).first.map(String.init)
            }
            #expect(states == [" 127.0.0.1 17081 [up", " 127.0.0.1 17081 [down", " 127.0.0.1 17081 [up"])
            #expect(site.text("out/log").contains("|site.cf|"))
            #expect(site.log.isEmpty)
            #expect(site.text("out/log").contains("in maintenance by \(maintenance)/localhost:17081"))

            try site.write(site.text("site.cf") + "# a change\n")
            try await site.wait("the callback") { site.text("out/callback") == "changed \(site.file.path())\n" }
        }
    }

    @Test(
        "Who is in maintenance at the start never serves; while the folder can't be read, that stays so",
        .enabled(if: getuid() == 0, "a ping needs root"))
    func maintenance() async throws {
        let site = try Site()
        defer { site.end() }
        let maintenance = site.folder.path() + "/maintenance"
        try FileManager.default.createDirectory(atPath: maintenance, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: maintenance + "/127.0.0.1:17081"))
        try site.write(
            """
            maintenancedir=\(maintenance)
            \(Self.plain)
                monitorfile=\(site.folder.path())/out/monitor

            """)
        var states: [String] {
            site.text("out/monitor").split(separator: "\n").compactMap { line in
                line.split(separator: "]").dropFirst(2).first.map(String.init)
            }
        }
        #expect(try site.status(of: "start") == 0)
        try await site.wait("its state") { !states.isEmpty }
        #expect(rename(maintenance, maintenance + ".away") == 0)
        let words = "\(maintenance): No such file or directory; who is in maintenance stays as it was"
        try await site.wait("a warning") { site.log.contains(words) }
        #expect(rename(maintenance + ".away", maintenance) == 0)
        #expect(states == [" 127.0.0.1 17081 [down"])
        try FileManager.default.removeItem(atPath: maintenance + "/127.0.0.1:17081")
        try await site.wait("it comes up") { states.count > 1 }
        #expect(states == [" 127.0.0.1 17081 [down", " 127.0.0.1 17081 [up"])
    }
}
