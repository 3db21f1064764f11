internal import Health

extension Prober {
    /// Runs a program; its exit status is 0 if the real server is up.
    func probeExternal(_ check: Check, _ external: ExternalCheck) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        switch await Program(external.command, external.arguments).run(within: check.timeout) {
        case .exited(0): return .success("\(external.command) ended with 0 \(deadline.elapsed)")
        case .exited(127): throw ProbeFailure("\(external.command) ended with 127: a command was not found")
        case .exited(let status): throw ProbeFailure("\(external.command) ended with \(status)")
        case .timedOut: throw ProbeFailure("\(external.command) did not end within \(check.timeout.words)")
        case .failed(let reason): throw ProbeFailure("\(external.command): \(reason)")
        case .prevented(let reason): throw ProbeFailure(undecided: "\(external.command): \(reason)")
        case .cancelled: throw ProbeFailure(undecided: "cancelled")
        }
    }
}
