import Foundation
import Glibc
import Testing

/// What an ldirectord.cf does while it is at work.
extension CommandLineTests {
    private func file(port: Int, real: Int) -> String {
        """
        checkinterval=1
        autoreload=yes
        virtual=127.0.0.1:\(port)
            real=127.0.0.1:\(real) masq
            checktype=on

        """
    }

    /// What is behind the virtual servers, in the order of the reports.
    private func realServers(_ site: Site) throws -> [String] {
        struct Report: Decodable {
            struct Server: Decodable {
                struct Real: Decodable { var endpoint: String }
                var realServers: [Real]
            }
            var virtualServers: [Server]
        }
        let text = try site.swervectl(["servers", "--json"]).text
        return try JSONDecoder().decode(Report.self, from: Data(text.utf8)).virtualServers
            .flatMap(\.realServers).map(\.endpoint)
    }

    @Test("One that is emptied, broken or taken away changes nothing, and is watched on")
    func emptied() async throws {
        let site = try Site()
        defer { site.end() }
        try site.write(file(port: 17080, real: 17081))
        #expect(try site.status(of: "start") == 0)
        for (number, text) in ["", "# nothing\n", "virtual=127.0.0.1:17080\n    reel=1\n", nil].enumerated() {
            let before = site.log.components(separatedBy: "not applied, 1 mistake").count
            if let text {
                try site.write(text)
            } else {
                #expect(rename(site.file.path(), site.file.path() + ".away") == 0)
                #expect(try site.swervectl(["reload"]).status == 1)
            }
            try await site.wait("a refusal of \(text ?? "no file")") {
                site.log.components(separatedBy: "not applied, 1 mistake").count > before
            }
            #expect(try realServers(site) == ["127.0.0.1:\(17081 + number)"])
            try site.write(file(port: 17080, real: 17082 + number))
            try await site.wait("the next one") {
                try realServers(site) == ["127.0.0.1:\(17082 + number)"]
            }
        }
        #expect(site.log.contains("error: \(site.file.path()):1:1: there is no virtual server left in it"))
        #expect(site.log.contains("error: \(site.file.path()):2:5: unknown directive 'reel'"))
    }

