internal import Director
internal import Health

/// Agents beside real servers, and what follows from what they say.
extension Controller {
    /// Takes in what a probe of an agent has found.
    func take(agent outcome: Outcome, at slot: Int) {
        guard let watch = watches.slots[slot] else { return }
        let before = agents[watch.check] ?? AgentState()
        var state = before
        state.record(outcome)
        agents[watch.check] = state
        if (state.trouble == nil) != (before.trouble == nil) {
            let text =
                state.trouble.map {
                    "its agent can't be asked: \($0); "
                        + (state.line == nil ? "it counts for nothing" : "what it said last holds")
                } ?? "its agent answers again"
            tell(ofAgent: watch, state.trouble == nil ? .info : .warning, text)
        }
        guard state.words != before.words else { return }
        // One that measures load says another percentage each time.
        let isNews =
            state.mode != before.mode || state.isDown != before.isDown
            || (state.percentage == 0) != (before.percentage == 0) || isPercentageDue(watch)
        if isNews { agentsLogged[watch.check] = clock.now }
        tell(
            ofAgent: watch, state.isPlain ? .info : .warning, "its agent says \(state.line ?? state.words)",
            isForFollowers: !isNews)
        stateIsSaved = false
        touchAll(of: slot)
        // Who is to get more clients gets them when the table has it.
        if state.isDown || state.mode != .ready { hasLost = true }
        wake.yield()
    }

    /// Whether a minute has passed since the log had something of what an agent says.
    private func isPercentageDue(_ watch: Watch) -> Bool {
        agentsLogged[watch.check].map { $0.duration(to: clock.now) >= .seconds(60) } ?? true
    }

    /// A real server as its agent has it. Orders that speak of the same outrank it.
    func follow(_ agent: AgentState, _ server: inout RealServer, hasOrder: Bool) {
        if agent.isPlain { return }
        var holds = false
        if !hasOrder, agent.mode == .maint {
            server.standing = .out
            server.recovery = nil
            holds = true
        } else if !hasOrder, agent.isDown {
            if server.standing == .up { server.standing = .down }
            holds = true
        } else if [.up, .withdrawing].contains(server.standing) {
            if agent.percentage == 0 || (!hasOrder && agent.mode == .drain) {
                server.destination.weight = 0
                holds = true
            } else if agent.percentage != 100 {
                server.share = max(server.share * agent.percentage / 100, 1)
                holds = true
            }
        }
        if holds {
            server.note = (server.note.map { $0 + ", " } ?? "") + "its agent says \(agent.words)"
        }
    }

    /// The agents of a coming plan whose real servers have had another: what that said holds until they speak.
    func agentHeirs() -> [Check: AgentState] {
        guard let comingPlan, !agents.isEmpty else { return [:] }
        let old = plan.agentOfPlace
        var heirs: [Check: AgentState] = [:]
        for (place, agent) in comingPlan.agentOfPlace {
            // What is new at one place may have had it at another.
            if let said = old[place].flatMap({ agents[$0] }), heirs[agent]?.line == nil { heirs[agent] = said }
        }
        return heirs
    }

    private func members(of watch: Watch) -> [ControlPlan.Place] {
        watch.services.flatMap { place in
            let service = plan.services[Int(place)]
            return service.members.filter { $0.agent == watch.check }
                .map { ControlPlan.Place(key: service.key, endpoint: $0.destination.endpoint) }
        }
    }

    private func tell(
        ofAgent watch: Watch, _ level: Occurrence.Level, _ text: String, isForFollowers: Bool = false
    ) {
        for place in members(of: watch) {
            var occurrence = Occurrence(level, "\(place.key) → \(place.endpoint)", text)
            occurrence.isForFollowers = isForFollowers
            report(occurrence)
        }
    }
}

extension ControlPlan {
    /// The agent of each real server that has one.
    var agentOfPlace: [Place: Check] {
        var agents: [Place: Check] = [:]
        for service in services {
            for member in service.members {
                if let agent = member.agent {
                    agents[Place(key: service.key, endpoint: member.destination.endpoint)] = agent
                }
            }
        }
        return agents
    }
}
