import Addresses
public import Director

/// A director: the host that clients' packets for the VIPs come to.
public enum DirectorHost {
    /// What is wrong with this host as the director of a table; empty if nothing is.
    ///
    /// - Parameters:
    ///   - vipInterface: where the daemon adds VIPs by itself; nil if it doesn't.
    ///   - isCarriedByKernel: whether the table is the kernel's, rather than carried in user space: then
    ///     all that is asked of the host is to have the VIPs.
    public static func check(
        table: Table, vipInterface: String? = nil, isCarriedByKernel: Bool = true
    ) throws(HostNetworkError) -> [Finding] {
        if !isCarriedByKernel {
            return VIPJudge(state: try HostState.now(), vipInterface: vipInterface).findings(for: table)
        }
        let servers = table.entries.values.flatMap { $0.destinations.keys.map(\.address) }
        let state = try HostState.now(routesTo: Set(servers))
        return judge(table: table, vipInterface: vipInterface, in: state)
    }

    /// What is wrong with a host in this state as the director of a table; empty if nothing is. Errors come
    /// first.
    public static func judge(table: Table, vipInterface: String? = nil, in state: HostState) -> [Finding] {
        let findings =
            VIPJudge(state: state, vipInterface: vipInterface).findings(for: table)
            + serverFindings(table, state) + forwardingFindings(table, state) + settingFindings(table, state)
            + controllerFindings(state)
        return Finding.Severity.allCases.flatMap { severity in findings.filter { $0.severity == severity } }
    }

    /// Sets the settings of the kernel that put findings right.
    ///
    /// - Returns: what was set, and the findings that are left: those for people to judge, and those whose
    ///   setting could not be changed, with the reason.
    public static func mend(_ findings: [Finding]) -> (done: [String], left: [Finding]) {
        mend(findings) { assignment throws(HostNetworkError) in
            try assignment.setting.write("\(assignment.value)")
        }
    }

    static func mend(
        _ findings: [Finding], by set: (Finding.Assignment) throws(HostNetworkError) -> Void
    ) -> (done: [String], left: [Finding]) {
        var done: [String] = []
        var left: [Finding] = []
        for var finding in findings {
            do throws(HostNetworkError) {
                for assignment in finding.remedy {
                    try set(assignment)
                    done.append("\(assignment)")
                }
                if finding.remedy.isEmpty { left.append(finding) }
            } catch {
                finding.text += "; \(error)"
                left.append(finding)
            }
        }
        return (done, left)
    }

    private static func destinations(_ table: Table, _ forwarding: Forwarding? = nil) -> [Destination] {
        let all = Set(table.entries.values.flatMap(\.destinations.values))
        return all.filter { forwarding == nil || $0.forwarding == forwarding }
            .sorted { ($0.endpoint, $0.forwarding.rawValue) < ($1.endpoint, $1.forwarding.rawValue) }
    }

    /// Whether packets get to the real servers.
    private static func serverFindings(_ table: Table, _ state: HostState) -> [Finding] {
        var seen: Set<Finding> = []
        return destinations(table).compactMap { destination in
            let address = destination.endpoint.address
            guard let route = state.routes[address] else {
                return Finding(.error, "\(address)", "no route leads to this real server")
            }
            guard destination.forwarding == .gate, !route.isLocal, !route.isOnLink else { return nil }
            let way = route.gateway.map { "\($0) on \(route.interface)" } ?? route.interface
            return Finding(
                .error, "\(address)",
                "it is reached through the router \(way), but gate hands packets to the real server's own link "
                    + "address, so it must be on a link of this host",
                fix: "use ipip (or masq) for it, or put it on a common link")
        }.filter { seen.insert($0).inserted }
    }

    /// Whether answers of masqueraded real servers get back to clients.
    private static func forwardingFindings(_ table: Table, _ state: HostState) -> [Finding] {
        var findings: [Finding] = []
        for family in [AddressFamily.v4, .v6] {
            let servers = destinations(table, .masq).filter { $0.endpoint.address.family == family }
            guard let server = servers.first else { continue }
            let setting: Sysctl = family == .v4 ? .forwarding : .ipv6("all", "forwarding")
            if state.number(setting) == 0 {
                findings.append(
                    Finding(
                        .error, setting.name,
                        "it is 0, but answers of masq servers (\(server.endpoint.address)) come back through this host",
                        remedy: [.init(setting: setting, value: 1)]))
            }
            guard family == .v4 else { continue }
            let interfaces = Set(servers.compactMap { state.routes[$0.endpoint.address]?.interface })
            for interface in interfaces.sorted()
            where (state.effective("send_redirects", on: interface) ?? 0) > 0 {
                findings.append(
                    Finding(
                        .warning, interface,
                        "send_redirects is on (\(state.origin("send_redirects", on: interface))): masq servers are "
                            + "told of a shorter way to clients on their own network, past this host",
                        remedy: ["all", interface].map {
                            .init(setting: .ipv4($0, "send_redirects"), value: 0)
                        }))
            }
        }
        return findings
    }

    /// Settings of the kernel that decide what happens when servers come and go.
    private static func settingFindings(_ table: Table, _ state: HostState) -> [Finding] {
        if table.entries.isEmpty { return [] }
        var findings: [Finding] = []
        func find(_ severity: Finding.Severity, _ setting: Sysctl, is value: Int, _ text: String, better: Int) {
            if state.number(setting) != value { return }
            findings.append(
                Finding(
                    severity, setting.name, "it is \(value): \(text)",
                    remedy: [.init(setting: setting, value: better)]))
        }
        find(
            .warning, .ipvs("expire_nodest_conn"), is: 0,
            "connections to a real server that was removed hang instead of being reset", better: 1)
        if table.entries.values.contains(where: { $0.options.flags.contains(.persistent) }) {
            find(
                .warning, .ipvs("expire_quiescent_template"), is: 0,
                "persistent clients still get new connections to a real server of weight 0", better: 1)
        }
        find(
            .warning, .ipvs("conn_reuse_mode"), is: 0,
            "a client that uses a port again stays with its old real server, even one of weight 0", better: 1)
        find(
            .notice, .ipvs("run_estimation"), is: 0, "the kernel counts no rates, which 'table --rate' shows",
            better: 1)
        let lans = state.links.filter(\.isLAN)
        if lans.count > 1 {
            for link in lans where state.effective("rp_filter", on: link.name) == 1 {
                findings.append(
                    Finding(
                        .notice, link.name,
                        "effective rp_filter is 1 (\(state.origin("rp_filter", on: link.name))): packets of clients "
                            + "that arrive here while the route to them is another interface are thrown away",
                        fix: "sysctl -w \(Sysctl.ipv4(link.name, "rp_filter"))=2"))
            }
        }
        return findings
    }

    private static func controllerFindings(_ state: HostState) -> [Finding] {
        state.controllers.map { controller in
            Finding(
                .warning, controller.name,
                "it runs as process \(controller.process) and may change the kernel's table too; of two controllers "
                    + "each undoes what the other does",
                fix: "stop it, or see to it that it has no virtual server in common with Swerve")
        }
    }
}
