import Addresses
import Diagnostics
import Director

/// Judges what is written about virtual servers, once all of it is known, and makes settings of it.
struct DirectorJudge {
    let reading: Reading
    let backend: BackendKind
    private(set) var places: [VirtualServerKey: Place] = [:]

    init(_ reading: Reading, backend: BackendKind) {
        self.reading = reading
        self.backend = backend
    }

    /// The settings of a whole block; those of ldirectord.cf are among the draft's virtual servers by now.
    static func settings(of draft: DirectorDraft, reading: Reading) -> DirectorSettings {
        var settings = draft.settings
        settings.backend = draft.backend?.kind ?? (draft.virtualServers.isEmpty ? .none : .ipvs)
        var judge = DirectorJudge(reading, backend: settings.backend)
        for server in draft.virtualServers {
            settings.virtualServers.append(judge.virtualServer(server, cleanstop: settings.cleanstop))
        }
        settings.vips = judge.vips(draft.vips)
        judge.judgeKernel(draft, settings)
        return settings
    }

    private mutating func virtualServer(_ draft: VirtualServerDraft, cleanstop: Bool) -> VirtualServerSettings {
        if let other = places[draft.key] {
            reading.error(
                "the virtual server '\(draft.key)' is written twice", at: draft.place,
                notes: [Diagnostic.Note("first written here", at: other.position)])
        } else {
            places[draft.key] = draft.place
        }
        judgeKey(draft)
        var judge = RealServerJudge(reading, backend: backend, server: draft)
        let realServers = draft.realServers.compactMap { judge.realServer($0) }
        let fallback = draft.fallback.flatMap { judge.fallback($0) }
        if draft.quorum.count > max(draft.realServers.count, 1), let place = draft.quorum.place {
            let count = draft.realServers.count
            reading.warning(
                "a quorum of \(draft.quorum.count) is never reached with \(count) real server\(count == 1 ? "" : "s")",
                at: place)
        }
        // A mistake may be what it hasn't them for.
        if draft.realServers.isEmpty, !reading.hasErrors {
            reading.warning("this virtual server has no real server", at: draft.place)
        }
        PoolReader.judge(draft, reading)
        var settings = VirtualServerSettings(
            key: draft.key, options: options(draft), quorum: draft.quorum.count,
            lowQuorum: draft.pool.lowQuorum,
            maximumDown: draft.pool.maximumDown, slowStart: draft.pool.slowStart?.span,
            isQuiescent: draft.isQuiescent,
            cleanstop: draft.cleanstop ?? cleanstop, realServers: realServers, fallback: fallback,
            position: draft.place.position)
        settings.reactions = draft.reactions
        return settings
    }

    private func judgeKey(_ draft: VirtualServerDraft) {
        switch draft.key {
        case .firewallMark:
            if backend == .relay {
                reading.error(
                    "a firewall mark needs the kernel: 'backend relay' can't carry it", at: draft.place,
                    hint: "write the addresses and ports that are marked, or 'backend ipvs'")
            }
        case .endpoint(let transport, let endpoint):
            if backend == .relay, transport == .sctp {
                reading.error("'backend relay' carries TCP and UDP only", at: draft.place)
            }
            if endpoint.address.isAny { reading.error("a virtual server needs an address", at: draft.place) }
            if endpoint.port == 0 {
                if backend == .relay {
                    reading.error("'backend relay' can't carry every port", at: draft.place)
                } else if draft.persistence == nil {
                    reading.error("port 0, which is every port, needs persistence", at: draft.place)
                }
            }
        }
    }

    // MARK: Options

