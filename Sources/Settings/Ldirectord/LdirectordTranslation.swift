import Addresses
import Diagnostics
import Director
import Health

/// Makes virtual servers of what an ldirectord.cf says.
struct LdirectordTranslation {
    /// Addresses that one range may stand for.
    static let maximumRange = 4096

    let file: LdirectordFile
    let reading: Reading
    private let names: LdirectordNames

    static func virtualServers(_ file: LdirectordFile, reading: Reading) -> [VirtualServerDraft] {
        let translation = LdirectordTranslation(
            file: file, reading: reading, names: LdirectordNames(file, reading: reading))
        return file.virtuals.compactMap { translation.virtualServer($0) }
    }

    private func virtualServer(_ virtual: LdirectordFile.Virtual) -> VirtualServerDraft? {
        guard let (key, transport) = key(virtual) else { return nil }
        var draft = VirtualServerDraft(key: key, place: virtual.place)
        draft.isFromLdirectord = true
        draft.isQuiescent = (virtual.common.isQuiescent ?? file.common.isQuiescent)?.value ?? false
        draft.cleanstop = (virtual.common.cleanstop ?? file.common.cleanstop)?.value ?? true
        if let scheduler = virtual.scheduler { draft.scheduler = (scheduler.value, scheduler.place) }
        draft.schedulerFlags = virtual.schedulerFlags?.value.map { ($0.value, $0.place) } ?? []
        if let persistent = virtual.persistent {
            draft.persistence = .init(timeout: UInt32(persistent.value), place: persistent.place)
        }
        if let netmask = virtual.netmask, let length = Netmask.length(netmask.value, virtual.family) {
            draft.netmask = (length, netmask.place)
        }
        // ldirectord asks for one-packet scheduling of UDP only, whatever is written.
        if let onePacket = virtual.onePacket, onePacket.value {
            if transport == .udp {
                draft.onePacket = onePacket.place
            } else {
                reading.warning("'ops' has an effect on UDP only", at: onePacket.place)
            }
        }
        let checks = LdirectordChecks(virtual, file, reading: reading, key: key)
        draft.check = checks.check()
        for real in virtual.reals {
            draft.realServers += realServers(real, virtual, transport, draft.check, checks)
        }
        draft.realServers = withoutRepeated(draft.realServers, draft)
        draft.fallback = fallback(virtual, transport, checks)
        draft.reactions = reactions(virtual)
        return draft
    }

    private func key(_ virtual: LdirectordFile.Virtual) -> (VirtualServerKey, TransportProtocol)? {
        switch virtual.target {
        case .mark(let mark):
            if let transport = virtual.transport, transport.value != .fwm {
                reading.error("the protocol of a firewall mark must be fwm", at: transport.place)
            }
            return (.firewallMark(mark, virtual.family), .tcp)
        case .endpoint(let host, let port):
            if let transport = virtual.transport, transport.value == .fwm {
                reading.error("the protocol of an address and port must be tcp or udp", at: transport.place)
            }
            let isDomain = port.value == "53" || port.value == "domain"
            let name = virtual.transport?.value ?? (isDomain ? .udp : .tcp)
            let transport: TransportProtocol = name == .udp ? .udp : .tcp
            guard let address = names.address(host, virtual.family), let number = names.port(port, transport)
            else { return nil }
            return (.endpoint(transport, Endpoint(address, port: number)), transport)
        }
    }

    // MARK: Real servers

