internal import Addresses
internal import Director
internal import Health

extension Controller {
    /// The checks that the plan asks for now. A fallback that a check reaches only through the table is
    /// among them only while it stands there.
    private var wantedChecks: Set<Check> {
        var wanted = plan.certainChecks.union(comingPlan?.certainChecks ?? [])
        for place in fallbacksAsked {
            if let fallback = plan.services[place].fallback { wanted.insert(fallback.check) }
        }
        return wanted
    }

    /// Whether a fallback that can be checked through the table only is to be checked now.
    private func isFallbackAsked(_ place: Int) -> Bool {
        let service = plan.services[place]
        guard let fallback = service.fallback, fallback.isCheckedInTableOnly else { return false }
        return backend == nil
            ? virtualServer(place).needsFallback() : isInTable(fallback.destination, of: service.key)
    }

    func isInTable(_ destination: Destination, of key: VirtualServerKey) -> Bool {
        if backend == nil { return true }
        guard let entry = believed?[key] else { return false }
        return (entry.destinations[destination.normalized(for: key).endpoint]?.weight ?? 0) > 0
    }

    /// Begins and ends the checks of fallbacks that a check reaches only through the table, as these virtual
    /// servers need them.
    func followFallbacks(of places: some Sequence<Int>) {
        let before = fallbacksAsked
        for place in places {
            if isFallbackAsked(place) { fallbacksAsked.insert(place) } else { fallbacksAsked.remove(place) }
        }
        if fallbacksAsked != before { followChecks() }
    }

    /// Starts the checks that are new, lets those end that are no longer wanted, keeps all others.
    func followChecks() {
        followDataPaths()
        let wanted = wantedChecks
        let heirs = heirs(of: wanted)
        let agentHeirs = agentHeirs()
        var gone: [CheckTurn] = []
        for check in Array(watches.checks) where !wanted.contains(check) {
            if let slot = watches.slot(of: check), let watch = watches.slots[slot] {
                firstAsked[slot] = nil
                wayless[slot] = nil
                gone.append(CheckTurn(slot: Int32(slot), number: watch.number))
            }
            watches.remove(check)
            agents[check] = nil
            agentsLogged[check] = nil
        }
        rounds?.drop(gone)
        let now = clock.now
        var new: [Int] = []
        for check in wanted where watches.slot(of: check) == nil {
            if case .constant(let isUp) = check.method {
                _ = watches.add(
                    check,
                    CheckState(
                        assuming: isUp ? .up : .down, because: isUp ? "not checked, on" : "not checked, off",
                        at: now))
                continue
            }
            if check.isOfAgent {
                agents[check] = agentHeirs[check] ?? savedAgents[check]
                new.append(watches.add(check, CheckState(assuming: .up, because: "an agent", at: now)))
                continue
            }
            var state = CheckState(at: now)
            if let old = heirs[check] {
                state = CheckState(assuming: old.verdict, because: old.reason, at: old.since)
            } else if let saved = savedVerdicts[check], saved.verdict != .unknown {
                state = CheckState(assuming: saved.verdict, because: saved.reason, at: now)
            }
            let slot = watches.add(check, state)
            firstAsked[slot] = now
            new.append(slot)
        }
        index = PlanIndex(plan, &watches)
        plan.services.indices.forEach(touch)
        begin(new, at: now)
    }

    /// Begins with checks one after another rather than all at once: of those whose verdict is assumed, the
    /// first round may take an interval.
    private func begin(_ slots: [Int], at now: ContinuousClock.Instant) {
        var first: [DueCheck] = []
        for (place, slot) in slots.enumerated() {
            guard let watch = watches.slots[slot] else { continue }
            let isUrgent = watch.state.verdict == .unknown || watch.check.isOfAgent
            let round = isUrgent ? min(watch.check.interval, Self.firstRound) : watch.check.interval
            let gap = min(round / slots.count, Self.startGap)
            first.append(
                DueCheck(
                    CheckTurn(slot: Int32(slot), number: watch.number), watch.check, due: now + gap * place,
                    verdict: verdict(of: watch)))
        }
        schedule(first)
        setAlarm()
    }

