internal import Addresses
public import Answering
public import DNSWire
public import Director
internal import Health
internal import Zones

extension Controller {
    /// Takes on another plan and other zones, whole. What both have in common goes on undisturbed:
    /// checks keep their verdicts, virtual servers their entries.
    ///
    /// While `run()` is at work it returns when answers follow the new plan. Until then they follow the
    /// old one: real servers that are new are asked first, for five seconds at most, and the backend has
    /// had its table changed before anything is answered that needs it.
    public func take(
        _ plan: ControlPlan, backend: (any Backend)?, zones: [DomainName: LoadedZone], options: AnswerOptions
    ) async {
        // Before anything is under way, since other passes go on meanwhile.
        let next = await marking.following(zones, plan, options)
        await ask(plan)
        if let old = self.backend, old !== backend {
            // What carried the packets until now lets go of them; another begins with an empty belief.
            self.backend = nil
            let left = owned.subtracting(await remove(owned, from: old))
            if old.outlivesProcess { inherited.formUnion(left) }
            await old.close()
            believed = nil
            unreadableSince = nil
            owned = []
            refused = [:]
        }
        if backend?.outlivesProcess == true {
            owned.formUnion(inherited)
            inherited = []
        }
        self.plan = plan
        unpublished = []
        unreconciled = []
        stale = []
        overdrawn = []
        self.backend = backend
        self.options = options
        planNumber += 1
        isPlanNew = true
        isViewHeld = isRunning
        followPlan()
        take(next)
        followAddresses()
        publish()
        wake.yield()
        await passes { !self.isViewHeld }
    }

    /// Takes on other zones; all else stays.
    public func take(zones: [DomainName: LoadedZone]) async {
        take(await marking.following(zones, plan, options))
        publish()
    }

    private func take(_ next: Marking) {
        marking = next
        publishedView = nil
    }

    /// Begins with a plan that has just taken the place of another.
    private func followPlan() {
        let old = servers
        servers = plan.services.map { VirtualServer($0.key, options: $0.options) }
        let addresses = plan.vipAddresses
        steeredVIPs = steeredVIPs.filter { addresses.contains($0.key) }
        standings = standings.filter { addresses.contains($0.key) }
        let wasUp = Dictionary(old.map { ($0.key, $0.wasUp) }, uniquingKeysWith: { $1 })
        for place in servers.indices { servers[place].wasUp = wasUp[servers[place].key] ?? false }
        let places = plan.checkOfPlace
        let slowStarting = Set(plan.services.lazy.filter { $0.slowStart != nil }.map(\.key))
        ramps = ramps.filter { places[$0.key] != nil && slowStarting.contains($0.key.key) }
        absent = absent.filter { places[$0] != nil && slowStarting.contains($0.key) }
        // Those that are checked already go on, until it is seen whether they are to.
        fallbacksAsked = Set(
            plan.services.indices.filter { place in
                plan.services[place].fallback.map {
                    $0.isCheckedInTableOnly && watches.slot(of: $0.check) != nil
                } ?? false
            })
        followChecks()
        followFallbacks(of: plan.services.indices)
        inheritOrders()
        saveOrders()
    }

    /// Begins the checks of a plan that is to come; returns when each of them has a verdict.
    private func ask(_ plan: ControlPlan) async {
        guard isRunning else { return }
        comingPlan = plan
        followChecks()
        wake.yield()
        let asked = plan.certainChecks
        await passes {
            self.watches.unknown.allSatisfy { slot in
                self.watches.slots[slot].map { !asked.contains($0.check) } ?? true
            }
        }
        comingPlan = nil
    }

    /// Waits for the end of a pass after which something holds.
    private func passes(until isOver: @escaping () -> Bool) async {
        guard isRunning, !isOver() else { return }
        await withCheckedContinuation { passWaiters.append((isOver, $0)) }
    }

    /// After a pass, or when there will be none any more: lets those go on who have waited for it.
    func resumePassWaiters() {
        let over = passWaiters.filter { !isRunning || $0.isOver() }
        passWaiters.removeAll { !isRunning || $0.isOver() }
        for waiter in over { waiter.continuation.resume() }
    }
}

extension ControlPlan {
    /// The checks that do not depend on the table.
    var certainChecks: Set<Check> {
        var checks: Set<Check> = []
        for service in services {
            for member in service.members {
                checks.insert(member.check)
                if let agent = member.agent { checks.insert(agent) }
            }
            if let fallback = service.fallback, !fallback.isCheckedInTableOnly { checks.insert(fallback.check) }
        }
        return checks
    }

    /// What checks each destination of each virtual server.
    var checkOfPlace: [Place: Check] {
        var checks: [Place: Check] = [:]
        for service in services {
            for member in service.members + (service.fallback.map { [$0] } ?? []) {
                checks[Place(key: service.key, endpoint: member.destination.endpoint)] = member.check
            }
        }
        return checks
    }

    /// A destination in a virtual server.
    struct Place: Hashable {
        var key: VirtualServerKey
        var endpoint: Endpoint
    }
}
