public import Addresses
public import Director

/// Real servers that somebody wants out, by the files in one directory.
public struct Maintenance: Hashable, Sendable {
    /// The virtual servers in which they are out; nil: in all.
    public var virtualServers: Set<VirtualServerKey>?
    /// Out with all their ports, and the file that says so.
    public var addresses: [IPAddress: String]
    /// Out, and the file that says so.
    public var endpoints: [Endpoint: String]

    /// These; nobody if nothing is written.
    public init(
        of virtualServers: Set<VirtualServerKey>? = nil, addresses: [IPAddress: String] = [:],
        endpoints: [Endpoint: String] = [:]
    ) {
        self.virtualServers = virtualServers
        self.addresses = addresses
        self.endpoints = endpoints
    }

    /// Whether nobody is out.
    public var isEmpty: Bool { addresses.isEmpty && endpoints.isEmpty }
}

extension [Maintenance] {
    /// The file that wants a real server of a virtual server out; nil if none does.
    func file(for member: ControlPlan.Member, of key: VirtualServerKey) -> String? {
        file(for: member.destination.endpoint, writtenAs: member.written, of: key)
    }

    /// The same of a real server that is known by its endpoint.
    func file(for endpoint: Endpoint, writtenAs written: Endpoint, of key: VirtualServerKey) -> String? {
        for part in self where part.virtualServers?.contains(key) ?? true {
            if let file = part.addresses[endpoint.address] ?? part.endpoints[endpoint]
                ?? part.endpoints[written]
            {
                return file
            }
        }
        return nil
    }
}

extension Controller {
    /// Takes real servers out, whatever their checks say, and lets those back that are no longer named.
    public func take(_ next: [Maintenance]) {
        if next == maintenance { return }
        let before = maintenance
        maintenance = next
        for (place, service) in plan.services.enumerated() {
            for member in service.members {
                let old = before.file(for: member, of: service.key)
                let new = next.file(for: member, of: service.key)
                if (old == nil) == (new == nil) { continue }
                touch(place)
                let name = "\(service.key) → \(member.destination.endpoint)"
                let text = new.map { "in maintenance by \($0)" } ?? "no longer in maintenance"
                report(Occurrence(new == nil ? .info : .warning, name, text))
            }
        }
        publish()
        wake.yield()
    }

    /// Real servers of a virtual server that are in maintenance can't serve. What orders or an agent have taken out stays
    /// out, and a drain goes on: nobody is cut off by a file.
    func takeOut(of members: inout [RealServer], of service: ControlPlan.Service) {
        if maintenance.isEmpty { return }
        for (place, member) in service.members.enumerated() {
            guard let file = maintenance.file(for: member, of: service.key) else { continue }
            switch members[place].standing {
            case .draining, .out: continue
            // Unless the file had it out when the drain began.
            case .withdrawing where members[place].isAcknowledged: continue
            default: break
            }
            members[place].standing = .down
            members[place].note = "in maintenance by \(file)"
        }
    }
}
