internal import Admin
internal import ControlProtocol
internal import DNSWire
internal import Diagnostics
internal import ZoneFiles
internal import Zones

/// What reading one zone comes to.
struct ZoneCheck: Hashable, Codable, Sendable {
    /// The zone's name, without the last dot.
    var name: String
    /// The file as it was named.
    var file: String
    /// Everything there is to say, in the order of the lines.
    var diagnostics: [DiagnosticReport]
    /// The serial; nil if the zone can't be loaded.
    var serial: UInt32?
    /// The records; nil if the zone can't be loaded.
    var records: Int?

    /// Takes what was read.
    init(_ loaded: LoadedZone, name: DomainName, file: String) {
        self.name = name.displayText
        self.file = file
        diagnostics = loaded.diagnostics.map { DiagnosticReport($0) }
        serial = loaded.zone?.serial
        records = loaded.zone?.recordCount
    }

    /// What is wrong or doubtful, for people.
    var complaints: String { diagnostics.map { $0.text + "\n" }.joined() }

    /// The result in named-checkzone's words.
    var text: String {
        if let serial { return "zone \(name)/IN: loaded serial \(serial)\nOK\n" }
        let errors = diagnostics.count { $0.severity == Diagnostic.Severity.error.rawValue }
        return "zone \(name)/IN: file \(file) has \(Quantity.count(errors, "error"))\n"
            + "zone \(name)/IN: not loaded due to errors.\n"
    }
}
