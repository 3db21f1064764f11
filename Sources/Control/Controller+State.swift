internal import Addresses
internal import Answering
public import DNSWire
internal import Director
internal import Health
internal import Zones

extension Controller {
    func followAddresses() {
        guard let hostAddresses else { return }
        var wanted: Set<SavedState.AddedAddress> = []
        if let interface = plan.vipInterface {
            for vip in plan.services.compactMap(\.key.vip) {
                wanted.insert(SavedState.AddedAddress(address: vip, interface: interface))
            }
        }
        let before = addresses.added
        addresses.follow(wanted, by: hostAddresses, at: clock.now, report: report)
        if addresses.added != before {
            stateIsSaved = false
            save(force: true)
        }
    }

    /// Has the state saved beside all else, where it has changed or is getting old; at once where it is forced, else when
    /// other work has had its time, since with thousands of verdicts it takes long.
    func save(force: Bool) {
        guard let stateSaver else { return }
        noteStateTrouble()
        let now = clock.now
        let pause = stateIsSaved ? Self.saveInterval : stateSaver.took * Self.savingRest
        if !force, stateSaver.isBusy || savedAt.map({ $0.duration(to: now) < pause }) ?? false { return }
        var state = SavedState()
        state.owned = (backend?.outlivesProcess == true ? owned.union(inherited) : inherited).sorted()
        state.verdicts =
            watches.slots.lazy.compactMap { $0 }.filter { $0.state.verdict != .unknown && $0.state.hasSpoken }
            .map {
                SavedState.SavedVerdict(check: $0.check, verdict: $0.state.verdict, reason: $0.state.reason)
            }
        state.agents = agents.lazy.filter { $0.value.line != nil }.map { .init(check: $0, state: $1) }
        state.addresses = addresses.added.sorted { $0.address < $1.address }
        savedAt = now
        stateIsSaved = true
        stateSaver.give(state)
    }

    /// Says what keeps the state from being saved.
    func noteStateTrouble() {
        let trouble = stateSaver?.trouble(after: Self.savingPatience)
        if let trouble, trouble != saveTrouble {
            report(Occurrence(.warning, "state", "\(trouble); a restart will begin without it"))
        }
        saveTrouble = trouble
    }

    /// How everything stands now, for people to look at.
    public var overview: Overview {
        // While another plan is taken on there is no view yet, whose entries the sets go with.
        let registry = publishedView.map { _ in marking.registry }
        let desired = desiredForPeople
        looks += 1
        return Overview(
            number: looks, virtualServers: virtualServers, checks: watches.states, standings: standings,
            since: standingSince,
            desired: desired, privateTable: privateTable.normalized, sets: registry?.sets ?? [],
            uses: registry?.uses ?? [], entries: publishedView?.entries ?? [],
            troubles: backendTroubles.sorted(), savingTroubles: [orderTrouble, saveTrouble].compactMap(\.self),
            table: backend == nil ? desired : believed ?? Table(), orders: book, agents: agents, plan: plan)
    }

    /// How many rrsets of each zone are steered.
    public var steeredNames: [DomainName: Int] { marking.snapshot.catalog.zones.mapValues(\.marks.count) }

    private var desiredForPeople: Table {
        var desired = Table()
        for server in virtualServers {
            desired[server.key] = server.desiredEntry(
                actual: believed?[server.key], refused: refused[server.key] ?? [])
        }
        return desired.normalized
    }
}
