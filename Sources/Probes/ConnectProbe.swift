internal import Health

extension Prober {
    /// Opens a TCP connection and closes it.
    func probeConnect(_ check: Check) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        _ = try await askPlainly(check.target, nil, deadline)
        return .success("connected \(deadline.elapsed)")
    }
}
