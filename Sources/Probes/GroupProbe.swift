internal import Addresses
internal import Health

extension Prober {
    /// Carries out several checks at once. What local trouble prevents decides nothing, unless the others do.
    func probeGroup(_ check: Check, _ group: CheckGroup) async throws(ProbeFailure) -> Outcome {
        let outcomes = await withTaskGroup(of: (Int, Outcome).self) { tasks in
            for (place, part) in group.parts.enumerated() {
                let own = Check(
                    part.method, target: Endpoint(check.target.address, port: part.port), timeout: part.timeout)
                tasks.addTask { (place, await probe(own)) }
            }
            var outcomes: [(Int, Outcome)] = []
            for await outcome in tasks {
                outcomes.append(outcome)
                // Who has decided it need not be waited for by the others.
                switch outcome.1 {
                case .failure where group.needsAll, .success where !group.needsAll: tasks.cancelAll()
                default: break
                }
            }
            return outcomes
        }
        var successes: [String] = []
        for (_, outcome) in outcomes.sorted(by: { $0.0 < $1.0 }) {
            switch outcome {
            case .success(let words):
                if !group.needsAll { return outcome }
                successes.append(words)
            case .failure: if group.needsAll { return outcome }
            case .undecided: break
            }
        }
        if successes.count == outcomes.count { return .success(successes.joined(separator: "; ")) }
        let undecided = outcomes.lazy.map(\.1).first { if case .undecided = $0 { true } else { false } }
        if let undecided { return undecided }
        let reasons = outcomes.sorted { $0.0 < $1.0 }.compactMap { outcome in
            if case .failure(let words) = outcome.1 { words } else { nil }
        }
        throw ProbeFailure(reasons.joined(separator: "; "))
    }
}
