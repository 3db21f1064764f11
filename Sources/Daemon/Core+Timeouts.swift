internal import Control
internal import Director
internal import IPVS
internal import Settings

/// How long the kernel keeps connections.
extension Core {
    /// Sees to it, as long as the daemon runs, that the kernel's timeouts are the configured ones: they are gone with
    /// its module, and anybody may change them.
    func keepTimeouts() async throws {
        while true {
            await setTimeouts()
            try await Task.sleep(for: .seconds(5))
        }
    }

    /// Sets the kernel's timeouts where they are not as configured.
    func setTimeouts() async {
        let wanted = configuration.settings.director.timeouts
        guard let kernel = backend as? KernelTable, !wanted.isEmpty else { return timeoutTrouble = nil }
        do throws(BackendError) {
            let actual = try await kernel.timeouts()
            if let change = actual.change(to: wanted) {
                try await kernel.set(change)
                tell(
                    Occurrence(.info, "table", "timeouts were \(actual), set to \(try await kernel.timeouts())")
                )
            }
            timeoutTrouble = nil
        } catch {
            if timeoutTrouble != error.description { tell(Occurrence(.error, "table", error.description)) }
            timeoutTrouble = error.description
        }
    }
}

extension ConnectionTimeouts {
    /// What has to be set so that the times are as wanted, 0 for what is so; nil if all are.
    func change(to wanted: TimeoutSettings) -> ConnectionTimeouts? {
        func differing(_ actual: UInt32, _ wanted: UInt32?) -> UInt32 {
            guard let wanted, wanted != actual else { return 0 }
            return wanted
        }
        let change = ConnectionTimeouts(
            tcp: differing(tcp, wanted.tcp), tcpFin: differing(tcpFin, wanted.tcpFin),
            udp: differing(udp, wanted.udp))
        return change == ConnectionTimeouts() ? nil : change
    }
}
