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
    func file(for endpoint: Endpoint, of key: VirtualServerKey) -> String? {
        for part in self where part.virtualServers?.contains(key) ?? true {
            if let file = part.addresses[endpoint.address] ?? part.endpoints[endpoint] { return file }
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
                let endpoint = member.destination.endpoint
                let old = before.file(for: endpoint, of: service.key)
                let new = next.file(for: endpoint, of: service.key)
                if (old == nil) == (new == nil) { continue }
                touch(place)
                let text = new.map { "down: in maintenance by \($0)" } ?? "no longer in maintenance"
                report(Occurrence(new == nil ? .info : .warning, "\(service.key) → \(endpoint)", text))
            }
        }
        publish()
        wake.yield()
    }

    /// Real servers of a virtual server that are in maintenance can't serve.
    func takeOut(of members: inout [RealServer], of key: VirtualServerKey) {
        if maintenance.isEmpty { return }
        for place in members.indices {
            guard let file = maintenance.file(for: members[place].destination.endpoint, of: key) else {
                continue
            }
            members[place].standing = .down
            members[place].note = "in maintenance by \(file)"
        }
    }
}
