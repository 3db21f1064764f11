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
        for place in stale { servers[place] = standing(of: place) }
        stale = []
        return servers
    }

    /// A virtual server as it stands.
    func virtualServer(_ place: Int) -> VirtualServer {
        if stale.remove(place) != nil { servers[place] = standing(of: place) }
        return servers[place]
    }

    /// Notes that something about a virtual server has changed: it is looked at anew, in its answers and its
    /// entry in the table.
    func touch(_ place: Int) {
        touchTable(place)
        unpublished.insert(place)
    }

    /// The same for its entry in the table only; its answers follow what the backend acknowledges.
    func touchTable(_ place: Int) {
        stale.insert(place)
        unreconciled.insert(place)
    }

    /// Publishes what follows from the verdicts and the table, if it differs from what is published. Looks
    /// only at the virtual servers that were touched, their VIPs and those VIPs' names.
    func publish() {
        if isViewHeld { return }
        var vips: Set<Int> = []
        for place in unpublished { vips.formUnion(index.vipsOfService[place]) }
        unpublished = []
        if publishedView == nil { vips = Set(plan.vips.indices) }
        var changed: [(IPAddress, VIPStanding)] = []
        for place in vips {
            let vip = plan.vips[place]
            let servers = vip.virtualServers.compactMap { index.serviceOfKey[$0] }.map(virtualServer)
            let steered = SteeredVIP(
                standing(of: vip, servers), isServedWhenAllDown: vip.isServedWhenAllDown)
            guard steeredVIPs.updateValue(steered, forKey: vip.address) != steered else { continue }
            renderer.note(steered, of: vip.address)
            changed.append((vip.address, steered.standing))
        }
        publish(changesOf: changed.map(\.0))
        for (address, standing) in changed.sorted(by: { $0.0 < $1.0 }) { note(standing, of: address) }
    }

    private func publish(changesOf vips: [IPAddress]) {
        let next: SteeringView?
        if let publishedView {
            // Its memory is what the next view is written to.
            store.freeReplacedViews()
            next = renderer.view(after: publishedView, changesOf: vips)
        } else {
            renderer = SteeringRenderer(
                sets: marking.registry.sets, vips: steeredVIPs, policies: plan.policies)
            next = renderer.view()
        }
        guard let next else { return }
        publishedView = next
        store.publish(marking.snapshot.with(view: next))
    }

    /// Takes note of a VIP's standing; of another state something is said.
    private func note(_ standing: VIPStanding, of address: IPAddress) {
        let before = standings.updateValue(standing, forKey: address)?.state
        if before == standing.state { return }
        standingSince[address] = clock.now
        guard hasSaidStart else { return }
        let level: Occurrence.Level = standing.state == .up ? .info : .warning
        report(Occurrence(level, "\(address)", "VIP \(standing.state)"))
    }
}
