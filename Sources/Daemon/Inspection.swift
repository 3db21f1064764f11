internal import DNSWire
public import Diagnostics
public import Settings
internal import Zones

/// What the daemon would make of a configuration if it were started with it now; nothing is started.
public struct Inspection: Sendable {
    /// One zone.
    public struct Zone: Sendable {
        /// Its name, without the last dot.
        public var name: String
        /// Its file.
        public var file: String
        /// Its serial; nil if it can't be loaded.
        public var serial: UInt32?
        /// Its records; nil if it can't be loaded.
        public var records: Int?
    }

    /// What the configuration says; nil if there is a mistake in it.
    public var settings: Settings?
    /// All there is to say about the configuration and its zones.
    public var diagnostics: [Diagnostic]
    /// The zones, by name; none if there is a mistake in the configuration.
    public var zones: [Zone]

    /// Reads a configuration and all its zones. Blocks; see ``SettingsReader/read(path:environment:)``.
    public init(configurationFile path: String) {
        let reading = Configuration.read(path)
        settings = reading.configuration?.settings
        diagnostics = reading.diagnostics
        let items = reading.configuration?.shelf.items ?? [:]
        zones = items.sorted { $0.key < $1.key }.map { name, item in
            Zone(
                name: name.displayText, file: item.settings.file, serial: item.zone?.serial,
                records: item.zone?.recordCount)
        }
    }
}
