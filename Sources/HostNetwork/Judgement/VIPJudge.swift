import Addresses
import Director

/// Judges whether clients find a director by the VIPs of its table.
struct VIPJudge {
    /// The director's state.
    let state: HostState
    /// Where the daemon adds VIPs by itself; nil if it doesn't.
    let vipInterface: String?

    /// What is wrong with each VIP, in their order.
    func findings(for table: Table) -> [Finding] {
        Set(table.entries.keys.compactMap(\.vip)).sorted().flatMap(findings)
    }

    private func findings(for vip: IPAddress) -> [Finding] {
        let holders = state.addresses.filter { $0.address == vip }
        // Any address of 127.0.0.0/8 is this host's, listed or not, and no other's.
        if vip.isLoopback { return [] }
        guard !holders.isEmpty else { return [absence(of: vip)] }
        let inward = holders.filter { state.link($0.interface)?.isInward ?? false }
        let lengths = inward.filter { $0.prefixLength != vip.family.bits }.map { holder in
            Finding(
                .error, "\(vip)",
                "on \(holder.interface) it has the length /\(holder.prefixLength): this host takes that whole network "
                    + "for its own, real servers included",
                fix: "ip addr del \(vip)/\(holder.prefixLength) dev \(holder.interface) && "
                    + "ip addr add \(vip)/\(vip.family.bits) dev \(holder.interface)")
        }
        if inward.count < holders.count { return lengths }
        return lengths + silence(about: vip, on: inward[0].interface)
    }

    private func absence(of vip: IPAddress) -> Finding {
        let text = "no interface has this VIP, so packets for it are not for this host"
        guard let vipInterface else {
            let place = vip.family == .v4 ? "lo" : lanNames(with: vip).first ?? "INTERFACE"
            return Finding(
                .error, "\(vip)", text,
                fix: "ip addr add \(vip)/\(vip.family.bits) dev \(place), or write 'vip-interface \(place);'")
        }
        if state.link(vipInterface) == nil {
            return Finding(
                .error, "\(vip)", "\(text); 'vip-interface \(vipInterface);' names no interface of this host")
        }
        return Finding(
            .warning, "\(vip)", text,
            fix: "swerved adds it to \(vipInterface) while it runs; if it does run, its log says what keeps it")
    }

    /// A VIP on lo is found only where hosts that look for it on a LAN are answered.
    private func silence(about vip: IPAddress, on interface: String) -> [Finding] {
        let lans = lanNames(with: vip)
        switch vip.family {
        case .v4:
            return lans.compactMap { lan in
                guard let value = state.effective("arp_ignore", on: lan), value != 0 else { return nil }
                return Finding(
                    .warning, "\(vip)",
                    "it is on \(interface), and effective arp_ignore of \(lan) is \(value) "
                        + "(\(state.origin("arp_ignore", on: lan))): nobody answers ARP for it (that setting is for "
                        + "real servers)",
                    fix:
                        "sysctl -w \(Sysctl.ipv4("all", "arp_ignore"))=0 \(Sysctl.ipv4(lan, "arp_ignore"))=0, or "
                        + "put the VIP on \(lan)")
            }
        case .v6:
            // Neighbour solicitations are answered for the interface's own addresses only.
            guard let lan = lans.first else {
                return [
                    Finding(
                        .notice, "\(vip)",
                        "it is on \(interface) and in no network of this host's links: routers must route it here"
                    )
                ]
            }
            return [
                Finding(
                    .error, "\(vip)",
                    "it is on \(interface), but hosts of \(lan) look for it there, and get no answer",
                    fix:
                        "ip -6 addr del \(vip)/128 dev \(interface) && ip -6 addr add \(vip)/128 dev \(lan) nodad, "
                        + "or write 'vip-interface \(lan);'")
            ]
        }
    }

    private func lanNames(with vip: IPAddress) -> [String] {
        state.links.filter { link in
            link.isLAN && state.networks.contains { $0.interface == link.name && $0.network.contains(vip) }
        }.map(\.name)
    }
}
