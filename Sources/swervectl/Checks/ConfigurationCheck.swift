internal import Admin
internal import ControlProtocol
internal import Daemon
internal import Diagnostics
internal import Settings

/// What reading a configuration and its zones, without a daemon, comes to.
struct ConfigurationCheck: Hashable, Codable, Sendable {
    /// One zone.
    struct Zone: Hashable, Codable, Sendable {
        /// Its name, without the last dot.
        var name: String
        /// Its file.
        var file: String
        /// Its serial; nil if it can't be loaded.
        var serial: UInt32?
        /// Its records; nil if it can't be loaded.
        var records: Int?
    }

    /// The configuration.
    var file: String
    /// Everything there is to say, the configuration's first.
    var diagnostics: [DiagnosticReport]
    /// The zones; empty if the configuration has a mistake.
    var zones: [Zone]
    /// How many virtual servers there are.
    var virtualServers: Int
    /// How many real servers there are behind them, fallbacks not counted.
    var realServers: Int
    /// What the checks said, where they were asked for.
    var probe: ProbeRound?

    /// Whether there is no error.
    var isSound: Bool { !diagnostics.contains { $0.severity == Diagnostic.Severity.error.rawValue } }

    /// Takes what the daemon would make of a configuration.
    init(_ inspection: Inspection, file: String) {
        self.file = file
        diagnostics = inspection.diagnostics.map { DiagnosticReport($0) }
        zones = inspection.zones.map {
            Zone(name: $0.name, file: $0.file, serial: $0.serial, records: $0.records)
        }
        let services = inspection.settings?.director.virtualServers ?? []
        virtualServers = services.count
        realServers = services.reduce(0) { $0 + $1.realServers.count }
    }
}

extension ConfigurationCheck {
    /// What is wrong or doubtful, for people.
    var complaints: String { diagnostics.map { $0.text + "\n" }.joined() }

    /// What was read, for people; the zones in named-checkzone's words.
    var text: String {
        var text = zones.map { zone in
            "zone \(zone.name)/IN: "
                + (zone.serial.map { "loaded serial \($0)" } ?? "not loaded due to errors.")
                + "\n"
        }.joined()
        if let probe { text += probe.text }
        let errors = diagnostics.count { $0.severity == Diagnostic.Severity.error.rawValue }
        let warnings = diagnostics.count { $0.severity == Diagnostic.Severity.warning.rawValue }
        let parts = [
            Quantity.count(errors, "error"), Quantity.count(warnings, "warning"),
            Quantity.count(zones.count, "zone"), Quantity.count(virtualServers, "virtual server"),
            Quantity.count(realServers, "real server"),
        ]
        return text + "\(file): \(parts.joined(separator: ", "))\n"
    }
}
