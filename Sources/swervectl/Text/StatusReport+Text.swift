internal import ControlProtocol

extension StatusReport {
    /// The report for people.
    func text(now: Timestamp, colours: Bool = false) -> String {
        var lines = [
            "swerved \(version), process \(processIdentifier), up \(Quantity.duration(seconds: Int64(uptime)))"
        ]
        func add(_ name: String, _ value: String) {
            lines.append("  " + name + String(repeating: " ", count: max(1, 15 - name.count)) + value)
        }
        add("configuration", configurationFile)
        let threads = Quantity.count(workers, "thread")
        add("listening", (endpoints.isEmpty ? "nowhere" : endpoints.joined(separator: ", ")) + " (\(threads))")
        add("backend", backend + (backendError.map { ", " + Paint.state("down", colours) + ": \($0)" } ?? ""))
        let stale = zones.total - zones.up - failedZones
        add(
            "zones",
            "\(zones.up) of \(zones.total) loaded"
                + (stale > 0 ? ", \(stale) served as loaded before" : "")
                + (failedZones > 0 ? ", \(failedZones) answered with SERVFAIL" : ""))
        add("VIPs", "\(vips.up) of \(vips.total) up")
        add("real servers", "\(realServers.up) of \(realServers.total) up")
        if orders > 0 { add("orders", "\(orders) in force, see 'swervectl servers'") }
        if let memory { add("memory", Quantity.bytes(memory)) }
        if let lastReload {
            let when = "\(lastReload.time.readable) (\(Quantity.ago(lastReload.time, now: now)))"
            add("last reload", "\(when): \(lastReload.isComplete ? "" : "failed: ")\(lastReload.text)")
        } else {
            add("last reload", "never")
        }
        lines += warnings.map { "warning: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension StatsReport {
    /// The report for people.
    func text(now: Timestamp) -> String {
        var table = TextTable(("COUNTER", .left), ("VALUE", .right))
        for counter in counters { table.add(counter.name, "\(counter.value)") }
        return table.text + "since \(started.readable) (\(Quantity.ago(started, now: now)))\n"
    }
}

extension ReloadReport {
    /// What is to be said about the files, for people.
    var complaints: String {
        let warnings = zones.compactMap { zone in
            zone.warning.map { "zone \(zone.name): warning: \($0)" }
        }
        return (diagnostics.map(\.text) + warnings).map { $0 + "\n" }.joined()
    }

    /// What became of the zones, for people.
    var text: String {
        func serial(_ number: UInt32?) -> String { number.map { "\($0)" } ?? "none" }
        var lines = zones.map { zone in
            switch zone.result {
            case .loaded:
                "zone \(zone.name): loaded, serial \(serial(zone.oldSerial)) -> \(serial(zone.newSerial))"
            case .unchanged: "zone \(zone.name): unchanged, serial \(serial(zone.newSerial))"
            case .failed:
                zone.newSerial.map { "zone \(zone.name): not loaded, serial \($0) is still served" }
                    ?? "zone \(zone.name): not loaded, clients get SERVFAIL"
            case .removed: "zone \(zone.name): removed"
            }
        }
        if unchangedZones > 0 {
            lines.append(Quantity.count(unchangedZones, "zone") + " unchanged")
        }
        lines.append(
            isComplete ? "reload complete" : isConfigurationApplied ? "reload incomplete" : "reload failed")
        return lines.joined(separator: "\n") + "\n"
    }
}
