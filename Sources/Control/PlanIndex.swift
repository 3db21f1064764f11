internal import Addresses
internal import Director
internal import Health
internal import Steering

/// What stands where in a plan, so that a verdict finds what it touches without a search.
struct PlanIndex {
    /// The place of each virtual server in the plan.
    private(set) var serviceOfKey: [VirtualServerKey: Int] = [:]
    /// The VIPs that lead to each virtual server.
    private(set) var vipsOfService: [[Int]] = []
    /// The slots of the checks of each virtual server's real servers, in their order.
    private(set) var slotsOfMembers: [[Int32]] = []

    /// The index of no plan.
    init() {}

    /// The index of a plan; what it holds of checks is noted in the watches as well.
    init(_ plan: ControlPlan, _ watches: inout Watches) {
        watches.forgetServices()
        vipsOfService = Array(repeating: [], count: plan.services.count)
        slotsOfMembers.reserveCapacity(plan.services.count)
        for (place, service) in plan.services.enumerated() {
            serviceOfKey[service.key] = place
            slotsOfMembers.append(
                service.members.map { member in
                    guard let slot = watches.slot(of: member.check) else { return -1 }
                    watches.note(place, at: slot)
                    return Int32(slot)
                })
            for agent in service.members.lazy.compactMap(\.agent) {
                if let slot = watches.slot(of: agent) { watches.note(place, at: slot) }
            }
            if let fallback = service.fallback, let slot = watches.slot(of: fallback.check) {
                watches.note(place, at: slot)
            }
        }
        for (place, vip) in plan.vips.enumerated() {
            for key in vip.virtualServers {
                if let service = serviceOfKey[key] { vipsOfService[service].append(place) }
            }
        }
    }
}
