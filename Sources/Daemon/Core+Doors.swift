internal import Addresses
internal import Admin
internal import Answering
internal import Control
internal import ControlProtocol
internal import DNSWire
internal import Diagnostics
internal import Director
internal import Foundation
internal import HostNetwork
internal import IPVS
internal import Settings
internal import Sockets
internal import Steering
internal import StreamServer
internal import Telemetry
internal import UDPServer
internal import Zones

/// What swervectl asks for.
extension Core: AdminDoors {
    func status() async throws(Failure) -> StatusReport {
        let overview = await controller.overview
        let real = overview.virtualServers.flatMap(\.realServers)
        let items = configuration.shelf.items.values
        let endpoints = configuration.endpoints.map(\.dnsText)
        return StatusReport(
            version: Daemon.version, processIdentifier: Int(ProcessInfo.processInfo.processIdentifier),
            started: started, uptime: Int((Timestamp.now.milliseconds - started.milliseconds) / 1000),
            configurationFile: path, backend: configuration.settings.director.backend.rawValue,
            backendError: overview.troubles.isEmpty ? nil : overview.troubles.joined(separator: "; "),
            endpoints: endpoints.flatMap { ["udp \($0)", "tcp \($0)"] }, workers: ServerThread.usualCount,
            zones: .init(up: items.count { $0.isCurrent }, total: items.count),
            failedZones: items.count { $0.zone == nil }, orders: overview.orders.count,
            realServers: .init(up: real.count { $0.standing == .up }, total: real.count),
            vips: .init(
                up: overview.standings.values.count { $0.state == .up }, total: overview.standings.count),
            memory: Self.residentMemory,
            warnings: configuration.warnings.map(\.firstLine)
                + hostFindings.map { "\($0.subject): \($0.text)" }
                + overview.savingTroubles.map { "\($0); a restart will forget it" },
            lastReload: lastReload)
    }

    func stats() async throws(Failure) -> StatsReport {
        let workers = udpServer.counters + streamServer.counters
        return StatsReport(
            started: started,
            counters: Counter.allCases.map { counter in
                .init("\(counter)", workers.reduce(0) { $0 + $1.value(of: counter) })
            })
    }

    func reload(zone: String?) async throws(Failure) -> ReloadReport {
        guard let zone else { return ReloadReport(await reload()) }
        guard let name = try? DomainName(zone), configuration.shelf.items[name] != nil else {
            let known = configuration.shelf.items.keys.map(\.displayText)
            throw Failure(
                "no zone '\(zone)' in \(path)",
                hint: suggestion(for: zone, among: known).map { "did you mean '\($0)'?" })
        }
        return ReloadReport(await reload(zone: name))
    }

    func zones() async throws(Failure) -> ZonesReport {
        let steered = await controller.steeredNames
        return ZonesReport(
            zones: configuration.shelf.items.sorted { $0.key < $1.key }.map { name, item in
                ZoneReport(
                    name: name.displayText, file: item.settings.file,
                    state: item.isCurrent ? .loaded : item.zone == nil ? .failed : .stale,
                    serial: item.zone?.serial,
                    records: item.zone?.recordCount ?? 0, memory: item.zone?.memory ?? 0, loaded: item.loaded,
                    steeredNames: steered[name] ?? 0,
                    error: item.isCurrent ? nil : item.diagnostics.first { $0.severity == .error }?.firstLine)
            })
    }

    func servers() async throws(Failure) -> ServersReport {
        ServersReport(
            await controller.overview, connections: await connections(), certificates: certificates.ends)
    }

    func explain(name: String, type: String, from: String?) async throws(Failure) -> ExplainReport {
        guard let domainName = try? DomainName(name) else { throw Failure("'\(name)' is no domain name") }
        guard let recordType = RecordType(type) else { throw Failure("'\(type)' is no record type") }
        var client: IPAddress?
        if let from {
            client = IPAddress(from)
            if client == nil { throw Failure("'\(from)' is no address") }
        }
        let explanation = Explanation(
            configuration: configuration, snapshot: store.current, overview: await controller.overview,
            connections: await connections())
        return explanation.report(
            domainName, recordType, from: client ?? .v4(.loopback), store: store, asked: from)
    }

    func events() async -> AsyncStream<Event> { hub.events() }

    func connections() async -> [VirtualServerKey: [Endpoint: ConnectionCounts]] {
        guard let backend else { return [:] }
        return (try? await backend.connections()) ?? [:]
    }

    private static var residentMemory: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return pages.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
    }
}

extension Endpoint {
    /// `192.0.2.1#53`, the form in which DNS servers write where they listen.
    var dnsText: String { "\(address)#\(port)" }
}

extension Diagnostic {
    /// Where and what, without the source line.
    var firstLine: String { "\(position.map { "\($0): " } ?? "")\(message)" }
}

extension ReloadReport {
    fileprivate init(_ result: Core.ReloadResult) {
        let changed = result.changes.filter { $0.result != .unchanged }
        self.init(
            isComplete: result.isComplete, isConfigurationApplied: result.isApplied,
            diagnostics: result.diagnostics.map { DiagnosticReport($0) },
            zones: changed.map {
                Zone(
                    name: $0.displayName, result: $0.result, oldSerial: $0.oldSerial, newSerial: $0.newSerial,
                    warning: $0.serialWarning)
            },
            unchangedZones: result.changes.count - changed.count)
    }
}
