public import Health
public import NIOCore

/// Carries out checks: one probe is one connection (one per redirect followed), never pooled, never
/// tried a second time, and over when the check's timeout is, whatever the real server does.
///
/// A probe judges nothing: it says what it found. Cancelling the task that awaits it closes the
/// connection at once.
public struct Prober: Sendable {
    let group: any EventLoopGroup
    let tlsContexts = TLSContextCache()
    let patterns = PatternCache()
    let turns = Turns()
    let pinger = Pinger()
    private let certificates: (@Sendable (_ check: Check, _ end: Int64) -> Void)?

    /// A prober whose connections live on these event loops.
    ///
    /// - Parameter certificates: Is told when the certificates end, in seconds since 1970, that a check was shown.
    public init(
        group: any EventLoopGroup,
        certificates: (@Sendable (_ check: Check, _ end: Int64) -> Void)? = nil
    ) {
        self.group = group
        self.certificates = certificates
    }

    /// Carries out a check once.
    @concurrent
    public func probe(_ check: Check) async -> Outcome {
        // The checks of a group tell it to the group's.
        guard let certificates, ShownCertificates.ofTask == nil, check.method.mayShowCertificates else {
            return await outcome(of: check)
        }
        let shown = ShownCertificates()
        let outcome = await ShownCertificates.$ofTask.withValue(shown) { await self.outcome(of: check) }
        if let end = shown.end { certificates(check, end) }
        return outcome
    }

    private func outcome(of check: Check) async -> Outcome {
        do throws(ProbeFailure) {
            guard let path = check.path else { return try await carryOut(check) }
            return try await probe(check, by: path) { () throws(ProbeFailure) in try await carryOut(check) }
        } catch {
            return error.outcome
        }
    }

    private func carryOut(_ check: Check) async throws(ProbeFailure) -> Outcome {
        switch check.method {
        case .constant(true): .success("always up")
        case .constant(false): .failure("always down")
        case .connect: try await probeConnect(check)
        case .http(let http): try await probeHTTP(check, http)
        case .service(let service): try await probeService(check, service)
        case .exchange(let exchange): try await probeExchange(check, exchange)
        case .grpc(let grpc): try await probeGRPC(check, grpc)
        case .group(let group): try await probeGroup(check, group)
        case .ping(let attempts): try await probePing(check, attempts: attempts)
        case .agent(let text): try await probeAgent(check, sending: text)
        case .external(let external): try await probeExternal(check, external)
        case .alternating(let connections, let connectTimeout, let method):
            try await probeAlternating(check, connections: connections, connectTimeout: connectTimeout, method)
        }
    }
}