    private func realServers(
        _ real: LdirectordFile.Real, _ virtual: LdirectordFile.Virtual, _ transport: TransportProtocol,
        _ base: CheckDraft?, _ checks: LdirectordChecks
    ) -> [VirtualServerDraft.RealServer] {
        guard let first = names.address(real.host, virtual.family) else { return [] }
        var port: UInt16?
        if let name = real.port {
            guard let number = names.port(name, transport) else { return [] }
            // Port 0 is what ldirectord itself takes where none is written.
            port = number == 0 ? nil : number
        }
        var server = VirtualServerDraft.RealServer(
            address: first, port: port, forwarding: real.forwarding, weight: Int32(real.weight),
            upperThreshold: UInt32(real.upperThreshold), lowerThreshold: UInt32(real.lowerThreshold),
            check: check(real, base), place: real.place)
        if port == nil, server.check?.port == nil { server.check?.port = checks.servicePort }
        guard let lastHost = real.lastHost else { return [server] }
        guard let last = names.address(lastHost, virtual.family) else { return [] }
        guard case .v4(let from) = first, case .v4(let to) = last else {
            reading.error("a range of IPv6 addresses can't be written", at: real.place)
            return []
        }
        guard from <= to else {
            reading.error("the range goes from \(from) down to \(to)", at: real.place)
            return []
        }
        guard to.rawValue - from.rawValue < Self.maximumRange else {
            reading.error("a range has \(Self.maximumRange) addresses at most", at: real.place)
            return []
        }
        return (from.rawValue...to.rawValue).map { number in
            server.address = .v4(IPv4Address(rawValue: number))
            return server
        }
    }

    /// Those that stand at different places of the table; of several at one, that which stays there with ldirectord: it
    /// changes an entry that it finds by the port that is written, and can't add a second one.
    private func withoutRepeated(
        _ servers: [VirtualServerDraft.RealServer], _ draft: VirtualServerDraft
    ) -> [VirtualServerDraft.RealServer] {
        var kept: [VirtualServerDraft.RealServer] = []
        var indices: [Endpoint: Int] = [:]
        var told: Set<[SourcePosition]> = []
        for server in servers {
            let endpoint = draft.endpoint(of: server)
            guard let index = indices[endpoint] else {
                indices[endpoint] = kept.count
                kept.append(server)
                continue
            }
            let counts = (server.port ?? 0) == endpoint.port
            let first = kept[index].place.position
            if counts { kept[index] = server }
            // Ranges may have thousands in common.
            guard told.insert([server.place.position, first]).inserted else { continue }
            reading.warning(
                "the real server \(endpoint) is written twice: \(counts ? "this one" : "the first one") counts",
                at: server.place, notes: [Diagnostic.Note("first written here", at: first)])
        }
        return kept
    }

    /// The virtual server's check, with the request and what to receive that a real server has of its own.
    private func check(_ real: LdirectordFile.Real, _ base: CheckDraft?) -> CheckDraft? {
        guard var check = base, let request = real.request, let receive = real.receive else { return base }
        switch check.kind {
        case .http, .https: check.path = LdirectordChecks.path(request, reading) ?? check.path
        case .httpProxy: check.conversation.request = LdirectordChecks.url(request, reading) ?? ""
        default: check.conversation.request = LdirectordChecks.request(request.value, for: check.kind)
        }
        check.match = LdirectordChecks.pattern(receive, reading)
        return check
    }

    private func fallback(
        _ virtual: LdirectordFile.Virtual, _ transport: TransportProtocol, _ checks: LdirectordChecks
    ) -> VirtualServerDraft.RealServer? {
        let written =
            virtual.family == .v4
            ? virtual.common.fallback ?? file.common.fallback
            : virtual.common.fallback6 ?? file.common.fallback6
        guard let fallback = written, let address = names.address(fallback.value.host, virtual.family) else {
            return nil
        }
        var port: UInt16?
        if let name = fallback.value.port {
            guard let number = names.port(name, transport) else { return nil }
            port = number == 0 ? nil : number
        }
        return VirtualServerDraft.RealServer(
            address: address, port: port, forwarding: fallback.value.forwarding,
            check: checks.fallbackCheck(hasPort: port != nil), place: fallback.place)
    }
}

extension VirtualServerKey {
    /// The port; 0 for a firewall mark.
    var port: UInt16 {
        if case .endpoint(_, let endpoint) = self { endpoint.port } else { 0 }
    }
}