    @Test("A file that it executes has its own autoreload, log, callback and maintenance directory")
    func executed() async throws {
        let site = try Site()
        defer { site.end() }
        let folder = site.folder.path()
        try site.write("#!/bin/sh\necho \"changed $1\" >>\(folder)/out/callback\n", to: "callback")
        chmod(folder + "/callback", 0o755)
        for name in ["ours", "theirs"] {
            try FileManager.default.createDirectory(
                atPath: folder + "/" + name, withIntermediateDirectories: true)
        }
        func other(real: Int) -> String {
            """
            callback="\(folder)/callback"
            logfile="\(folder)/out/other.log"
            maintenancedir=\(folder)/theirs
            \(file(port: 17180, real: real))
            """
        }
        try site.write(other(real: 17081), to: "other.cf")
        try site.write("execute=other.cf\nmaintenancedir=\(folder)/ours\n" + Site.plain)
        #expect(try site.status(of: "start") == 0)
        #expect(try realServers(site) == ["127.0.0.1:17081", "127.0.0.1:17081"])

        // The same real server, taken out in the virtual server of one file.
        try site.write("", to: "theirs/127.0.0.1:17081")
        try await site.wait("maintenance") {
            try site.swervectl(["wait", "tcp 127.0.0.1:17180/127.0.0.1:17081", "idle", "for", "1s"]).status == 0
        }
        #expect(
            try site.swervectl(["wait", "tcp 127.0.0.1:17180/127.0.0.1:17081", "up", "for", "100ms"]).status
                == 1)
        #expect(
            try site.swervectl(["wait", "tcp 127.0.0.1:17080/127.0.0.1:17081", "serving", "for", "1s"]).status
                == 0)
        let words = "in maintenance by \(folder)/theirs/127.0.0.1:17081"
        try await site.wait("its log") { site.text("out/other.log").contains(words) }
        #expect(site.text("out/other.log").contains("|other.cf|"))
        #expect(!site.log.contains(words))

        try site.write(other(real: 17082), to: "other.cf")
        try await site.wait("its change") { try realServers(site).last == "127.0.0.1:17082" }
        try await site.wait("its callback") { site.text("out/callback") == "changed \(folder)/other.cf\n" }
        // What concerns no virtual server is in both.
        for log in [site.log, site.text("out/other.log")] { #expect(log.contains("reload: complete")) }

        // Emptied, it is as the only file would be.
        try site.write("", to: "other.cf")
        try await site.wait("a refusal") {
            site.log.contains("\(folder)/other.cf:1:1: there is no virtual server left in it")
        }
        #expect(try realServers(site).last == "127.0.0.1:17082")
        try site.write(other(real: 17083), to: "other.cf")
        try await site.wait("the next one") { try realServers(site).last == "127.0.0.1:17083" }
    }

    @Test("Its log has all from the start to the end, also where the file names none; it is added to")
    func log() async throws {
        let site = try Site()
        defer { site.end() }
        try site.write(Site.plain)
        #expect(try site.status(of: "start") == 0)
        #expect(try site.status(of: "stop") == 0)
        func lines() -> [String] {
            site.log.split(separator: "\n").map { line in
                line.split(separator: "] ", maxSplits: 1).last.map(String.init) ?? ""
            }
        }
        let once = lines()
        #expect(once.contains("ready: backend relay"))
        #expect(once.contains { $0.hasPrefix("127.0.0.1: VIP up") })
        #expect(once.last == "stopped")
        #expect(site.log.hasPrefix("["))
        #expect(site.log.split(separator: "\n").allSatisfy { $0.contains("|site.cf|") })
        // Standard error has what is no error no more.
        #expect(site.text("ldirectord.site.cf.log").isEmpty)
        try site.write("an earlier word\n", to: "ldirectord.site.cf.log")
        #expect(try site.status(of: "start") == 0)
        #expect(try site.status(of: "stop") == 0)
        #expect(lines().count == 2 * once.count)
        #expect(site.text("ldirectord.site.cf.log") == "an earlier word\n")
    }

    @Test(
        "Mail goes out on each occasion that is asked for",
        arguments: [
            "starting", "running", "reloading", "stopping",
        ])
    func mail(_ occasion: String) async throws {
        try await MailSink.run { sink, port in
            let site = try Site()
            defer { site.end() }
            let maintenance = site.folder.path() + "/maintenance"
            try FileManager.default.createDirectory(atPath: maintenance, withIntermediateDirectories: true)
            func text(real: Int) -> String {
                """
                emailalert="admin@example.com"
                emailalertstatus=\(occasion)
                smtp=127.0.0.1:\(port)
                fallback=127.0.0.1:17089 masq
                maintenancedir=\(maintenance)
                \(file(port: 17080, real: real))
                """
            }
            func expect(_ subjects: [String]) async throws {
                try await site.wait("mail: \(subjects), not \(sink.text)") {
                    sink.text.components(separatedBy: "Daemon-Status: \(occasion)\n").count == subjects.count
                        + 1
                }
                let lines = sink.text.split(separator: "\n").filter { $0.hasPrefix("Subject: ") }
                #expect(lines.map { $0.dropFirst(9) } == subjects.map { Substring($0) })
            }
            try site.write(text(real: 17081))
            #expect(try site.status(of: "start") == 0)
            if occasion == "starting" {
                try await expect(["Added real server: 127.0.0.1:17081 (127.0.0.1:17080) (Weight set to 1)"])
            }
            try site.write("", to: "maintenance/127.0.0.1:17081")
            try await site.wait("down") { site.log.contains("in maintenance by") }
            if occasion == "running" {
                try await expect([
                    "Deleted real server: 127.0.0.1:17081 (127.0.0.1:17080)",
                    "Added fallback server: 127.0.0.1:17089 (127.0.0.1:17080) (Weight set to 1)",
                ])
            }
            try FileManager.default.removeItem(atPath: maintenance + "/127.0.0.1:17081")
            try await site.wait("up") { site.log.contains("no longer in maintenance") }
            if occasion == "running" {
                try await expect([
                    "Deleted real server: 127.0.0.1:17081 (127.0.0.1:17080)",
                    "Added fallback server: 127.0.0.1:17089 (127.0.0.1:17080) (Weight set to 1)",
                    "Added real server: 127.0.0.1:17081 (127.0.0.1:17080) (Weight set to 1)",
                    "Deleted fallback server: 127.0.0.1:17089 (127.0.0.1:17080)",
                ])
            }
            try site.write(text(real: 17082))
            try await site.wait("a reload") { site.log.contains("reload: complete") }
            if occasion == "reloading" {
                try await expect([
                    "Added real server: 127.0.0.1:17082 (127.0.0.1:17080) (Weight set to 1)",
                    "Purged real server (start): 127.0.0.1:17081 (127.0.0.1:17080)",
                ])
            }
            #expect(try site.status(of: "stop") == 0)
            if occasion == "stopping" {
                // It has ended when it was taken.
                #expect(sink.text.contains("Daemon-Status: stopping\n"))
                try await expect(["Purged real server (stop): 127.0.0.1:17082 (127.0.0.1:17080)"])
            }
        }
    }

    @Test("'supervised' and -d stay in the foreground, without a pid file", arguments: ["supervised", "-d"])
    func foreground(_ how: String) async throws {
        let site = try Site()
        defer { site.end() }
        try site.write((how == "-d" ? "" : "supervised=yes\n") + Site.plain)
        let process = Process()
        process.executableURL = URL(filePath: site.folder.path() + "/ldirectord")
        process.arguments = (how == "-d" ? ["-d"] : []) + [site.file.path(), "start"]
        process.environment = ProcessInfo.processInfo.environment.merging(site.environment) { $1 }
        let path = site.folder.path() + "/foreground"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        process.standardError = try FileHandle(forWritingTo: URL(filePath: path))
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
        try await site.wait("that it serves") { try site.swervectl(["status"]).status == 0 }
        #expect(process.isRunning && site.text("foreground").contains("ready"))
        #expect(!FileManager.default.fileExists(atPath: site.pidFile) && site.log.isEmpty)
        #expect(try site.status(of: "status") == 3)
        kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && process.terminationReason == .exit)
        #expect(site.text("foreground").contains("stopped"))
    }

    @Test(
        "A fallback command runs when nobody serves, by verdict or order, and one that hangs holds up no other")
    func fallbackCommands() async throws {
        let site = try Site()
        defer { site.end() }
        let folder = site.folder.path()
        try site.write("#!/bin/sh\n[ ! -e \(folder)/down.$2.$4 ]\n", to: "check")
        // That of the first virtual server hangs.
        try site.write(
            """
            #!/bin/sh
            case $2 in *:17080) while [ ! -e \(folder)/go ]; do sleep 0.1; done ;; esac
            echo "$@" >>\(folder)/out/commands.${2##*:}

            """, to: "command")
        for name in ["check", "command"] { chmod(folder + "/" + name, 0o755) }
        func virtual(_ port: Int) -> String {
            """
            virtual=127.0.0.1:\(port)
                real=127.0.0.1:17081 masq
                real=127.0.0.1:17082 masq
                checktype=external
                checkcommand=\(folder)/check
                monitorfile=\(folder)/out/monitor.\(port)

            """
        }
        try site.write("checkinterval=1\nfallbackcommand=\(folder)/command\n" + virtual(17080) + virtual(17180))
        #expect(try site.status(of: "start") == 0)
        func said(_ port: Int) -> [String] {
            site.text("out/commands.\(port)").split(separator: "\n").map { String($0.prefix { $0 != " " }) }
        }
        try await site.wait("the other's") { said(17180) == ["stop"] }
        #expect(site.text("out/commands.17180") == "stop 127.0.0.1:17180 tcp\n")

        #expect(try site.swervectl(["disable", "*/127.0.0.1:17081"]).status == 0)
        // The first one's first, so that it is seen by whoever sees the other's.
        try site.write("", to: "down.17080.17082")
        let first = "tcp 127.0.0.1:17080/127.0.0.1:17082"
        #expect(try site.swervectl(["wait", first, "down", "for", "20s"]).status == 0)
        try site.write("", to: "down.17180.17082")
        try await site.wait("that nobody is left") { said(17180) == ["stop", "start"] }
        // Whatever follows from it is on its way when it stands there.
        try await site.wait("the first one's") {
            site.text("out/monitor.17080").contains("127.0.0.1 17082 [down]")
        }
        #expect(try site.swervectl(["enable", "*/127.0.0.1:17081"]).status == 0)
        try await site.wait("that one is back") { said(17180) == ["stop", "start", "stop"] }
        #expect(said(17080) == [])
        try site.write("", to: "go")
        try await site.wait("its own, in order") { said(17080) == ["stop", "start", "stop"] }
    }

    @Test("An order outlives the process; 'wait' and 'servers --watch' see it")
    func orders() async throws {
        let site = try Site()
        defer { site.end() }
        try site.write(Site.plain)
        #expect(try site.status(of: "start") == 0)
        let real = "tcp 127.0.0.1:17080/127.0.0.1:17081"
        #expect(try site.swervectl(["wait", real, "serving", "for", "10s"]).status == 0)
        #expect(try site.swervectl(["wait", real, "idle", "for", "1s"]).status == 1)
        let watching = try Program(
            Program.folder + "/swervectl",
            ["-s", site.folder.path() + "/ldirectord.site.cf.sock", "servers", "--watch"], in: site.folder)
        defer { watching.end() }
        try await site.wait("the first report") { watching.log.contains("127.0.0.1:17081") }
        #expect(!watching.log.contains("disabled"))
        #expect(try site.swervectl(["disable", real, "because", "disk"]).status == 0)
        #expect(try site.swervectl(["wait", real, "disabled", "for", "10s"]).status == 0)
        try await site.wait("another report") { watching.log.contains("disk") }

        #expect(try site.status(of: "restart") == 0)
        #expect(try site.swervectl(["wait", real, "idle", "for", "10s"]).status == 0)
        #expect(try site.swervectl(["servers"]).text.contains("disk"))
        #expect(site.text("ldirectord.site.cf/orders.json").contains("disk"))
        #expect(try site.swervectl(["enable", real]).status == 0)
        #expect(try site.swervectl(["wait", real, "serving", "for", "10s"]).status == 0)
        #expect(try site.swervectl(["override", real, "down"]).status == 0)
        #expect(try site.swervectl(["wait", real, "down", "for", "10s"]).status == 0)
        #expect(try site.swervectl(["wait", real, "up", "for", "100ms"]).status == 1)
    }
}
