public import Addresses

/// A real server of direct routing or tunnels: a host that has the VIP too, but must not be found by it.
public enum RealServerHost {
    /// What the kernel must be told before an IPv4 VIP is added. `all` holds for every interface, since the
    /// kernel takes the higher value of the two; the values of `lo` play no part, since no ARP arrives there.
    /// IPv6 needs none: neighbour solicitations are answered only for addresses of the interface itself.
    static let suppression: [(setting: Sysctl, value: Int)] = [
        (.ipv4("all", "arp_ignore"), 1), (.ipv4("all", "arp_announce"), 2),
    ]

    /// What is wrong with this host as a real server behind a VIP; empty if nothing is.
    public static func check(vip: IPAddress) throws(HostNetworkError) -> [Finding] {
        judge(vip: vip, in: try HostState.now())
    }

    /// What is wrong with a host in this state as a real server behind a VIP; empty if nothing is.
    public static func judge(vip: IPAddress, in state: HostState) -> [Finding] {
        var findings = vip.family == .v4 ? suppressionFindings(vip, state) : []
        findings += addressFindings(vip, state)
        findings += tunnelFindings(state)
        return findings
    }

    private static func suppressionFindings(_ vip: IPAddress, _ state: HostState) -> [Finding] {
        var findings: [Finding] = []
        for link in state.links where link.isLAN {
            if let value = state.effective("arp_ignore", on: link.name), ![1, 2].contains(value) {
                let fate =
                    value == 8
                    ? "it answers no ARP at all, not for the host's own address either"
                    : "it answers ARP for \(vip) too, and takes the VIP's packets from the director"
                findings.append(
                    Finding(
                        .error, link.name,
                        "effective arp_ignore is \(value) (\(state.origin("arp_ignore", on: link.name))): \(fate)",
                        fix: "sysctl -w \(Sysctl.ipv4("all", "arp_ignore"))=1"))
            }
            if let value = state.effective("arp_announce", on: link.name), value != 2 {
                let origin = state.origin("arp_announce", on: link.name)
                findings.append(
                    Finding(
                        .error, link.name,
                        "effective arp_announce is \(value) (\(origin)): its own ARP requests name \(vip) as "
                            + "their sender, and turn the router's traffic for it this way",
                        fix: "sysctl -w \(Sysctl.ipv4("all", "arp_announce"))=2"))
            }
        }
        return findings
    }

    private static func addressFindings(_ vip: IPAddress, _ state: HostState) -> [Finding] {
        let holders = state.addresses.filter { $0.address == vip }
        let length = vip.family.bits
        guard !holders.isEmpty else {
            return [
                Finding(
                    .error, "\(vip)", "no interface has it, so packets for it are not for this host",
                    fix: "ip addr add \(vip)/\(length) dev lo")
            ]
        }
        return holders.flatMap { holder -> [Finding] in
            let isInward = state.link(holder.interface)?.isInward ?? false
            let move = "ip addr del \(vip)/\(holder.prefixLength) dev \(holder.interface)"
            if !isInward {
                // Tunnels speak no ARP; the VIP may be there.
                guard let link = state.link(holder.interface), link.isLAN else { return [] }
                return [
                    Finding(
                        .error, "\(vip)",
                        "it is on \(link.name), where hosts look for it and would find this one beside the director",
                        fix: "\(move) && ip addr add \(vip)/\(length) dev lo")
                ]
            }
            if holder.prefixLength == length { return [] }
            return [
                Finding(
                    .error, "\(vip)",
                    "on \(holder.interface) it has the length /\(holder.prefixLength): this host takes that whole "
                        + "network for its own",
                    fix: "\(move) && ip addr add \(vip)/\(length) dev \(holder.interface)")
            ]
        }
    }

    /// Packets that come out of a tunnel have clients as their source, to which no route leads through it.
    private static func tunnelFindings(_ state: HostState) -> [Finding] {
        let tunnels = state.links.filter { $0.kind == "ipip" && $0.flags.contains(.up) }
        return tunnels.compactMap { link in
            guard state.effective("rp_filter", on: link.name) == 1 else { return nil }
            return Finding(
                .error, link.name,
                "effective rp_filter is 1 (\(state.origin("rp_filter", on: link.name))): packets of clients that "
                    + "arrive in the tunnel are thrown away",
                fix: "sysctl -w \(Sysctl.ipv4(link.name, "rp_filter"))=2")
        }
    }
}
