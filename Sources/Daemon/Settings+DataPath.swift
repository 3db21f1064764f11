internal import Addresses
internal import Diagnostics
internal import Director
internal import Health
internal import HostNetwork
internal import Probes
internal import Settings
internal import Synchronization

extension Settings {
    /// The settings with the address from which each check through a VIP goes out, and what of this host keeps such
    /// checks from saying anything. Sysctls that are to be set are judged as if they were.
    func preparingDataPaths() -> (settings: Settings, diagnostics: [Diagnostic]) {
        if checkedThroughVIP.isEmpty { return (self, []) }
        do {
            var state = try dataPathState()
            if director.sysctls == .manage { state = state.mended(dataPathFindings(in: state)) }
            return preparingDataPaths(vips: virtualAddresses, in: state)
        } catch {
            return (self, [Diagnostic(.error, "checks through VIPs: \(error)")])
        }
    }

    /// Sets the sysctls that checks through VIPs need, where that is asked for: what was set, and what is left.
    func mendDataPaths() -> (done: [String], left: [Finding]) {
        guard director.sysctls == .manage, !checkedThroughVIP.isEmpty, let state = try? dataPathState() else {
            return ([], [])
        }
        return DirectorHost.mend(dataPathFindings(in: state))
    }

    private var checkedThroughVIP: [RealServerSettings] {
        director.virtualServers.flatMap(\.realServers).filter { $0.check.path != nil }
    }

    private var virtualAddresses: Set<IPAddress> { Set(director.virtualServers.compactMap(\.key.vip)) }

    private func dataPathState() throws(HostNetworkError) -> HostState {
        try DataPathHost.state(of: Set(checkedThroughVIP.map(\.destination.endpoint.address)))
    }

    /// What is found, each once however many real servers it concerns.
    private func dataPathFindings(in state: HostState) -> [Finding] {
        var told: Set<Finding> = []
        let vips = virtualAddresses
        return checkedThroughVIP.flatMap { DataPathHost.judge($0.destination, vips: vips, in: state) }
            .filter { told.insert($0).inserted }
    }

    private func preparingDataPaths(
        vips: Set<IPAddress>, in state: HostState
    ) -> (settings: Settings, diagnostics: [Diagnostic]) {
        var prepared = self
        var diagnostics: [Diagnostic] = []
        var said: Set<Finding> = []
        for place in prepared.director.virtualServers.indices {
            for member in prepared.director.virtualServers[place].realServers.indices {
                let server = director.virtualServers[place].realServers[member]
                guard server.check.path != nil else { continue }
                prepared.director.virtualServers[place].realServers[member].check.path?.source =
                    DataPathHost.source(
                        to: server.destination.endpoint.address, vips: vips, in: state)
                for finding in DataPathHost.judge(server.destination, vips: vips, in: state)
                where said.insert(finding).inserted {
                    let fix = finding.fix.map {
                        director.sysctls == .manage ? $0 : "\($0), or 'sysctls manage;'"
                    }
                    diagnostics.append(
                        Diagnostic(
                            .error,
                            "a check through the VIP can't work here: \(finding.subject): \(finding.text)",
                            at: server.position, hint: fix))
                }
            }
        }
        return (prepared, diagnostics)
    }
}

extension Prober {
    /// Carries out a check. That a real server doesn't answer through the VIP says nothing of it where this host would
    /// throw its answers away.
    @concurrent
    func probeOnThisHost(_ check: Check, vips: Set<IPAddress>) async -> Outcome {
        let outcome = await probe(check)
        guard case .failure = outcome, let path = check.path,
            let forwarding = Forwarding(rawValue: path.forwarding)
        else { return outcome }
        let server = Destination(path.realServer, forwarding: forwarding)
        do {
            let findings = try DataPathHost.check(server, vips: vips)
            return findings.first.map { .undecided("\($0.subject): \($0.text)") } ?? outcome
        } catch {
            return .undecided("\(error)")
        }
    }
}

/// The VIPs of the running configuration, from any thread.
final class VIPSet: Sendable {
    private let held: Mutex<Set<IPAddress>>

    init(_ settings: Settings) {
        held = Mutex(Set(settings.director.virtualServers.compactMap(\.key.vip)))
    }

    var addresses: Set<IPAddress> { held.withLock { $0 } }

    func follow(_ settings: Settings) {
        let next = Set(settings.director.virtualServers.compactMap(\.key.vip))
        held.withLock { $0 = next }
    }
}
