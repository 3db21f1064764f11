internal import Addresses
internal import Control
internal import DNSWire
internal import Director
internal import Health
internal import Settings
internal import Steering

extension ControlPlan {
    /// What a configuration asks of Control.
    ///
    /// - Parameter hostAddresses: The addresses of this host, which decide where a fallback is checked.
    init(_ settings: Settings, hostAddresses: Set<IPAddress>) {
        let director = settings.director
        self.init(
            services: director.virtualServers.map {
                Service($0, backend: director.backend, hostAddresses: hostAddresses)
            },
            vips: director.allVIPs.map { vip in
                VIP(
                    vip.address, virtualServers: vip.virtualServers,
                    requires: vip.requires == .all ? .all : .any,
                    isServedWhenAllDown: (vip.whenAllDown ?? settings.steering.whenAllDown) == .serveAll,
                    weight: vip.weight)
            },
            repairs: director.repair, vipInterface: director.backend == .none ? nil : director.vipInterface,
            privateMarks: director.privateMarks)

        let steering = settings.steering
        policies = [SteeringPolicy(steering)]
        for (name, own) in steering.names.sorted(by: { $0.key < $1.key }) {
            let policy = SteeringPolicy(steering, own)
            let place = policies.firstIndex(of: policy) ?? policies.count
            if place == policies.count { policies.append(policy) }
            policyOfName[name] = UInt16(clamping: place)
        }
    }
}

extension ControlPlan.Service {
    fileprivate init(_ settings: VirtualServerSettings, backend: BackendKind, hostAddresses: Set<IPAddress>) {
        self.init(
            settings.key, options: settings.options, quorum: settings.quorum, lowQuorum: settings.lowQuorum,
            maximumDown: settings.maximumDown, slowStart: settings.slowStart, isQuiescent: settings.isQuiescent,
            isRemovedOnStop: settings.cleanstop,
            members: settings.realServers.map {
                ControlPlan.Member($0.destination, check: $0.check, agent: $0.agent, written: $0.written)
            },
            fallback: Self.fallback(of: settings, backend: backend, hostAddresses: hostAddresses))
    }

    /// A fallback that the kernel delivers locally is checked at the VIP, which leads there only while it
    /// stands in the table.
    private static func fallback(
        of settings: VirtualServerSettings, backend: BackendKind, hostAddresses: Set<IPAddress>
    ) -> ControlPlan.Member? {
        let fallback =
            backend == .relay ? settings.fallback : settings.fallback(isLocal: hostAddresses.contains)
        guard let fallback else { return nil }
        let isAtVIP = backend != .relay && settings.key == .endpoint(.tcp, fallback.check.target)
        return ControlPlan.Member(fallback.destination, check: fallback.check, isCheckedInTableOnly: isAtVIP)
    }
}

extension SteeringPolicy {
    fileprivate init(_ steering: SteeringSettings, _ own: NamePolicy? = nil) {
        self.init(
            timeToLive: UInt32(clamping: (own?.ttl ?? steering.ttl).components.seconds),
            isSingle: (own?.answers ?? steering.answers) == .single,
            servesAllWhenDown: own?.whenAllDown.map { $0 == .serveAll })
    }
}
