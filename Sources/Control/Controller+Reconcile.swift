internal import Addresses
internal import Director
internal import Health

extension Controller {
    func reconcileWhenWoken() async {
        for await _ in wakeups {
            let isDecided = hasVerdicts
            let number = planNumber
            let start = clock.now
            await reconcile()
            if isViewHeld, number == planNumber {
                isViewHeld = false
                publish()
            }
            resumePassWaiters()
            // Passes over a large table leave time to all else; what changes meanwhile is one pass then.
            let took = start.duration(to: clock.now)
            if took > Self.shortPass { try? await clock.sleep(for: min(took * 3, Self.longestRest)) }
            // What has become known during a pass is acknowledged in the next one.
            if isDecided {
                concludeStart()
            } else if isSettled {
                wake.yield()
            }
        }
    }

    /// One pass: the table is made what the verdicts want, and the answers follow what was acknowledged.
    private func reconcile() async {
        guard let backend else {
            hasReconciled = true
            let touched = unreconciled
            unreconciled = []
            followFallbacks(of: touched)
            forgetSaved()
            publish()
            return
        }
        let touched: Set<Int>
        let number = planNumber
        do {
            // The table as we left it, unless it is time to look for what others have changed: so a verdict waits
            // neither for the reading of a large table nor for a look at all of it.
            var isAsBelieved = believed != nil && refused.isEmpty && !isPlanNew && !(plan.repairs && isLookDue)
            var actual: Table?
            var troubles: [BackendError] = []
            var unread: [BackendError] = []
            if !isAsBelieved {
                actual = try await read(backend, &unread)
                if backend !== self.backend { return }
                isAsBelieved = actual == nil
            }
            touched = isAsBelieved ? unreconciled : Set(plan.services.indices)
            if isAsBelieved {
                unreconciled = []
                troubles = await bring(believed ?? Table(), only: touched, of: backend)
                if !troubles.isEmpty, unread.isEmpty, backend === self.backend {
                    // Perhaps somebody else has changed the table in the meantime.
                    actual = try await read(backend, &unread)
                }
            }
            if backend !== self.backend { return }
            if let actual {
                if !isAsBelieved {
                    isLookDue = false
                    isPlanNew = false
                    if !hasReconciled { adoptVerdicts(from: actual) }
                }
                unreconciled = []
                refused = [:]
                troubles = await bring(actual, only: nil, of: backend)
                lookedAt = clock.now
                // A very large table is read less often: a second for two thousand destinations.
                lookRest = .milliseconds(actual.entries.values.reduce(0) { $0 + $1.destinations.count } / 2)
            }
            if backend !== self.backend { return }
            // Also without repairs it has to be looked at once more.
            if !unread.isEmpty { isPlanNew = true }
            speak(of: troubles + unread)
        } catch {
            if backend !== self.backend { return }
            plan.services.indices.forEach(lookAgain)
            believed = nil
            isLookDue = true
            // Also without repairs it has to be looked at again, since nothing is known of it now.
            isPlanNew = true
            speak(of: [error])
            hasReconciled = true
            followFallbacks(of: plan.services.indices)
            forgetSaved()
            publish()
            save(force: false)
            return
        }
        hasReconciled = true
        followFallbacks(of: number == planNumber ? touched : Set(plan.services.indices))
        forgetSaved()
        publish()
        save(force: false)
    }

    /// What was saved has had its use: what a later reload adds begins anew.
    private func forgetSaved() {
        savedVerdicts = [:]
        savedAgents = [:]
    }

    /// Reads the table. While that fails, what was last known of it holds for a time: nil then, and what there is to
    /// say.
    private func read(
        _ backend: any Backend, _ unread: inout [BackendError]
    ) async throws(BackendError) -> Table? {
        do throws(BackendError) {
            let table = try await backend.table()
            unreadableSince = nil
            return table
        } catch {
            let since = unreadableSince ?? clock.now
            unreadableSince = since
            guard backend === self.backend, believed != nil,
                since.duration(to: clock.now) < Self.beliefHolds
            else { throw error }
            unread.append(
                BackendError(
                    "\(error); what was last known of it holds for \(Self.beliefHolds.components.seconds) s"))
            return nil
        }
    }

