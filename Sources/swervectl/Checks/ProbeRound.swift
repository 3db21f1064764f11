internal import Addresses
internal import ControlProtocol
internal import Director
internal import Health
internal import IPVS
internal import NIOPosix
internal import Probes
internal import Settings

/// What each check said when it was carried out once, beside what the kernel's table holds.
struct ProbeRound: Hashable, Codable, Sendable {
    /// One real server behind one virtual server.
    struct Server: Hashable, Codable, Sendable {
        /// The virtual server: `tcp 192.0.2.1:80`.
        var virtualServer: String
        /// The real server's address and port.
        var endpoint: String
        /// Whether it is the real server of last resort.
        var isFallback: Bool
        /// What its check says.
        var verdict: RealServerReport.Verdict
        /// Why.
        var reason: String
        /// Its weight in the kernel's table; nil if it isn't there, or the table can't be read.
        var tableWeight: Int?
        /// Whether it would leave the table, or lose its weight there, once this configuration is in charge.
        var leaves: Bool

        private enum CodingKeys: String, CodingKey {
            case virtualServer, endpoint, verdict, reason, leaves
            case isFallback = "fallback"
            case tableWeight = "weight"
        }
    }

    /// The real servers, in the configuration's order.
    var servers: [Server]
    /// Why the kernel's table could not be read; nil if it was, or is not used.
    var tableError: String?

    /// Whether it is known that no real server would leave.
    var isQuiet: Bool { tableError == nil && !servers.contains(where: \.leaves) }

    /// Connections that checks may have open at once, well below the usual limit of 1024 descriptors.
    private static let width = 256

    /// Carries out each distinct check once, many at a time, and looks at the kernel's table.
    static func run(_ director: DirectorSettings) async -> ProbeRound {
        let checks = director.virtualServers.flatMap { $0.realServers + ($0.fallback.map { [$0] } ?? []) }.map(
            \.check)
        let outcomes = await outcomes(of: Set(checks))
        var table: Table?
        var tableError: String?
        if director.backend == .ipvs {
            do throws(BackendError) {
                let kernel = try KernelTable()
                table = try await kernel.table()
                await kernel.close()
            } catch {
                tableError = error.description + (error.hint.map { "; \($0)" } ?? "")
            }
        }
        return ProbeRound(director, outcomes: outcomes, table: table, tableError: tableError)
    }

    /// Sets outcomes beside a table; where none is used, what the configuration wants stands for it.
    init(_ director: DirectorSettings, outcomes: [Check: Outcome], table: Table?, tableError: String?) {
        servers = director.virtualServers.flatMap { virtual in
            func server(_ settings: RealServerSettings, isFallback: Bool) -> Server {
                let (verdict, reason) = (outcomes[settings.check] ?? .undecided("not checked")).report
                let place = settings.destination.normalized(for: virtual.key).endpoint
                let weight =
                    table.map { $0[virtual.key]?.destinations[place]?.weight } ?? settings.destination.weight
                return Server(
                    virtualServer: "\(virtual.key)", endpoint: "\(settings.destination.endpoint)",
                    isFallback: isFallback, verdict: verdict, reason: reason,
                    tableWeight: table == nil ? nil : weight.map { Int($0) },
                    leaves: tableError == nil && !isFallback && verdict == .down && (weight ?? 0) > 0)
            }
            return virtual.realServers.map { server($0, isFallback: false) }
                + (virtual.fallback.map { [server($0, isFallback: true)] } ?? [])
        }
        self.tableError = tableError
    }

    private static func outcomes(of checks: Set<Check>) async -> [Check: Outcome] {
        let prober = Prober(group: .singletonMultiThreadedEventLoopGroup)
        return await withTaskGroup(of: (Check, Outcome).self) { group in
            var outcomes: [Check: Outcome] = [:]
            var waiting = checks.makeIterator()
            func start() {
                if let check = waiting.next() { group.addTask { (check, await prober.probe(check)) } }
            }
            for _ in 0..<width { start() }
            for await (check, outcome) in group {
                outcomes[check] = outcome
                start()
            }
            return outcomes
        }
    }
}

extension Outcome {
    /// The verdict that it leads to when it is the first, and its words.
    fileprivate var report: (RealServerReport.Verdict, String) {
        switch self {
        case .success(let reason): (.up, reason)
        case .failure(let reason): (.down, reason)
        case .undecided(let reason): (.unknown, reason)
        }
    }
}

extension ProbeRound {
    /// The round for people.
    var text: String {
        if servers.isEmpty { return "no real servers to check\n" }
        var table = TextTable(("SERVER", .left), ("VERDICT", .left), ("WEIGHT NOW", .right), ("REASON", .left))
        var last: String?
        for server in servers {
            if server.virtualServer != last { table.add(server.virtualServer, "", "", "") }
            last = server.virtualServer
            table.add(
                "  -> " + server.endpoint, server.verdict.rawValue, server.tableWeight.map { "\($0)" } ?? "-",
                (server.isFallback ? "fallback: " : "") + server.reason)
        }
        var text = table.text
        if let tableError { return text + "the kernel's table can't be read: \(tableError)\n" }
        let leaving = servers.filter(\.leaves)
        for server in leaving {
            text += "would leave the table: \(server.endpoint) of \(server.virtualServer)\n"
        }
        return leaving.isEmpty ? text + "no server would leave the table\n" : text
    }
}
