public import Addresses
internal import CLinux

extension HostNetwork {
    /// Tells the hosts of a link that an address is here now. Needs CAP_NET_RAW.
    ///
    /// On an interface that leads nowhere (lo, dummy), the announcement leaves over every LAN interface that has
    /// a connected network with the address in it: there, and only there, hosts look for it by ARP or neighbour
    /// discovery. An address in no connected network is routed here, and needs none.
    ///
    /// Worth repeating after a second or two: Linux ignores a change of a neighbour that it heard of less than a
    /// second ago, and the packet may be lost.
    ///
    /// - Returns: the interfaces that it left over.
    public func announce(_ address: IPAddress, on interface: String) throws(HostNetworkError) -> [String] {
        let links = try links()
        let targets = Self.targets(
            of: address, on: interface, links: links, networks: try connectedNetworks())
        for link in targets {
            let router = Sysctl.ipv6(link.name, "forwarding").value
            let announcements = Announcement.all(
                of: address, at: link.hardwareAddress, isRouter: router.map { $0 != "0" } ?? false)
            for announcement in announcements {
                let result = unsafe clinux_packet_send(
                    link.index, announcement.protocolNumber, announcement.destination,
                    announcement.destination.count, announcement.bytes, announcement.bytes.count)
                if result < 0 { throw HostNetworkError("announce \(address) on \(link.name)", errno: -result) }
            }
        }
        return targets.map(\.name)
    }

    /// The links that hosts look for an address on which `interface` has.
    static func targets(
        of address: IPAddress, on interface: String, links: [Link], networks: [ConnectedNetwork]
    ) -> [Link] {
        let isInward = links.first { $0.name == interface }?.isInward ?? false
        return links.filter { link in
            guard link.isLAN, link.hardwareAddress.count == 6 else { return false }
            if !isInward { return link.name == interface }
            return networks.contains { $0.interface == link.name && $0.network.contains(address) }
        }
    }
}
