internal import Foundation
internal import Settings
internal import StreamServer

extension StreamLimits {
    /// What a configuration says about TCP.
    init(_ settings: Settings) {
        self.init(
            connections: settings.maximumTCPClients,
            connectionsPerClient: settings.maximumTCPClientsPerAddress,
            initialTimeout: settings.tcpInitialTimeout, idleTimeout: settings.tcpIdleTimeout,
            keepaliveTimeout: settings.tcpKeepaliveTimeout,
            advertisedTimeout: settings.tcpAdvertisedTimeout)
    }
}

/// How many descriptors the process may have, and how many it has.
struct DescriptorBudget {
    var limit: Int
    var inUse: Int

    /// What is left alone for zone files, checks, the control socket, and connections that are on their way in
    /// or out: a quarter, 32 at least and 256 at most.
    private var reserve: Int { min(max(limit / 4, 32), 256) }

    /// Probes that may be under way at a time: half of all descriptors, so that checks that hang leave the rest to
    /// whoever asks. Half of them are for checks that tasks carry out, half for the others.
    var probes: Int { max(limit / 2, 1) }

    /// What the relay may take: half of all descriptors without what is left alone.
    var relay: Int { max(limit / 2 - reserve, 2) }

    /// As it is now; nil if the system doesn't tell.
    static var now: DescriptorBudget? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
            let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        else { return nil }
        return DescriptorBudget(limit: Int(clamping: limit.rlim_cur), inUse: open.count)
    }

    /// So many connections as were asked for, or those for which there are descriptors beside all else.
    ///
    /// - Parameter present: Connections among those in use.
    func connections(_ wanted: Int, present: Int) -> Int {
        min(wanted, max(limit - (inUse - present) - reserve, 1))
    }
}
