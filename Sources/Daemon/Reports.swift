internal import Addresses
internal import Control
internal import ControlProtocol
internal import DNSWire
internal import Director
internal import Health
internal import Steering
internal import Zones

extension ServiceState {
    init(_ state: VIPState) {
        switch state {
        case .up: self = .up
        case .degraded: self = .degraded
        case .down: self = .down
        }
    }
}

extension ServersReport {
    init(
        _ overview: Overview, connections: [VirtualServerKey: [Endpoint: ConnectionCounts]],
        certificates: [Check: Int64]
    ) {
        var placesOfVIP: [IPAddress: [Int]] = [:]
        for (place, set) in overview.sets.enumerated() {
            for address in set.addresses { placesOfVIP[address, default: []].append(place) }
        }
        // Both are in the plan's order.
        let servers = zip(overview.virtualServers, overview.plan.services)
        self.init(
            vips: overview.plan.vips.sorted { $0.address < $1.address }.map {
                VIPReport($0, overview, placesOfVIP[$0.address] ?? [])
            },
            virtualServers: servers.sorted { $0.0.key < $1.0.key }.map { server, service in
                VirtualServerReport(server, service, overview, connections[server.key] ?? [:], certificates)
            })
    }
}

extension VIPReport {
    /// - Parameter places: Those of the steered sets that have it.
    fileprivate init(_ vip: ControlPlan.VIP, _ overview: Overview, _ places: [Int]) {
        let standing = overview.standings[vip.address]
        let defaultTTL = Int(overview.plan.policies[0].timeToLive)
        self.init(
            address: "\(vip.address)", state: ServiceState(standing?.state ?? .down),
            since: Timestamp(overview.since[vip.address] ?? .now),
            names: places.reduce(0) { $0 + overview.uses[$1] },
            timeToLive: places.map { Int(overview.entries[$0].timeToLive) }.min() ?? defaultTTL,
            weight: standing?.weight ?? 0, requires: vip.requires == .all ? "all" : "any",
            whenAllDown: vip.isServedWhenAllDown ? "serve-all" : "withdraw",
            order: overview.orders.word(.vip(vip.address)), note: overview.orders.words(.vip(vip.address))
        )
    }
}

extension VirtualServerReport {
    init(
        _ server: VirtualServer, _ plan: ControlPlan.Service, _ overview: Overview,
        _ counts: [Endpoint: ConnectionCounts],
        _ certificates: [Check: Int64] = [:]
    ) {
        let standing = VIPStanding(of: [server], requires: .any)
        let entry = overview.table[server.key]
        func report(_ real: RealServer, _ member: ControlPlan.Member?) -> RealServerReport {
            let endpoint = real.destination.normalized(for: server.key).endpoint
            let state = member.flatMap { overview.checks[$0.check] }
            let order = overview.orders.word(.realServer(server.key, real.destination.endpoint))
            var report = RealServerReport(
                endpoint: "\(endpoint)", forwarding: real.destination.forwarding.rawValue,
                state: .init(real.standing, order: order),
                verdict: .init(rawValue: state?.verdict.rawValue ?? "") ?? .unknown,
                reason: state.map { $0.localTrouble ?? $0.reason } ?? "not checked now",
                since: state.map { Timestamp($0.since) },
                weight: Int(real.destination.weight),
                actualWeight: entry?.destinations[endpoint].map { Int($0.weight) },
                check: member?.check.words ?? "",
                activeConnections: counts[endpoint]?.active,
                inactiveConnections: counts[endpoint]?.inactive,
                order: order, note: real.note)
            if let said = member?.agent.flatMap({ overview.agents[$0] }) {
                report.agent = said.words + (said.trouble.map { ", can't be asked: \($0)" } ?? "")
            }
            if let check = member?.check, let end = certificates[check] {
                report.certificateEnd = Timestamp(milliseconds: end * 1000)
                let now = Timestamp.now.milliseconds / 1000
                if check.isNear(end, at: now) {
                    report.warning = "its certificate \(CertificateWatch.words(end, at: now))"
                }
            }
            return report
        }
        self.init(
            name: "\(server.key)", state: ServiceState(standing.state), scheduler: server.options.scheduler,
            quorum: server.quorum,
            realServers: zip(server.realServers, plan.members).map { report($0, $1) },
            fallback: server.fallback.map { report($0, plan.fallback) },
            order: overview.orders.word(.virtualServer(server.key)))
    }
}

extension RealServerReport.State {
    init(_ standing: Standing, order: String?) {
        switch (standing, order) {
        case (_, "draining"): self = .draining
        case (_, "drained"): self = .drained
        case (_, "disabled"): self = .disabled
        case (.up, _), (.withdrawing, _): self = .up
        case (.unknown, _): self = .unknown
        case (.down, _), (.draining, _), (.out, _): self = .down
        }
    }
}

extension Duration {
    /// `1 s`, `250 ms`.
    var words: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}

extension TableReport {
    init(
        _ table: Table, _ counts: [VirtualServerKey: [Endpoint: ConnectionCounts]],
        _ traffic: [VirtualServerKey: ServiceTraffic], lines: String, isActual: Bool
    ) {
        self.init(
            isActual: isActual, lines: lines.split(separator: "\n").map(String.init),
            services: table.entries.sorted { $0.key < $1.key }.map { key, entry in
                Service(
                    name: "\(key)", scheduler: entry.options.scheduler, flags: entry.options.words,
                    destinations: entry.destinations.values.sorted { $0.endpoint < $1.endpoint }.map {
                        let count = counts[key]?[$0.endpoint] ?? ConnectionCounts()
                        return Destination(
                            endpoint: "\($0.endpoint)", forwarding: $0.forwarding.rawValue,
                            weight: Int($0.weight),
                            activeConnections: count.active, inactiveConnections: count.inactive,
                            traffic: traffic[key]?.destinations[$0.endpoint].map(TrafficReport.init))
                    }, traffic: traffic[key].map { TrafficReport($0.own) })
            })
    }
}

extension TrafficReport {
    fileprivate init(_ traffic: Traffic) {
        func counts(_ counts: Traffic.Counts) -> Counts {
            Counts(
                connections: counts.connections, packetsIn: counts.packetsIn, packetsOut: counts.packetsOut,
                octetsIn: counts.octetsIn, octetsOut: counts.octetsOut)
        }
        self.init(totals: counts(traffic.totals), rates: counts(traffic.rates))
    }
}

extension ServiceOptions {
    fileprivate var words: [String] {
        var words: [String] = []
        if flags.contains(.persistent) { words.append("persistent \(timeout)") }
        if flags.contains(.onePacket) { words.append("ops") }
        if let persistenceEngine { words.append("pe \(persistenceEngine)") }
        return words
    }
}