    /// The state of the checks that those of a coming plan take the place of: a real server whose check
    /// is another from now on stands as it stood until that one speaks.
    private func heirs(of wanted: Set<Check>) -> [Check: CheckState] {
        guard let comingPlan else { return [:] }
        let old = plan.checkOfPlace
        var heirs: [Check: CheckState] = [:]
        for (place, check) in comingPlan.checkOfPlace
        where watches.slot(of: check) == nil && wanted.contains(check) {
            // What is new at one place may have been checked at another.
            if let state = old[place].flatMap({ watches[$0] }), state.verdict != .unknown {
                heirs[check] = state
            }
        }
        return heirs
    }

    /// Before the first pass: a real server of which nothing is known counts as up if it stands in the
    /// table with a weight above 0.
    func adoptVerdicts(from table: Table) {
        let now = clock.now
        for (place, service) in plan.services.enumerated() {
            for (member, slot) in zip(service.members, index.slotsOfMembers[place])
            where slot >= 0 && watches.unknown.contains(Int(slot)) {
                let endpoint = member.destination.normalized(for: service.key).endpoint
                if (table[service.key]?.destinations[endpoint]?.weight ?? 0) > 0 {
                    watches.change(Int(slot)) {
                        $0 = CheckState(assuming: .up, because: "stood in the table at the start", at: now)
                    }
                    touchAll(of: Int(slot))
                }
            }
        }
    }

    /// The verdict as it is; of an agent that it has none as long as it has said nothing.
    private func verdict(of watch: Watch) -> Verdict {
        watch.check.isOfAgent && agents[watch.check] == nil ? .unknown : watch.state.verdict
    }

    func touchAll(of slot: Int) {
        for service in watches.slots[slot]?.services ?? [] { touch(Int(service)) }
    }
}

// MARK: Probing

extension Controller {
    /// Sees to it that the agenda is looked at when the earliest is due.
    func setAlarm() {
        guard let earliest = agenda.earliest, !isCrowded else { return }
        if let due = alarm.set(for: earliest, at: clock.now) { jobs.yield(.alarm(due)) }
    }

    /// Looks at the agenda when the alarm for it goes.
    func ring(_ due: ContinuousClock.Instant) {
        alarm.note(due, at: clock.now)
        beginDue()
    }

    /// Begins with the checks that are due, as far as there is room.
    private func beginDue() {
        isCrowded = false
        let now = clock.now
        while probing < maximumProbes, let turn = agenda.next(by: now) {
            guard let watch = watches.watch(Int(turn.slot), number: turn.number) else { continue }
            guard let ready = ready(watch.check) else {
                noteNoWay(of: Int(turn.slot), at: now)
                agenda.add(turn, due: now + Self.dataPathPause, isFirstTurn: verdict(of: watch) == .unknown)
                continue
            }
            wayless[Int(turn.slot)] = nil
            probing += ready.descriptors
            jobs.yield(.probe(ready, turn))
        }
        if agenda.earliest.map({ $0 <= now }) ?? false {
            // The next one that ends makes room.
            isCrowded = true
            return sayCrowded(now)
        }
        setAlarm()
    }

    /// Says that checks are late, once a minute at most.
    private func sayCrowded(_ now: ContinuousClock.Instant) {
        if let saidCrowded, saidCrowded.duration(to: now) < .seconds(60) { return }
        saidCrowded = now
        report(
            Occurrence(
                .warning, "checks",
                "\(maximumProbes) probes are under way, as many as there are descriptors for: "
                    + "others that are due wait"))
    }

    /// Takes in what the probe of a task has found, and sets the check's next turn.
    ///
    /// - Parameter descriptors: Those that it had.
    func conclude(_ report: CheckReport, freeing descriptors: Int) {
        probing -= descriptors
        defer { if isCrowded { beginDue() } else { setAlarm() } }
        if let next = take(report) { schedule([next]) }
        publishLosses()
    }

