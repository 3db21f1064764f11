public import Health
public import NIOCore
internal import NIOSSL

/// Carries out checks: one probe is one connection (one per redirect followed), never pooled, never
/// tried a second time, and over when the check's timeout is, whatever the real server does.
///
/// A probe judges nothing: it says what it found. Cancelling the task that awaits it closes the
/// connection at once.
public struct Prober: Sendable {
    let group: any EventLoopGroup
    let tls: Result<NIOSSLContext, any Error>
    let http2: Result<NIOSSLContext, any Error>
    let tlsContexts = TLSContextCache()
    let patterns = PatternCache()
    let turns = Turns()
    let pinger = Pinger()

    /// A prober whose connections live on these event loops.
    public init(group: any EventLoopGroup) {
        self.group = group
        tls = Result { try TLSClient.context() }
        http2 = Result { try TLSClient.context(protocols: ["h2"]) }
    }

    /// Carries out a check once.
    @concurrent
    public func probe(_ check: Check) async -> Outcome {
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
        case .external(let external): try await probeExternal(check, external)
        case .alternating(let connections, let connectTimeout, let method):
            try await probeAlternating(check, connections: connections, connectTimeout: connectTimeout, method)
        }
    }
}
