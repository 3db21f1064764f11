internal import ControlProtocol

extension ZonesReport {
    /// The report for people.
    func text(now: Timestamp, colours: Bool = false) -> String {
        if zones.isEmpty { return "no zones\n" }
        var table = TextTable(
            ("ZONE", .left), ("STATE", .left), ("SERIAL", .right), ("RECORDS", .right), ("MEMORY", .right),
            ("STEERED", .right), ("LOADED", .left), ("FILE", .left))
        for zone in zones {
            table.add(
                zone.name, Paint.state(zone.state.rawValue, colours), zone.serial.map { "\($0)" } ?? "-",
                "\(zone.records)", Quantity.bytes(zone.memory), "\(zone.steeredNames)",
                Quantity.ago(zone.loaded, now: now), zone.file)
        }
        let errors = zones.compactMap { zone in zone.error.map { "\(zone.name): \($0)\n" } }
        return table.text + errors.joined()
    }
}

extension ServersReport {
    /// The report for people.
    func text(now: Timestamp, colours: Bool = false) -> String {
        if vips.isEmpty && virtualServers.isEmpty { return "no virtual servers\n" }
        var addresses = TextTable(
            ("VIP", .left), ("STATE", .left), ("SINCE", .left), ("NAMES", .right), ("TTL", .right),
            ("WEIGHT", .right), ("", .left))
        for vip in vips {
            addresses.add(
                vip.address, Paint.state(vip.state.rawValue, colours), Quantity.ago(vip.since, now: now),
                "\(vip.names)", "\(vip.timeToLive)", "\(vip.weight)", vip.note ?? "")
        }
        var servers = TextTable(
            ("SERVER", .left), ("FORWARD", .left), ("STATE", .left), ("WEIGHT", .right), ("ACTIVE", .right),
            ("INACTIVE", .right), ("SINCE", .left), ("REASON", .left))
        func add(_ server: RealServerReport, isFallback: Bool) {
            servers.add(
                "  -> " + server.endpoint, server.forwarding,
                Paint.state(server.state.rawValue, colours),
                server.actualWeight.map { "\($0)" } ?? "-", server.activeConnections.map { "\($0)" } ?? "-",
                server.inactiveConnections.map { "\($0)" } ?? "-", Quantity.ago(server.since, now: now),
                (isFallback ? "fallback: " : "") + server.why)
        }
        for virtual in virtualServers {
            servers.add(
                "\(virtual.name) \(virtual.scheduler)", "", Paint.state(virtual.state.rawValue, colours), "",
                "", "",
                "", virtual.summary)
            for server in virtual.realServers { add(server, isFallback: false) }
            if let fallback = virtual.fallback { add(fallback, isFallback: true) }
        }
        return [addresses.text, servers.text].filter { !$0.isEmpty }.joined(separator: "\n")
    }
}

extension VirtualServerReport {
    /// How many real servers serve, and how many must: `2 of 2 serving, quorum 1`.
    var summary: String {
        let serving = realServers.filter(\.isServing).count
        return "\(serving) of \(realServers.count) serving, quorum \(quorum)"
            + (order.map { ", \($0) by order" } ?? "")
    }
}

extension RealServerReport {
    /// What an admin has ordered, if anything, what its check says, and what else is worth a look.
    var why: String {
        (note.map { "\($0); check: \(verdict.rawValue), " } ?? "") + reason + (warning.map { "; \($0)" } ?? "")
    }
}

extension TableReport {
    /// The table in the form of `ipvsadm -Ln`.
    var text: String { lines.map { $0 + "\n" }.joined() }
}
