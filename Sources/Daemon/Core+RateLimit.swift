internal import Answering
internal import Control
internal import ControlProtocol
internal import Settings
internal import StreamServer
internal import Telemetry
internal import UDPServer

/// What belongs to limited responses outside of a query's way: the log, and the scale of the limits.
extension Core {
    /// Looks once a second at what the limiter has done.
    func watchRates() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            lookAtRates(at: Int(Timestamp.now.milliseconds / 1000))
        }
    }

    /// Makes the limiter of a configuration the one in use.
    func limitRates(_ settings: RateLimitSettings?) {
        let old = rateLimiter
        rateLimiter = RateLimiter.following(settings, keeping: old)
        if rateLimiter !== old { rateLimitLog = RateLimitLog(isLogOnly: settings?.isLogOnly ?? false) }
    }

    private func lookAtRates(at second: Int) {
        guard let limiter = rateLimiter else { return }
        let (notices, lost) = limiter.takeNotices()
        let now = UInt32(truncatingIfNeeded: second)
        let lines = rateLimitLog.lines(for: notices, lost: lost) {
            limiter.standing(of: $0.account, kind: $0.kind, at: now)
        }
        for line in lines { log.write(line.isWarning ? .warning : .info, "rate-limit", line.text) }
        if limiter.limits.qpsScale > 0 {
            let counters = udpServer.counters + streamServer.counters
            let kinds: [Counter] = [.udp4Queries, .udp6Queries, .tcp4Queries, .tcp6Queries]
            let total = counters.reduce(0) { sum, worker in
                kinds.reduce(sum) { $0 + worker.value(of: $1) }
            }
            limiter.scale(toTotal: queryRate.take(total, at: second, window: limiter.limits.window))
        }
    }
}
