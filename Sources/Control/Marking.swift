internal import Addresses
internal import Answering
internal import DNSWire
internal import Zones

/// Zones with their steered rrsets, as a snapshot that lacks only the view.
///
/// Made beside what goes on: with very many names it takes its time. A zone that stays is not searched again, as long
/// as VIPs and policies stay too.
struct Marking: Sendable {
    private(set) var registry = SteeringRegistry()
    /// What the view is put into.
    private(set) var snapshot = Snapshot(catalog: ZoneCatalog([:]))

    private var vips: Set<IPAddress> = []
    private var policies: [DomainName: UInt16] = [:]
    /// Of the zones that have some.
    private var steered: [DomainName: [SteeredRRSet]] = [:]

    /// The marking that follows upon this one.
    @concurrent func following(
        _ zones: [DomainName: Controller.LoadedZone], _ plan: ControlPlan, _ options: AnswerOptions
    ) async -> Marking {
        var next = Marking()
        next.vips = plan.vipAddresses
        next.policies = plan.policyOfName
        let known = next.vips == vips && next.policies == policies ? snapshot.catalog.zones : [:]
        var served: [DomainName: ServedZone] = [:]
        served.reserveCapacity(zones.count)
        for (name, loaded) in zones {
            var rrsets: [SteeredRRSet] = []
            if let zone = loaded.zone {
                rrsets =
                    known[name]?.zone === zone
                    ? steered[name] ?? []
                    : zone.steeredRRSets(vips: next.vips, policy: { next.policies[$0] ?? 0 })
            }
            if !rrsets.isEmpty { next.steered[name] = rrsets }
            served[name] = ServedZone(
                zone: loaded.zone, marks: SteeringMarks(rrsets, registry: &next.registry),
                allowQuery: loaded.allowQuery)
        }
        next.snapshot = Snapshot(catalog: ZoneCatalog(served), options: options)
        return next
    }
}
