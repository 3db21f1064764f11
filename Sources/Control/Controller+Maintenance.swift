public import Addresses
internal import Director

/// Real servers that somebody wants out, by a file in ldirectord's `maintenancedir`.
public struct Maintenance: Hashable, Sendable {
    /// Out with all their ports, and the file that says so.
    public var addresses: [IPAddress: String]
    /// Out, and the file that says so.
    public var endpoints: [Endpoint: String]

    /// These; nobody if nothing is written.
    public init(addresses: [IPAddress: String] = [:], endpoints: [Endpoint: String] = [:]) {
        self.addresses = addresses
        self.endpoints = endpoints
    }

    /// Whether nobody is out.
    var isEmpty: Bool { addresses.isEmpty && endpoints.isEmpty }

    /// The file that wants a real server out; nil if none does.
    func file(for endpoint: Endpoint) -> String? {
        addresses[endpoint.address] ?? endpoints[endpoint]
    }
}

extension Controller {
    /// Takes real servers out, whatever their checks say, and lets those back that are no longer named.
    public func take(_ next: Maintenance) {
        if next == maintenance { return }
        let before = maintenance
        maintenance = next
        for (place, service) in plan.services.enumerated() {
            for member in service.members {
                let endpoint = member.destination.endpoint
                let (old, new) = (before.file(for: endpoint), next.file(for: endpoint))
                if (old == nil) == (new == nil) { continue }
                touch(place)
                let text = new.map { "down: in maintenance by \($0)" } ?? "no longer in maintenance"
                report(Occurrence(new == nil ? .info : .warning, "\(service.key) → \(endpoint)", text))
            }
        }
        publish()
        wake.yield()
    }

    /// Real servers that are in maintenance can't serve.
    func takeOut(of members: inout [RealServer]) {
        if maintenance.isEmpty { return }
        for place in members.indices {
            guard let file = maintenance.file(for: members[place].destination.endpoint) else { continue }
            members[place].standing = .down
            members[place].note = "in maintenance by \(file)"
        }
    }
}
