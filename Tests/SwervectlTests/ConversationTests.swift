import Admin
import ControlProtocol
import Foundation
import Logging
import NIOPosix
import Testing

@testable import swervectl

/// Doors with one answer each.
private struct OneAnswerDoors: AdminDoors {
    var isReloadComplete = true
    /// What is ordered of the one real server.
    var order: String?
    var orderWarning: String?
    /// What it counts as, although its check is up; nil: as that says.
    var state: RealServerReport.State?

    func status() async throws(Failure) -> StatusReport {
        StatusReport(
            version: "0.1.0", processIdentifier: 1, started: Timestamp(milliseconds: 0), uptime: 5,
            configurationFile: "/etc/swerve/swerve.conf", backend: "none")
    }

    func stats() async throws(Failure) -> StatsReport { throw Failure("no stats", hint: "count yourself") }

    func reload(zone: String?) async throws(Failure) -> ReloadReport {
        if isReloadComplete { return ReloadReport(isComplete: true, isConfigurationApplied: true) }
        return ReloadReport(
            isComplete: false, isConfigurationApplied: false,
            diagnostics: [
                DiagnosticReport(
                    severity: "error", message: "unknown", text: "a.conf:1:2: error: unknown statement")
            ])
    }

    func zones() async throws(Failure) -> ZonesReport { ZonesReport(zones: []) }

    func servers() async throws(Failure) -> ServersReport {
        let server = RealServerReport(
            endpoint: "10.0.0.1:80", forwarding: "gate",
            state: state ?? order.flatMap { .init(rawValue: $0) } ?? .up, verdict: .up, reason: "HTTP 200",
            weight: 1, actualWeight: 1, check: "http", order: order, note: order.map { "\($0), it says" })
        return ServersReport(
            vips: [],
            virtualServers: [
                VirtualServerReport(
                    name: "tcp 192.0.2.1:80", state: .up, scheduler: "rr", quorum: 1, realServers: [server])
            ])
    }

    func table(_ wanted: TableRequest) async throws(Failure) -> TableReport {
        TableReport(isActual: wanted.isActual, lines: ["actual: \(wanted.isActual)"], services: [])
    }

    func explain(name: String, type: String, from: String?) async throws(Failure) -> ExplainReport {
        ExplainReport(name: name, type: type, from: from, steps: [], responseCode: "NXDOMAIN")
    }

    func order(_ request: OrderRequest) async throws(Failure) -> OrderReport {
        guard request.subject == "real-server 10.0.0.1" else {
            throw Failure(
                "nothing is called '\(request.subject)'", hint: "'swervectl servers' lists them")
        }
        return OrderReport(
            subjects: [
                .init(
                    kind: "real-server", name: "tcp 192.0.2.1:80 → 10.0.0.1:80",
                    words: "\(request.action), as it happens")
            ], warning: orderWarning)
    }

    func events() async -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingNewest(9))
        for number in 0..<3 {
            continuation.yield(Event(time: Timestamp(milliseconds: 0), subject: "subject", text: "\(number)"))
        }
        continuation.finish()
        return stream
    }
}

