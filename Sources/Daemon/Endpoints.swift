internal import Addresses
internal import HostNetwork
internal import Settings

extension Settings {
    /// Where queries are to be taken: the wildcard where a `listen-on` says yes to all, else the host's
    /// addresses that it says yes to, and those that it names one by one.
    func endpoints(on host: [InterfaceAddress]) -> [Endpoint] {
        let networks = host.map { (address: $0.address, length: $0.prefixLength) }
        var found: [Endpoint] = []
        for listener in listeners where !listener.isNone {
            let list = listener.addresses.resolved(hostNetworks: networks)
            var addresses: [IPAddress]
            if list.isAny {
                addresses = [listener.family == .v4 ? .v4(.any) : .v6(.any)]
            } else {
                addresses = list.elements.compactMap(\.host) + host.map(\.address)
                addresses = addresses.filter { $0.family == listener.family && list.allows($0) }
            }
            for address in addresses {
                let endpoint = Endpoint(address, port: listener.port)
                if !found.contains(endpoint) { found.append(endpoint) }
            }
        }
        let wildcards = found.filter { $0.address.isAny }
        return found.filter { endpoint in
            endpoint.address.isAny
                || !wildcards.contains {
                    $0.port == endpoint.port && $0.address.family == endpoint.address.family
                }
        }
    }

    /// The host's networks in every list of networks, so that none is left to find out per query.
    func resolvingHost(_ host: [InterfaceAddress]) -> Settings {
        let networks = host.map { (address: $0.address, length: $0.prefixLength) }
        var settings = self
        settings.allowQuery = allowQuery.resolved(hostNetworks: networks)
        if let exempt = rateLimit?.exemptClients {
            settings.rateLimit?.exemptClients = exempt.resolved(hostNetworks: networks)
        }
        for index in settings.zones.indices {
            settings.zones[index].allowQuery = zones[index].allowQuery?.resolved(hostNetworks: networks)
        }
        return settings
    }
}

extension AccessList.Element {
    /// The one address that the element names.
    fileprivate var host: IPAddress? {
        guard case .network(let network) = scope, !isNegated, network.length == network.address.family.bits
        else {
            return nil
        }
        return network.address
    }
}
