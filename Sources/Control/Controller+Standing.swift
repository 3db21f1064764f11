internal import Addresses
internal import Director
internal import Health
internal import Steering

extension Controller {
    /// A virtual server as it stands.
    func standing(of place: Int) -> VirtualServer {
        let service = plan.services[place]
        let entry = believed?[service.key]
        let slots = index.slotsOfMembers[place]
        var members = service.members.indices.map { member in
            realServer(
                service.members[member], of: service, in: entry,
                state: slots[member] < 0 ? nil : watches.slots[Int(slots[member])]?.state)
        }
        takeOut(of: &members, of: service)
        keepSome(of: &members, place)
        warmUp(&members, of: service)
        var server = VirtualServer(
            service.key, options: service.options, quorum: service.quorum, lowQuorum: service.lowQuorum,
            weightScale: service.weightScale, isQuiescent: service.isQuiescent, realServers: members,
            fallback: service.fallback.map {
                realServer($0, of: service, in: entry, state: watches[$0.check])
            })
        server.wasUp = servers[place].wasUp
        server.forced = forced(.virtualServer(service.key))
        server.wasUp = server.reachesQuorum
        return server
    }

    private func realServer(
        _ member: ControlPlan.Member, of service: ControlPlan.Service, in entry: TableEntry?, state: CheckState?
    ) -> RealServer {
        let standing: Standing =
            switch state?.verdict {
            case .up: .up
            case .down: .down
            case .unknown, nil: .unknown
            }
        let endpoint = member.destination.endpoint
        let isInTable =
            backend == nil
            || (entry?.destinations[member.destination.normalized(for: service.key).endpoint]?.weight ?? 0) > 0
        var server = RealServer(
            member.destination, standing: standing, isAcknowledged: isInTable, recovery: member.check.recovery)
        let subject = Order.Subject.realServer(service.key, endpoint)
        if !book.isEmpty { obey(subject, &server, in: entry, service.key) }
        if let agent = member.agent, let said = agents[agent] {
            follow(said, &server, hasOrder: book[subject] != nil)
        }
        return server
    }

    /// How a VIP stands whose virtual servers stand so.
    func standing(of vip: ControlPlan.VIP, _ servers: [VirtualServer]) -> VIPStanding {
        var standing = VIPStanding(of: servers, requires: vip.requires)
        switch forced(.vip(vip.address)) {
        case true?: standing = VIPStanding(state: .up, weight: max(standing.weight, 1))
        case false?: standing = VIPStanding(state: .down, weight: 0)
        case nil: break
        }
        if standing.state != .down,
            let weight = book.weights[.vip(vip.address)].map({ Int($0.weight) }) ?? vip.weight
        {
            standing.weight = weight
        }
        return standing
    }

    // MARK: Slow start

    /// Steps in which a real server comes to its whole weight.
    private static let rampSteps = 10

    /// Has real servers that come back into the table begin with a part of their weight, whatever has taken them out: a
    /// check, an agent, an order, a file.
    private func warmUp(_ members: inout [RealServer], of service: ControlPlan.Service) {
        guard let slowStart = service.slowStart else { return }
        for place in members.indices {
            let subject = ControlPlan.Place(key: service.key, endpoint: members[place].destination.endpoint)
            switch members[place].standing {
            case .down, .out:
                absent.insert(subject)
                ramps[subject] = nil
            case .up, .withdrawing:
                if absent.remove(subject) != nil { ramps[subject] = clock.now }
                let share = share(of: subject, after: slowStart)
                if share == 1000 { continue }
                members[place].share = max(members[place].share * share / 1000, 1)
                members[place].note =
                    (members[place].note.map { $0 + ", " } ?? "") + "slow start, \(share / 10) % of its weight"
            case .draining, .unknown: break
            }
        }
    }

    /// The share of its weight, of a thousand, that a real server has now.
    private func share(of place: ControlPlan.Place, after slowStart: Duration) -> Int {
        guard let start = ramps[place] else { return 1000 }
        let step = Int(start.duration(to: clock.now) / slowStart * Double(Self.rampSteps)) + 1
        if step >= Self.rampSteps {
            ramps[place] = nil
            return 1000
        }
        return step * 1000 / Self.rampSteps
    }

    // MARK: max-down

    /// Keeps real servers in that checks and agents would take out beyond what the virtual server allows: those whose
    /// check is up, then those that went down last, since the first ones are out already. One may always be taken out.
    private func keepSome(of members: inout [RealServer], _ place: Int) {
        let service = plan.services[place]
        guard let percentage = service.maximumDown else { return }
        let pool = members.indices.filter {
            members[$0].destination.weight > 0
                && (members[$0].standing == .up || members[$0].standing == .down)
                && book[.realServer(service.key, members[$0].destination.endpoint)] == nil
                && maintenance.file(for: service.members[$0], of: service.key) == nil
        }
        let slots = index.slotsOfMembers[place]
        let down = pool.filter { members[$0].standing == .down }.sorted {
            let (one, other) = (downSince(slots[$0]), downSince(slots[$1]))
            return one == other ? $0 < $1 : one < other
        }
        let allowed = max(pool.count * percentage / 100, 1)
        for kept in down.dropFirst(allowed) {
            members[kept].standing = .up
            members[kept].note = "kept in by max-down \(percentage)%"
        }
        if down.count > allowed {
            guard overdrawn.insert(place).inserted else { return }
            report(
                Occurrence(
                    .warning, "\(service.key)",
                    "\(down.count) of \(pool.count) real servers are down, max-down \(percentage)% lets "
                        + "\(allowed) be taken out: the others stay in"))
        } else if overdrawn.remove(place) != nil {
            report(Occurrence(.info, "\(service.key)", "max-down keeps nobody in any more"))
        }
    }

    /// Since when a check has been down; now if it isn't.
    private func downSince(_ slot: Int32) -> ContinuousClock.Instant {
        guard slot >= 0, let state = watches.slots[Int(slot)]?.state, state.verdict == .down else {
            return clock.now
        }
        return state.since
    }
}

extension ControlPlan.Service {
    /// With slow start or agents, by which the weights in the table are multiplied, so that there are steps between
    /// nothing and the least of them: a weight of 1 is 100 then. The schedulers of Linux count with weights up to 65535;
    /// below that there is room for the most that an agent may say.
    var weightScale: Int32 {
        let hasAgent = members.contains { $0.agent != nil }
        guard slowStart != nil || hasAgent, options.otherUseOfWeights == nil else { return 1 }
        let weights = members.map(\.destination.weight).filter { $0 > 0 }
        guard let least = weights.min(), let most = weights.max() else { return 1 }
        let room = 65_535 / (hasAgent ? Int32(AgentState.maximumPercentage / 100) : 1)
        return max(min((100 + least - 1) / least, room / most), 1)
    }
}