    /// Makes the table, or some virtual servers in it, what it should be; what the backend would not do.
    private func bring(
        _ actual: Table, only places: Set<Int>?, of backend: any Backend
    ) async -> [BackendError] {
        let now = clock.now
        let (part, desired) = desiredTable(from: actual, only: places)
        if places == nil { noteForeignChanges(in: actual) }
        let steps = stepsToTake(from: part, to: desired, owned: places == nil ? owned : [], at: now)
        let before = owned
        if steps.isEmpty {
            if places == nil {
                believe(actual)
                owned.formIntersection(Set(desired.entries.keys).union(actual.entries.keys))
            }
            owned.formUnion(desired.entries.keys)
            if owned != before { stateIsSaved = false }
            refused = [:]
            return []
        }
        owned.formUnion(desired.entries.keys)
        if owned != before {
            // Known to be ours before it is made, so that even a crash in between leaves nothing behind.
            stateIsSaved = false
            save(force: true)
            await awaitDisk()
            if backend !== self.backend { return [] }
        }
        let results = await backend.apply(steps)
        // Another carries the packets by now; of what it holds nothing is known here.
        if backend !== self.backend { return [] }
        var troubles: [BackendError] = []
        refused = [:]
        if places == nil { believe(actual) }
        var unmade: Set<VirtualServerKey> = []
        for (step, trouble) in zip(steps, results) {
            if let trouble {
                refuse(step)
                // That nothing can be put into what could not be made goes without saying.
                if !unmade.contains(step.key) { troubles.append(trouble) }
                if case .addService = step { unmade.insert(step.key) }
            } else {
                believed?.take(step)
                if case .deleteService(let key) = step { owned.remove(key) }
            }
            if let place = index.serviceOfKey[step.key] { lookAgain(place) }
        }
        stateIsSaved = false
        return troubles
    }

    /// Takes a table for what the backend holds.
    private func believe(_ table: Table) {
        for (place, service) in plan.services.enumerated() where believed?[service.key] != table[service.key] {
            lookAgain(place)
        }
        believed = table
    }

    /// Notes that a virtual server's entry is another, on which answers depend.
    private func lookAgain(_ place: Int) {
        stale.insert(place)
        unpublished.insert(place)
    }

    /// The steps to the desired table, without those that only feed a quarrel; nothing is put into a
    /// virtual server that is not put back.
    private func stepsToTake(
        from actual: Table, to desired: Table, owned: Set<VirtualServerKey>, at now: ContinuousClock.Instant
    ) -> [Change] {
        var absent: Set<VirtualServerKey> = []
        let steps = Plan.changes(from: actual, to: desired, owned: owned).filter { step in
            if limiter.holds(step, at: now) {
                if case .addService(let key, _) = step { absent.insert(key) }
                return false
            }
            return !absent.contains(step.key)
        }
        for step in steps { limiter.take(step, at: now) }
        return steps
    }

    /// The entries that these virtual servers (nil: all) should have, and those that they have.
    private func desiredTable(from actual: Table, only places: Set<Int>?) -> (actual: Table, desired: Table) {
        var desired = places == nil ? privateTable : Table()
        var part = Table()
        for place in places ?? Set(plan.services.indices) {
            let server = virtualServer(place)
            desired[server.key] = server.desiredEntry(
                actual: actual[server.key], refused: refused[server.key] ?? [])
            if places != nil { part[server.key] = actual[server.key] }
        }
        return (places == nil ? actual : part, desired)
    }

    private func refuse(_ step: Change) {
        switch step {
        case .addDestination(let key, let destination), .editDestination(let key, let destination):
            refused[key, default: []].insert(destination.endpoint)
        default: break
        }
    }

    /// Says what somebody else has changed in our virtual servers since the last pass.
    private func noteForeignChanges(in actual: Table) {
        guard plan.repairs, let believed else { return }
        let ours = Table(believed.entries.filter { owned.contains($0.key) })
        let now = clock.now
        for step in Plan.changes(from: actual, to: ours, owned: []) {
            switch limiter.note(step, at: now) {
            case .keepQuiet: break
            case .repair:
                report(
                    Occurrence(.warning, "\(step.key)", "changed by somebody else, repairing: \(step.words)"))
            case .accuse:
                let text =
                    "changed by somebody else again and again: another controller (ldirectord, "
                    + "keepalived) probably works on this table; repairing every 30 s only: \(step.words)"
                report(Occurrence(.error, "\(step.key)", text))
            }
        }
    }

    /// Says what the backend would not do, once, and when it is over.
    private func speak(of troubles: [BackendError]) {
        let texts = Set(troubles.map { $0.description + ($0.hint.map { "; \($0)" } ?? "") })
        for text in texts.subtracting(backendTroubles).sorted() { report(Occurrence(.error, "table", text)) }
        if texts.isEmpty, !backendTroubles.isEmpty {
            report(Occurrence(.info, "table", "is as it should be again"))
        }
        backendTroubles = texts
    }
}

extension Table {
    /// The table after a step.
    fileprivate mutating func take(_ step: Change) {
        switch step {
        case .addService(let key, let options): entries[key] = TableEntry(options)
        case .editService(let key, let options): entries[key]?.options = options
        case .deleteService(let key): entries[key] = nil
        case .addDestination(let key, let destination), .editDestination(let key, let destination):
            entries[key]?.destinations[destination.endpoint] = destination
        case .deleteDestination(let key, let endpoint): entries[key]?.destinations[endpoint] = nil
        }
    }
}

extension Change {
    /// The step in words.
    fileprivate var words: String {
        switch self {
        case .addService: "add the virtual server"
        case .editService(_, let options): "set its scheduler (\(options.scheduler)) and options"
        case .deleteService: "remove the virtual server"
        case .addDestination(_, let destination): "add \(destination.endpoint)"
        case .editDestination(_, let destination): "set \(destination.endpoint) to weight \(destination.weight)"
        case .deleteDestination(_, let endpoint): "remove \(endpoint)"
        }
    }
}
