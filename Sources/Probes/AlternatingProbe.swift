internal import Health
internal import Synchronization

/// How far each check of two kinds in turn has come.
final class Turns: Sendable {
    /// More than there are such checks; beyond, all begin anew.
    private static let capacity = 65_536

    private let connections = Mutex<[Check: Int]>([:])

    subscript(check: Check) -> Int {
        get { connections.withLock { $0[check] ?? 0 } }
        set {
            connections.withLock { connections in
                if connections.count >= Self.capacity { connections.removeAll() }
                connections[check] = newValue
            }
        }
    }
}

extension Prober {
    /// Connects, or does the other when it is its turn: after so many connections, after one that failed, and
    /// until it has succeeded.
    func probeAlternating(
        _ check: Check, connections: Int, connectTimeout: Duration, _ method: Check.Method
    ) async throws(ProbeFailure) -> Outcome {
        var part = check
        if turns[check] >= connections {
            part.method = method
            let outcome = await probe(part)
            if case .success = outcome { turns[check] = 0 }
            return outcome
        }
        part.method = .connect
        part.timeout = connectTimeout
        let outcome = await probe(part)
        switch outcome {
        case .success: turns[check] += 1
        case .failure: turns[check] = connections
        case .undecided: break
        }
        return outcome
    }
}
