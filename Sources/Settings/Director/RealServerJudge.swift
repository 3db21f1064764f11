import Addresses
import Diagnostics
import Director
import Health

/// Judges the real servers of one virtual server, and makes entries of a table of them.
struct RealServerJudge {
    let reading: Reading
    let backend: BackendKind
    private let server: VirtualServerDraft
    private var places: [Endpoint: Place] = [:]
    private var lastCheck: Check?

    init(_ reading: Reading, backend: BackendKind, server: VirtualServerDraft) {
        self.reading = reading
        self.backend = backend
        self.server = server
    }

    var vip: Endpoint? {
        if case .endpoint(_, let endpoint) = server.key { endpoint } else { nil }
    }

    /// Whether a TCP connection tells anything of a real server.
    private var isTCP: Bool {
        switch server.key {
        case .endpoint(let transport, _): transport == .tcp
        case .firewallMark: true
        }
    }

    mutating func realServer(_ draft: VirtualServerDraft.RealServer) -> RealServerSettings? {
        let destination = destination(draft)
        remember(destination.endpoint, draft.place)
        if draft.lowerThreshold > draft.upperThreshold {
            reading.error(
                "the lower threshold \(draft.lowerThreshold) is above the upper one, \(draft.upperThreshold)",
                at: draft.place)
        }
        guard let check = draft.check ?? server.check ?? defaultCheck(draft.place) else { return nil }
        if let vip, let port = draft.port, draft.forwarding != .masq, port != vip.port {
            reading.warning(
                "\(draft.forwarding) leaves the port as it is: packets go to port \(vip.port), not \(port)",
                at: draft.place, hint: check.port == nil ? "the check alone goes to port \(port)" : nil)
        }
        guard var target = target(check, draft, destination) else { return nil }
        if let place = check.throughVIP { goThroughVIP(&target, check, destination, at: place) }
        target = target.sharingTerms(with: lastCheck)
        lastCheck = target
        return RealServerSettings(
            destination: destination, check: target, agent: (draft.agent ?? server.agent)?.check(draft.address),
            written: draft.port.map { Endpoint(draft.address, port: $0) }, position: draft.place.position)
    }

    mutating func fallback(_ draft: VirtualServerDraft.RealServer) -> RealServerSettings? {
        let destination = destination(draft)
        if server.isFromLdirectord, places[destination.endpoint] != nil {
            // As in ldirectord's own sample.
            reading.warning(
                "the fallback \(destination.endpoint) is one of the real servers: it is left out",
                at: draft.place)
            return nil
        }
        remember(destination.endpoint, draft.place)
        let timing = server.check ?? CheckDraft(kind: .connect)
        var check =
            draft.check
            ?? CheckDraft(
                kind: .connect, interval: timing.interval, timeout: timing.timeout, rise: timing.rise,
                fall: timing.fall)
        if draft.check == nil, !isTCP {
            // What a datagram would be answered with is not known.
            check.kind = .ping
        }
        guard var target = target(check, draft, destination) else { return nil }
        if let place = check.throughVIP {
            reading.error("a fallback can't be checked through the VIP", at: place)
        }
        if let vip, isDeliveredLocally(draft) {
            if let port = draft.port, port != vip.port {
                reading.warning(
                    "this fallback is on the director itself: \(draft.forwarding) delivers to port \(vip.port) there, "
                        + "not \(port)", at: draft.place,
                    hint: "'forward masq' to an address of an interface changes the port")
            }
            target.target = Endpoint(vip.address, port: check.kind.hasPort ? check.port ?? vip.port : 0)
        } else if let vip, let port = draft.port, draft.forwarding != .masq, port != vip.port {
            reading.warning(
                "\(draft.forwarding) leaves the port as it is: packets go to port \(vip.port), not \(port)",
                at: draft.place)
        }
        return RealServerSettings(destination: destination, check: target, position: draft.place.position)
    }

