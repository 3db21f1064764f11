internal import Addresses
internal import Answering
internal import DNSWire
internal import Director
internal import Health
internal import Steering
internal import Zones

extension Controller {
    /// The virtual servers as they stand.
    var virtualServers: [VirtualServer] {
        plan.services.map { service in
            VirtualServer(
                service.key, options: service.options, quorum: service.quorum, isQuiescent: service.isQuiescent,
                realServers: service.members.map { realServer($0, of: service.key) },
                fallback: service.fallback.map { realServer($0, of: service.key) })
        }
    }

    private func realServer(_ member: ControlPlan.Member, of key: VirtualServerKey) -> RealServer {
        let standing: Standing =
            switch checks[member.check]?.verdict {
            case .up: .up
            case .down: .down
            case .unknown, nil: .unknown
            }
        return RealServer(
            member.destination, standing: standing, isAcknowledged: isInTable(member.destination, of: key),
            recovery: member.check.recovery)
    }

    /// Publishes what follows from the verdicts and the table, if it differs from what is published.
    func publish() {
        if isViewHeld { return }
        let byKey = Dictionary(virtualServers.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        var vips: [IPAddress: SteeredVIP] = [:]
        for vip in plan.vips {
            let standing = VIPStanding(of: vip.virtualServers.compactMap { byKey[$0] }, requires: vip.requires)
            vips[vip.address] = SteeredVIP(standing, isServedWhenAllDown: vip.isServedWhenAllDown)
        }
        let entries = marking.registry.sets.map { set in
            SteeringEntry(of: set, vips: vips, policy: plan.policies[Int(set.policy)])
        }
        if entries != publishedEntries {
            store.publish(marking.snapshot.with(view: SteeringView(entries)))
            publishedEntries = entries
        }
        for (address, vip) in vips.sorted(by: { $0.key < $1.key }) {
            let before = standings[address]?.state
            if before != vip.standing.state { standingSince[address] = clock.now }
            guard hasSaidStart, before != vip.standing.state else { continue }
            let level: Occurrence.Level = vip.standing.state == .up ? .info : .warning
            report(Occurrence(level, "\(address)", "VIP \(vip.standing.state)"))
        }
        standings = vips.mapValues(\.standing)
    }
}
