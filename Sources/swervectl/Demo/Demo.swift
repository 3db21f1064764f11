internal import ControlProtocol
internal import DNSWire
internal import Director
internal import NIOCore
internal import Settings
internal import ZoneFiles
internal import Zones

/// The demo: web servers on the real servers' addresses, the daemon, and a look at what happens.
struct Demo: Sendable {
    /// The configuration's file.
    let file: String
    /// What it says.
    let settings: Settings
    /// The web servers, in the configuration's order.
    let servers: [DemoWebServer]
    /// Runs the daemon until the task is cancelled.
    let runDaemon: @Sendable (_ configurationFile: String) async throws -> Void

    init(
        file: String, settings: Settings,
        runDaemon: @escaping @Sendable (_ configurationFile: String) async throws -> Void
    ) {
        self.file = file
        self.settings = settings
        self.runDaemon = runDaemon
        servers = settings.director.virtualServers.flatMap(\.realServers).enumerated().map { index, server in
            DemoWebServer(server.destination.endpoint, line: "RS \(index + 1) SERVER")
        }
    }

    /// Runs until a signal comes, or the daemon ends by itself.
    func run() async throws {
        try await startServers()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await runDaemon(file)
                return true
            }
            group.addTask {
                await Interruption.wait()
                return true
            }
            group.addTask {
                try await watch()
                return false
            }
            group.addTask {
                // Without a keyboard the demo runs on.
                try? await Keyboard.lines(obey)
                return false
            }
            // The first of the daemon and the signal to end is the end; the keyboard's is not.
            while let isEnd = try await group.next(), !isEnd {}
            group.cancelAll()
        }
        for server in servers { try await server.stop() }
    }

    private func startServers() async throws {
        for server in servers {
            do {
                try await server.start()
            } catch {
                for other in servers { try await other.stop() }
                throw Failure(
                    "listen \(server.endpoint): \(Self.words(for: error))", hint: "is a demo running already?")
            }
        }
    }

    /// What the person at the keyboard wants.
    private func obey(_ line: String) async throws {
        let word = String(line.filter { $0 != " " && $0 != "\t" })
        guard let number = Int(word), servers.indices.contains(number - 1) else {
            if !word.isEmpty { Console.write("type a number from 1 to \(servers.count) and Enter") }
            return
        }
        let server = servers[number - 1]
        do {
            let isRunning = try await server.toggle()
            Console.write("-- web server \(number) (\(server.endpoint)) \(isRunning ? "started" : "stopped")")
        } catch {
            Console.write(
                "-- web server \(number) (\(server.endpoint)) can't be started: \(Self.words(for: error))")
        }
    }

    private static func words(for error: any Error) -> String {
        (error as? IOError).map { SystemCalls.words(for: $0.errnoCode) } ?? "\(error)"
    }

    /// Tells what to try once the daemon answers, then what happens.
    private func watch() async throws {
        let client = ControlClient(path: settings.control.path)
        while true {
            do throws(ClientError) {
                _ = try await client.ask(.status)
                break
            } catch {
                // Until the daemon listens.
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        Console.write(instructions)
        try await client.follow { event in
            Console.write("\(event.time.description.dropFirst(11).prefix(12))  \(event.subject): \(event.text)")
        }
    }

    /// What to try.
    var instructions: String {
        let port = settings.listeners.first.map { Int($0.port) } ?? 53
        var lines = ["", "Swerve runs with \(file).", "", "In another terminal:", ""]
        lines += names.map { "  dig @127.0.0.1 -p \(port) \($0)" }
        lines += settings.director.virtualServers.compactMap { virtual in
            guard case .endpoint(.tcp, let endpoint) = virtual.key else { return nil }
            return "  for i in 1 2 3 4; do curl http://\(endpoint)/; done"
        }
        let program = Self.short(CommandLine.arguments.first ?? "swervectl")
        let command = "  \(program) -s \(Self.short(settings.control.path))"
        lines += ["\(command) servers"] + names.prefix(1).map { "\(command) explain \($0) A" }
        lines += ["", "The web servers behind it:", ""]
        for (index, server) in servers.enumerated() {
            lines.append("  \(index + 1)  \(server.endpoint)  \(server.line)")
        }
        lines += [
            "",
            "Type a number and Enter to stop that web server, and again to start it. A stopped one leaves the",
            "rotation; when all are stopped, the names above are answered without an address, until one is back.",
            "Ctrl-C ends the demo.", "",
        ]
        return lines.joined(separator: "\n")
    }

    /// A path as one would type it: seen from the working directory, without detours.
    static func short(_ path: String, from directory: String? = SystemCalls.workingDirectory) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: false) where part != "." {
            if part == "..", let last = parts.last, last != "..", !last.isEmpty {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        let whole = parts.joined(separator: "/")
        guard let directory, whole.hasPrefix(directory + "/") else { return whole }
        return String(whole.dropFirst(directory.count + 1))
    }

    /// A steered name per zone: `www` if it is there, else the apex.
    private var names: [String] {
        settings.zones.compactMap { zone in
            let loaded = ZoneFile.load(path: zone.file, origin: zone.name, directory: settings.directory)
            guard let www = try? DomainName("www", origin: zone.name), let read = loaded.zone else {
                return nil
            }
            return (read.records(of: www, type: .a).isEmpty ? zone.name : www).displayText
        }
    }
}
