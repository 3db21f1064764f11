internal import Addresses
internal import Director
internal import Health

extension Controller {
    /// The checks that the plan asks for now. A fallback that a check reaches only through the table is
    /// among them only while it stands there.
    private var wantedChecks: Set<Check> {
        let unbacked = backend == nil ? virtualServers : []
        let needing = Set(unbacked.filter { $0.needsFallback() }.map(\.key))
        var wanted = plan.certainChecks.union(comingPlan?.certainChecks ?? [])
        for service in plan.services {
            guard let fallback = service.fallback, fallback.isCheckedInTableOnly else { continue }
            if needing.contains(service.key)
                || (backend != nil && isInTable(fallback.destination, of: service.key))
            {
                wanted.insert(fallback.check)
            }
        }
        return wanted
    }

    func isInTable(_ destination: Destination, of key: VirtualServerKey) -> Bool {
        let endpoint = destination.normalized(for: key).endpoint
        return backend == nil || (believed?[key]?.destinations[endpoint]?.weight ?? 0) > 0
    }

    /// Starts the checks that are new, lets those end that are no longer wanted, keeps all others.
    func followChecks() {
        let wanted = wantedChecks
        let heirs = heirs(of: wanted)
        for check in checks.keys where !wanted.contains(check) {
            checks[check] = nil
            runners[check] = nil
            firstAsked[check] = nil
        }
        let now = clock.now
        for check in wanted where checks[check] == nil {
            if case .constant(let isUp) = check.method {
                checks[check] = CheckState(
                    assuming: isUp ? .up : .down, because: isUp ? "not checked, on" : "not checked, off",
                    at: now)
                continue
            }
            if let old = heirs[check], old.verdict != .unknown {
                checks[check] = CheckState(assuming: old.verdict, because: old.reason, at: old.since)
            } else if let saved = savedVerdicts[check], saved.verdict != .unknown {
                checks[check] = CheckState(assuming: saved.verdict, because: saved.reason, at: now)
            } else {
                checks[check] = CheckState(at: now)
            }
            firstAsked[check] = now
            lastRunner += 1
            runners[check] = lastRunner
            startRunner.yield((check, lastRunner))
        }
    }

    /// The state of the checks that those of a coming plan take the place of: a real server whose check
    /// is another from now on stands as it stood until that one speaks.
    private func heirs(of wanted: Set<Check>) -> [Check: CheckState] {
        guard let comingPlan else { return [:] }
        let old = plan.checkOfPlace
        var heirs: [Check: CheckState] = [:]
        for (place, check) in comingPlan.checkOfPlace where checks[check] == nil && wanted.contains(check) {
            heirs[check] = old[place].flatMap { checks[$0] }
        }
        return heirs
    }

    /// Before the first pass: a real server of which nothing is known counts as up if it stands in the
    /// table with a weight above 0.
    func adoptVerdicts(from table: Table) {
        let now = clock.now
        for service in plan.services {
            for member in service.members where checks[member.check]?.verdict == .unknown {
                let endpoint = member.destination.normalized(for: service.key).endpoint
                if (table[service.key]?.destinations[endpoint]?.weight ?? 0) > 0 {
                    checks[member.check] = CheckState(
                        assuming: .up, because: "stood in the table at the start", at: now)
                }
            }
        }
    }

    /// Carries out a check over and over, until the plan no longer asks for it.
    func run(_ check: Check, as runner: UInt64) async {
        while !Task.isCancelled, runners[check] == runner {
            let start = clock.now
            let outcome = await probe(check)
            if Task.isCancelled || runners[check] != runner { return }
            take(outcome, of: check)
            let next = check.nextProbe(after: start, ended: clock.now, finding: outcome)
            if (try? await clock.sleep(until: next)) == nil { return }
        }
    }

    private func take(_ outcome: Outcome, of check: Check) {
        guard var state = checks[check] else { return }
        let before = state
        let hasChanged = state.record(outcome, for: check, at: clock.now)
        checks[check] = state
        if let trouble = state.localTrouble, before.localTrouble != trouble {
            report(Occurrence(.warning, "check of \(check.target)", "could not ask: \(trouble)"))
        }
        if state.hasSpoken { firstAsked[check] = nil }
        if hasChanged {
            for name in names(of: check) {
                report(
                    Occurrence(
                        state.verdict == .up ? .info : .warning, name, "\(state.verdict): \(state.reason)"))
            }
            stateIsSaved = false
            // Who has come up is answered when the pass has put it into the table, and not earlier.
            if state.verdict == .down { publish() }
            wake.yield()
        } else if !before.hasSpoken {
            wake.yield()
        }
    }

    /// The real servers that a check decides about, for the log.
    private func names(of check: Check) -> [String] {
        plan.services.flatMap { service in
            (service.members + (service.fallback.map { [$0] } ?? [])).filter { $0.check == check }.map {
                "\(service.key) → \($0.destination.endpoint)"
            }
        }
    }
}
