public import Addresses
public import Director

/// A director whose checks go through its own VIPs, the way of clients.
///
/// A real server that answers by itself (gate, ipip) does so from the VIP, which is an address of this host too: the
/// kernel throws that away unless it is told otherwise.
public enum DataPathHost {
    /// What keeps the answers of a real server from a probe that came by the VIP; empty if nothing does.
    public static func check(_ server: Destination, vips: Set<IPAddress>) throws(HostNetworkError) -> [Finding]
    {
        judge(server, vips: vips, in: try state(of: [server.endpoint.address]))
    }

    /// What judging is done by: the ways to real servers, and the kernel's settings on them.
    public static func state(of servers: Set<IPAddress>) throws(HostNetworkError) -> HostState {
        let network = HostNetwork()
        var state = HostState()
        state.addresses = try network.addresses()
        for server in servers { state.routes[server] = try network.route(to: server) }
        let interfaces = Set(state.routes.values.map(\.interface)).union(["all"])
        for interface in interfaces {
            for name in ["accept_local", "rp_filter"] {
                let setting = Sysctl.ipv4(interface, name)
                state.settings[setting] = setting.value
            }
        }
        let reuse = Sysctl.ipvs("conn_reuse_mode")
        state.settings[reuse] = reuse.value
        return state
    }

    /// The address from which such a probe of a real server goes out: the kernel's choice, but where that is a VIP
    /// another one of the interface, of the real server's network if there is one. Nil if there is none.
    public static func source(
        to server: IPAddress, vips: Set<IPAddress>, in state: HostState
    ) -> IPAddress? {
        guard let route = state.routes[server] else { return nil }
        if let source = route.source, !vips.contains(source) { return source }
        let others = state.addresses.filter {
            $0.interface == route.interface && $0.address.family == server.family && !vips.contains($0.address)
                && linkLocal?.contains($0.address) != true
        }
        let near = others.first { Prefix($0.address, length: $0.prefixLength)?.contains(server) == true }
        return (near ?? others.first)?.address
    }

    /// These need the interface beside them.
    private static let linkLocal = IPAddress("fe80::").flatMap { Prefix($0, length: 10) }

    /// What keeps a host in this state from such probes of a real server.
    public static func judge(_ server: Destination, vips: Set<IPAddress>, in state: HostState) -> [Finding] {
        let address = server.endpoint.address
        guard let route = state.routes[address] else {
            return [Finding(.error, "\(address)", "no route leads to this real server")]
        }
        guard source(to: address, vips: vips, in: state) != nil else {
            return [
                Finding(
                    .error, "\(address)",
                    "the address of this host on the way to it is a VIP: it would answer a probe to itself",
                    fix: "give \(route.interface) an address that is no VIP")
            ]
        }
        var findings: [Finding] = []
        let reuse = Sysctl.ipvs("conn_reuse_mode")
        if state.number(reuse) == 0 {
            findings.append(
                Finding(
                    .error, reuse.name, "it is 0: a probe may end at the real server of an earlier one",
                    remedy: [.init(setting: reuse, value: 1)]))
        }
        if route.isLocal || server.forwarding == .masq || address.family == .v6 { return findings }
        let interface = route.interface
        if state.effective("accept_local", on: interface) == 0 {
            findings.append(
                Finding(
                    .error, interface,
                    "accept_local is 0 (\(state.origin("accept_local", on: interface))): what a real server sends "
                        + "from the VIP is thrown away here",
                    remedy: [.init(setting: .ipv4(interface, "accept_local"), value: 1)]))
        }
        if state.effective("rp_filter", on: interface) == 1 {
            findings.append(
                Finding(
                    .error, interface,
                    "effective rp_filter is 1 (\(state.origin("rp_filter", on: interface))): what a real server "
                        + "sends from the VIP is thrown away here",
                    remedy: [.init(setting: .ipv4(interface, "rp_filter"), value: 2)]))
        }
        return findings
    }
}