    /// Takes in what comes of those checks that need no task each, and sets their next turns.
    func takeRounds() async {
        guard let rounds else { return }
        for await batch in rounds.reports {
            var next: [DueCheck] = []
            var isAnyLeft = false
            for report in batch.reports {
                if report.outcome != nil {
                    if let due = take(report) { next.append(due) }
                } else if let left = watches.leaveToTasks(report.turn) {
                    // From now on: each of its turns would hold up the others again.
                    next.append(
                        DueCheck(report.turn, left.check, due: clock.now, verdict: left.state.verdict))
                    isAnyLeft = true
                }
            }
            schedule(next)
            if isAnyLeft { beginDue() }
            publishLosses()
            if batch.isCrowded { sayCrowded(clock.now) }
        }
    }

    /// Sees to it that checks are carried out when they are due.
    private func schedule(_ checks: [DueCheck]) {
        var forRounds: [DueCheck] = []
        for check in checks {
            let watch = watches.watch(Int(check.turn.slot), number: check.turn.number)
            if let rounds, rounds.takes(check.check), watch?.isLeftToTasks != true {
                forRounds.append(check)
            } else {
                agenda.add(check.turn, due: check.due, isFirstTurn: check.verdict == .unknown)
            }
        }
        if !forRounds.isEmpty { rounds?.schedule(forRounds) }
    }

    /// Takes in what a probe has found; when its check is due again, if it is still wanted.
    private func take(_ report: CheckReport) -> DueCheck? {
        let slot = Int(report.turn.slot)
        guard let outcome = report.outcome, let watch = watches.watch(slot, number: report.turn.number) else {
            return nil
        }
        let isFirst: Bool
        if watch.check.isOfAgent {
            isFirst = agents[watch.check] == nil
            take(agent: outcome, at: slot)
        } else {
            isFirst = !watch.state.hasSpoken
            take(outcome, at: slot)
        }
        let check = watch.check
        let state = watches.slots[slot]?.state
        var next = check.nextProbe(
            after: report.began, ended: report.ended, finding: outcome, in: state,
            haste: Double.random(in: 0..<1, using: &random))
        // Those that have begun together part.
        if isFirst, check.judgement.fastInterval == nil, case .success = outcome {
            next = max(
                report.began + check.interval * Double.random(in: 0.1..<1, using: &random), report.ended)
        }
        return DueCheck(report.turn, check, due: next, verdict: state?.verdict ?? .unknown)
    }

    /// Publishes what has been lost since it was last done, once for all that came together.
    private func publishLosses() {
        if !hasLost { return }
        hasLost = false
        publish()
    }

    func take(_ outcome: Outcome, at slot: Int) {
        guard let watch = watches.slots[slot] else { return }
        let before = watch.state
        let now = clock.now
        let hasChanged = watches.change(slot) { $0.record(outcome, for: watch.check, at: now) }
        guard let state = watches.slots[slot]?.state else { return }
        if let trouble = state.localTrouble, before.localTrouble != trouble {
            report(Occurrence(.warning, "check of \(watch.check.target)", "could not ask: \(trouble)"))
        }
        if state.hasSpoken, !before.hasSpoken { firstAsked[slot] = nil }
        if hasChanged {
            for name in names(of: slot) {
                report(
                    Occurrence(
                        state.verdict == .up ? .info : .warning, name, "\(state.verdict): \(state.reason)"))
            }
            stateIsSaved = false
            touchAll(of: slot)
            // Who has come up is answered when the pass has put it into the table, and not earlier.
            if state.verdict == .down { hasLost = true }
            wake.yield()
        } else if !before.hasSpoken {
            wake.yield()
        }
    }

    /// The real servers that a check decides about, for the log.
    private func names(of slot: Int) -> [String] {
        guard let watch = watches.slots[slot] else { return [] }
        return watch.services.flatMap { place in
            let service = plan.services[Int(place)]
            var names: [String] = []
            for (member, its) in zip(service.members, index.slotsOfMembers[Int(place)]) where its == slot {
                names.append("\(service.key) → \(member.destination.endpoint)")
            }
            if let fallback = service.fallback, fallback.check == watch.check {
                names.append("\(service.key) → \(fallback.destination.endpoint)")
            }
            return names
        }
    }
}

/// Numbers by chance for intervals, without a system call each: SplitMix64.
struct Chance: RandomNumberGenerator {
    private var state = UInt64.random(in: .min ... .max)

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