@Suite("Asking a daemon", .enabled(if: Program.isBuilt, "swervectl isn't built"), .timeLimit(.minutes(2)))
struct ConversationTests {
    /// Runs something while a daemon's socket is open.
    private func serve(
        _ doors: OneAnswerDoors = OneAnswerDoors(), _ body: @Sendable @escaping (String) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("control.sock")
        let server = AdminServer(
            socket: try AdminSocket.open(ControlSocketPlace(path: path)), doors: doors,
            group: .singletonMultiThreadedEventLoopGroup,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await server.run()
                return false
            }
            group.addTask {
                try await body(path)
                return true
            }
            while let isEnd = try await group.next(), !isEnd {}
            group.cancelAll()
        }
        withExtendedLifetime(folder) {}
    }

    @Test("A report is shown, and the status is 0")
    func shown() async throws {
        try await serve { path in
            let table = try await Program.run(["-s", path, "table"])
            #expect(table.status == 0)
            #expect(table.output == "actual: false\n")
            let actual = try await Program.run(["table", "--actual", "-s", path])
            #expect(actual.output == "actual: true\n")
            let explain = try await Program.run(["-s", path, "explain", "a.example", "A", "from", "192.0.2.1"])
            #expect(explain.output == "a.example A from 192.0.2.1\n\nanswer: NXDOMAIN\n")
        }
    }

    @Test("JSON is the report alone", arguments: [["--json", "status"], ["status", "--json"]])
    func json(arguments: [String]) async throws {
        try await serve { path in
            let result = try await Program.run(["-s", path] + arguments)
            #expect(result.status == 0)
            let report = try JSONDecoder().decode(StatusReport.self, from: Data(result.output.utf8))
            let expected = try await OneAnswerDoors().status()
            #expect(report == expected)
        }
    }

    @Test("A refusal ends with 1, with its hint")
    func refusal() async throws {
        try await serve { path in
            let result = try await Program.run(["-s", path, "stats"])
            #expect(result.status == 1)
            #expect(result.errors == "swervectl: no stats\nhint: count yourself\n")
        }
    }

    @Test("reload ends with 0 if all was loaded, with 1 and the mistakes if not")
    func reload() async throws {
        try await serve { path in
            let result = try await Program.run(["-s", path, "reload"])
            #expect(result.status == 0)
            #expect(result.output == "reload complete\n")
        }
        try await serve(OneAnswerDoors(isReloadComplete: false)) { path in
            let result = try await Program.run(["-s", path, "reload"])
            #expect(result.status == 1)
            #expect(result.errors == "a.conf:1:2: error: unknown statement\n")
            #expect(result.output == "reload failed\n")
        }
    }

    @Test(
        "Orders say what they are about; one about nothing ends with 1",
        arguments: [
            (
                ["disable", "real-server", "10.0.0.1"], 0,
                "tcp 192.0.2.1:80 → 10.0.0.1:80: disable, as it happens\n"
            ),
            (
                ["drain", "real-server", "10.0.0.1", "--no-wait"], 0,
                "tcp 192.0.2.1:80 → 10.0.0.1:80: drain, as it happens\n"
            ),
            (
                ["weight", "real-server", "10.0.0.1", "3"], 0,
                "tcp 192.0.2.1:80 → 10.0.0.1:80: weight, as it happens\n"
            ),
            (
                ["override", "real-server", "10.0.0.1", "up"], 0,
                "tcp 192.0.2.1:80 → 10.0.0.1:80: up, as it happens\n"
            ),
            (["enable", "10.9.9.9"], 1, ""),
        ])
    func orders(arguments: [String], status: Int32, output: String) async throws {
        try await serve { path in
            let result = try await Program.run(["-s", path] + arguments)
            #expect(result.status == status)
            #expect(result.output == output)
            if status != 0 {
                #expect(result.errors.hasPrefix("swervectl: nothing is called '10.9.9.9'\nhint: "))
            }
        }
    }

    @Test("An order that can't be saved holds, and it is said")
    func unsaved() async throws {
        try await serve(OneAnswerDoors(orderWarning: "the disk is full")) { path in
            let result = try await Program.run(["-s", path, "disable", "real-server", "10.0.0.1"])
            #expect(result.status == 0)
            #expect(result.errors == "swervectl: warning: the disk is full\n")
        }
    }

    @Test(
        "drain ends with 0 when it is done, or nothing was left to do, and with 1 when somebody has ordered otherwise",
        arguments: [("drained", 0), ("disabled", 0), ("up", 1), (nil, 1)] as [(String?, Int32)])
    func drain(order: String?, status: Int32) async throws {
        try await serve(OneAnswerDoors(order: order)) { path in
            let result = try await Program.run(["-s", path, "drain", "real-server", "10.0.0.1"])
            #expect(result.status == status)
            let words = order.map { "10.0.0.1:80: \($0), it says\n" } ?? "-"
            #expect(result.output.hasSuffix(words) == (status == 0))
            if status != 0 {
                #expect(
                    result.errors
                        == "swervectl: tcp 192.0.2.1:80 → 10.0.0.1:80 is not drained, somebody has ordered otherwise: "
                        + "up: \(order.map { "\($0), it says" } ?? "HTTP 200")\n")
            }
        }
    }

    @Test("events ends with 3 when swerved does")
    func events() async throws {
        try await serve { path in
            let result = try await Program.run(["-s", path, "events"])
            #expect(result.status == 3)
            #expect(result.output.split(separator: "\n").count == 3)
            #expect(result.errors.hasPrefix("swervectl: swerved has closed \(path)"))
        }
    }

    @Test("wait ends with 1 where nothing comes to be so in time")
    func wait() async throws {
        try await serve { path in
            let result = try await Program.run(["-s", path, "wait", "10.9.9.9", "serving"])
            #expect(result.status == 1)
            #expect(
                result.errors
                    == "swervectl: nothing is called '10.9.9.9'\nhint: 'swervectl servers' lists VIPs, virtual servers and real servers\n"
            )
            let never = try await Program.run(["-s", path, "wait", "192.0.2.1:80", "idle"])
            #expect(never.status == 1)
            #expect(
                never.errors == "swervectl: 'idle' is a state of real servers, and '192.0.2.1:80' is none\n")
            let served = try await Program.run(["-s", path, "wait", "10.0.0.1", "serving"])
            #expect(served.status == 0)
        }
    }

    @Test(
        "wait goes by what a real server counts as, not by its check alone",
        arguments: [
            (nil, "up", 0), (.up, "up", 0), (.up, "down", 1), (.down, "down", 0), (.down, "up", 1),
            (.down, "idle", 0), (.disabled, "up", 1),
        ] as [(RealServerReport.State?, String, Int32)])
    func waitForState(state: RealServerReport.State?, wanted: String, status: Int32) async throws {
        try await serve(OneAnswerDoors(state: state)) { path in
            let result = try await Program.run(["-s", path, "wait", "10.0.0.1", wanted, "for", "100ms"])
            #expect(result.status == status)
        }
    }

    @Test("Events are handed over in their order, to the end")
    func follow() async throws {
        try await serve { path in
            var texts: [String] = []
            try await ControlClient(path: path).follow { texts.append($0.text) }
            #expect(texts == ["0", "1", "2"])
        }
    }

    @Test("A socket that may not be opened, and one that answers nonsense, end with 1")
    func unreachable() async throws {
        let folder = try TemporaryFolder()
        try folder.write("file", "")
        let notASocket = try await Program.run(["-s", folder.path("file"), "status"])
        // Nobody can listen on a file, which is what the system says of it.
        #expect(notASocket.status == 3)
        let tooLong = "/" + String(repeating: "x", count: 200)
        let result = try await Program.run(["-s", tooLong, "status"])
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("swervectl: connect \(tooLong): "))
    }
}