    /// Whether the kernel hands packets to a socket of the director, at the VIP and its port. What other addresses
    /// the director has is for those to say who can look.
    private func isDeliveredLocally(_ draft: VirtualServerDraft.RealServer) -> Bool {
        backend != .relay && draft.forwarding != .masq
            && (draft.address.isLoopback || draft.address == vip?.address)
    }

    /// The entry as a backend keeps it.
    private func destination(_ draft: VirtualServerDraft.RealServer) -> Destination {
        if draft.address.family != server.key.family, draft.forwarding != .ipip, backend != .relay {
            reading.error(
                "\(draft.address) is of another family than the virtual server: only ipip can forward to it",
                at: draft.place)
        }
        if let (_, place) = draft.proxyProtocol, backend != .relay || !isTCP {
            reading.error(
                "only the relay can say who the client is, and only over TCP", at: place,
                hint:
                    "leave it out: \(backend == .ipvs ? "with IPVS the real server sees the client's own address" : "nothing here carries connections")"
            )
        }
        if draft.address.isAny { reading.error("a real server needs an address", at: draft.place) }
        if draft.forwarding == .masq, draft.address.isLoopback, backend != .relay {
            let message =
                "masq can't forward to \(draft.address): the kernel drops packets to loopback addresses from outside"
            let hint = "name an address of an interface, or use gate, which delivers to the VIP's port"
            // A file that ldirectord takes, as its own sample, is no mistake.
            if server.isFromLdirectord {
                reading.warning(message, at: draft.place, hint: hint)
            } else {
                reading.error(message, at: draft.place, hint: hint)
            }
        }
        if let tunnel = draft.tunnel {
            if draft.forwarding != .ipip {
                reading.error(
                    "a tunnel has no effect without 'forward ipip'", at: tunnel.place,
                    hint: "write 'forward ipip;' beside it")
            } else if backend == .relay {
                reading.warning("'backend relay' uses no tunnels", at: tunnel.place)
            }
        }
        return Destination(
            server.endpoint(of: draft), forwarding: draft.forwarding, weight: draft.weight,
            upperThreshold: draft.upperThreshold, lowerThreshold: draft.lowerThreshold,
            tunnel: draft.tunnel?.tunnel ?? .ipip, proxyProtocol: draft.proxyProtocol?.version)
    }

    private mutating func remember(_ endpoint: Endpoint, _ place: Place) {
        if let other = places[endpoint] {
            reading.error(
                "the real server \(endpoint) is written twice", at: place,
                notes: [Diagnostic.Note("first written here", at: other.position)])
        }
        places[endpoint] = places[endpoint] ?? place
    }

    /// A TCP connection, where that says something.
    private func defaultCheck(_ place: Place) -> CheckDraft? {
        // Of an ldirectord.cf it has been told why there is none.
        if server.isFromLdirectord { return CheckDraft(kind: .off) }
        if isTCP { return CheckDraft(kind: .connect) }
        reading.error(
            "a virtual server of this protocol needs a 'check'", at: server.place,
            hint: "write 'check dns { request \"NAME\"; };', 'check ping;' or what else fits")
        return nil
    }

    /// The check with where it goes: its own port, else the real server's, else the virtual server's.
    private func target(
        _ check: CheckDraft, _ draft: VirtualServerDraft.RealServer, _ destination: Destination
    ) -> Check? {
        if check.kind == .connect, !isTCP, check.port == nil {
            reading.error(
                "connecting says nothing of this protocol", at: check.place ?? draft.place,
                hint: "'check ping;' asks the host, 'check connect { port N; };' connects to a TCP port")
            return nil
        }
        // A program of ldirectord.cf is told the port that is written, 0 where none is.
        let usual = server.isFromLdirectord && check.kind == .external ? 0 : destination.endpoint.port
        let port = draft.port.flatMap { $0 == 0 ? nil : $0 } ?? usual
        if check.needsPort, port == 0 {
            reading.error("it is not known which port of this server to check", at: draft.place)
            return nil
        }
        return check.check(draft.address, port: port)
    }
}
