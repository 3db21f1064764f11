internal import Addresses
internal import Director
internal import Health

extension Controller {
    func reconcileWhenWoken() async {
        for await _ in wakeups {
            let isDecided = hasVerdicts
            let number = planNumber
            await reconcile()
            if isViewHeld, number == planNumber {
                isViewHeld = false
                publish()
            }
            resumePassWaiters()
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
            followChecks()
            savedVerdicts = [:]
            publish()
            return
        }
        do {
            let actual = try await lookAtTable(of: backend)
            if backend !== self.backend { return }
            if !hasReconciled { adoptVerdicts(from: actual) }
            let isAsBelieved = !isLookDue
            isLookDue = false
            var troubles = await bring(actual, of: backend)
            if isAsBelieved, !troubles.isEmpty, backend === self.backend {
                // Perhaps only since somebody else has changed the table in the meantime.
                let actual = try await backend.table()
                if backend !== self.backend { return }
                refused = [:]
                troubles = await bring(actual, of: backend)
            }
            speak(of: troubles)
        } catch {
            if backend !== self.backend { return }
            believed = Table()
            isLookDue = true
            speak(of: [error])
        }
        hasReconciled = true
        followChecks()
        savedVerdicts = [:]
        publish()
        save(force: false)
    }

    /// The table as it is, where it is time to look for what others have changed; else as we left it,
    /// so that a verdict does not wait for the reading of a large table.
    private func lookAtTable(of backend: any Backend) async throws(BackendError) -> Table {
        if let believed, refused.isEmpty, !plan.repairs || !isLookDue { return believed }
        isLookDue = true
        return try await backend.table()
    }

    /// Makes the table what it should be; what the backend would not do.
    private func bring(_ actual: Table, of backend: any Backend) async -> [BackendError] {
        let now = clock.now
        let desired = desiredTable(from: actual)
        noteForeignChanges(in: actual)
        let steps = stepsToTake(from: actual, to: desired, at: now)
        if steps.isEmpty {
            believed = actual
            let before = owned
            owned.formIntersection(Set(desired.entries.keys).union(actual.entries.keys))
            owned.formUnion(desired.entries.keys)
            if owned != before { stateIsSaved = false }
            refused = [:]
            return []
        }
        let before = owned
        owned.formUnion(desired.entries.keys)
        if owned != before {
            // Known to be ours before it is made, so that even a crash in between leaves nothing behind.
            stateIsSaved = false
            save(force: true)
        }
        var troubles: [BackendError] = []
        let results = await backend.apply(steps)
        // Another carries the packets by now; of what it holds nothing is known here.
        if backend !== self.backend { return [] }
        var table = actual
        refused = [:]
        var unmade: Set<VirtualServerKey> = []
        for (step, trouble) in zip(steps, results) {
            if let trouble {
                refuse(step)
                // That nothing can be put into what could not be made goes without saying.
                if !unmade.contains(step.key) { troubles.append(trouble) }
                if case .addService = step { unmade.insert(step.key) }
            } else {
                table.take(step)
                if case .deleteService(let key) = step { owned.remove(key) }
            }
        }
        believed = table
        stateIsSaved = false
        return troubles
    }

    /// The steps to the desired table, without those that only feed a quarrel; nothing is put into a
    /// virtual server that is not put back.
    private func stepsToTake(
        from actual: Table, to desired: Table, at now: ContinuousClock.Instant
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

    private func desiredTable(from actual: Table) -> Table {
        var desired = Table()
        for server in virtualServers {
            desired[server.key] = server.desiredEntry(
                actual: actual[server.key], refused: refused[server.key] ?? [])
        }
        return desired
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
                    "changed by somebody else for the third time in a minute: another controller (ldirectord, "
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