    private func options(_ draft: VirtualServerDraft) -> ServiceOptions {
        judgeScheduler(draft)
        var options = ServiceOptions(
            scheduler: draft.scheduler.name, flags: schedulerFlags(draft), family: draft.key.family)
        if let persistence = draft.persistence {
            options.flags.insert(.persistent)
            options.timeout = persistence.timeout
            options.netmaskLength = draft.netmask?.length ?? options.netmaskLength
        } else if let netmask = draft.netmask {
            reading.warning("a netmask has no effect without persistence", at: netmask.place)
        }
        if let place = draft.onePacket {
            if case .endpoint(let transport, _) = draft.key, transport != .udp {
                reading.error("one-packet scheduling is for UDP only", at: place)
            }
            options.flags.insert(.onePacket)
        }
        if let engine = draft.persistenceEngine {
            if draft.persistence == nil {
                reading.error("a persistence engine needs persistence", at: engine.place)
            } else if engine.name != "sip" {
                reading.error(
                    "unknown persistence engine '\(engine.name)'", at: engine.place, hint: "Linux has 'sip'")
            }
            options.persistenceEngine = engine.name
        }
        return options
    }

    private func judgeScheduler(_ draft: VirtualServerDraft) {
        let name = draft.scheduler.name
        let place = draft.scheduler.place ?? draft.place
        let hint = suggestion(for: name, among: ServiceOptions.schedulerNames).map { "did you mean '\($0)'?" }
        if !ServiceOptions.schedulerNames.contains(name) {
            if draft.isFromLdirectord && backend != .relay {
                reading.warning("Linux has no scheduler '\(name)' that we know of", at: place, hint: hint)
            } else {
                reading.error(
                    "unknown scheduler '\(name)'", at: place,
                    hint: hint ?? "there are \(list(ServiceOptions.schedulerNames))")
            }
        }
    }

    private func schedulerFlags(_ draft: VirtualServerDraft) -> ServiceFlags {
        var flags: ServiceFlags = []
        for (name, place) in draft.schedulerFlags {
            let parts = name.split(separator: "-", maxSplits: 1)
            switch name {
            case "flag-1": flags.insert(.scheduler1)
            case "flag-2": flags.insert(.scheduler2)
            case "flag-3": flags.insert(.scheduler3)
            case "sh-fallback", "mh-fallback": flags.insert(.scheduler1)
            case "sh-port", "mh-port": flags.insert(.scheduler2)
            default:
                let known = ["flag-1", "flag-2", "flag-3", "sh-fallback", "sh-port", "mh-fallback", "mh-port"]
                reading.error(
                    "unknown scheduler flag '\(name)'", at: place,
                    hint: suggestion(for: name, among: known).map { "did you mean '\($0)'?" }
                        ?? "the flags are \(list(known))")
                continue
            }
            if parts[0] != "flag", parts[0] != draft.scheduler.name {
                reading.error("'\(name)' is a flag of the scheduler '\(parts[0])'", at: place)
            }
        }
        return flags
    }

    // MARK: VIPs

    private func vips(_ drafts: [DirectorDraft.VIP]) -> [VIPSettings] {
        var first: [IPAddress: Place] = [:]
        return drafts.map { draft in
            var vip = draft.settings
            if let other = first[vip.address] {
                reading.error(
                    "the VIP \(vip.address) is written twice", at: draft.place,
                    notes: [Diagnostic.Note("first written here", at: other.position)])
            }
            first[vip.address] = first[vip.address] ?? draft.place
            for (key, place) in draft.members {
                if places[key] == nil {
                    let names = places.keys.sorted().map(\.description)
                    reading.error(
                        "there is no virtual server '\(key)'", at: place,
                        hint: suggestion(for: key.description, among: names).map { "did you mean '\($0)'?" })
                } else if vip.virtualServers.contains(key) {
                    reading.error("the virtual server '\(key)' is named twice", at: place)
                } else {
                    vip.virtualServers.append(key)
                }
            }
            if draft.members.isEmpty, !places.keys.contains(where: { $0.vip == vip.address }) {
                reading.error("no virtual server has the address \(vip.address)", at: draft.place)
            }
            return vip
        }
    }
}
