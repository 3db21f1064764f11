public import Addresses

/// What a host's settings are at one moment: what findings are judged from.
public struct HostState: Hashable, Sendable {
    /// The links.
    public var links: [Link]
    /// The addresses.
    public var addresses: [InterfaceAddress]
    /// The networks that are reached without a router.
    public var networks: [ConnectedNetwork]
    /// The ways to the addresses that matter; one without a way is left out.
    public var routes: [IPAddress: Route]
    /// The kernel's settings that matter; one that the kernel doesn't have is left out.
    public var settings: [Sysctl: String]
    /// Programs that run in this network namespace and may change the kernel's table.
    public var controllers: [Controller]

    /// A state; see the properties.
    public init(
        links: [Link] = [], addresses: [InterfaceAddress] = [], networks: [ConnectedNetwork] = [],
        routes: [IPAddress: Route] = [:], settings: [Sysctl: String] = [:], controllers: [Controller] = []
    ) {
        self.links = links
        self.addresses = addresses
        self.networks = networks
        self.routes = routes
        self.settings = settings
        self.controllers = controllers
    }

    /// This host's state now, with the ways to these addresses.
    public static func now(routesTo destinations: Set<IPAddress> = []) throws(HostNetworkError) -> HostState {
        let network = HostNetwork()
        var state = HostState()
        state.links = try network.links()
        state.addresses = try network.addresses()
        state.networks = try network.connectedNetworks()
        for address in destinations { state.routes[address] = try network.route(to: address) }
        for setting in settings(of: state.links) { state.settings[setting] = setting.value }
        state.controllers = Controller.running()
        return state
    }

    /// The settings that findings are judged from.
    static func settings(of links: [Link]) -> [Sysctl] {
        let interfaces = ["all"] + links.map(\.name)
        let names = ["arp_ignore", "arp_announce", "rp_filter", "send_redirects"]
        let ipvs = [
            "expire_nodest_conn", "expire_quiescent_template", "conn_reuse_mode", "conntrack", "run_estimation",
        ]
        return interfaces.flatMap { interface in names.map { Sysctl.ipv4(interface, $0) } }
            + ipvs.map { Sysctl.ipvs($0) } + [.forwarding, .ipv6("all", "forwarding")]
    }

    /// The state once the settings are set that put findings right, as far as this process may set them.
    public func mended(_ findings: [Finding]) -> HostState { mended(findings) { $0.isWritable } }

    func mended(_ findings: [Finding], where mayBeSet: (Sysctl) -> Bool) -> HostState {
        var state = self
        for assignment in findings.flatMap(\.remedy) where mayBeSet(assignment.setting) {
            state.settings[assignment.setting] = "\(assignment.value)"
        }
        return state
    }

    /// The value of a setting as a number; nil where there is none.
    func number(_ setting: Sysctl) -> Int? { settings[setting].flatMap { Int($0) } }

    /// The value that holds for an interface where the kernel takes the higher one of `all` and the
    /// interface's own: arp_ignore, arp_announce, rp_filter, and send_redirects (0 or 1).
    func effective(_ name: String, on interface: String) -> Int? {
        guard let own = number(.ipv4(interface, name)) else { return nil }
        return max(own, number(.ipv4("all", name)) ?? 0)
    }

    /// The two values behind the effective one, in words.
    func origin(_ name: String, on interface: String) -> String {
        let values = ["all", interface].map { "\($0) \(settings[.ipv4($0, name)] ?? "?")" }
        return values.joined(separator: ", ")
    }

    /// The link with a name.
    func link(_ name: String) -> Link? { links.first { $0.name == name } }
}
