/// What a reload came to: the answer to `reload`, given when the new data is visible to clients.
public struct ReloadReport: Hashable, Codable, Sendable {
    /// What became of one zone.
    public struct Zone: Hashable, Codable, Sendable {
        /// What became of it.
        public enum Result: String, Codable, Sendable {
            /// It was read, and is served.
            case loaded
            /// Its files have not changed; it was not read.
            case unchanged
            /// Its file is broken; what was served before is served still.
            case failed
            /// It is no longer in the configuration.
            case removed
        }

        /// The zone's name, without the last dot.
        public var name: String
        /// What became of it.
        public var result: Result
        /// The serial that was served before; nil if none.
        public var oldSerial: UInt32?
        /// The serial that is served now; nil if none.
        public var newSerial: UInt32?

        /// What is doubtful about the new serial; nil if nothing is.
        public var warning: String?

        /// A zone; see the properties.
        public init(
            name: String, result: Result, oldSerial: UInt32? = nil, newSerial: UInt32? = nil,
            warning: String? = nil
        ) {
            self.name = name
            self.result = result
            self.oldSerial = oldSerial
            self.newSerial = newSerial
            self.warning = warning
        }
    }

    /// Whether everything was loaded; swervectl then ends with 0, else with 1.
    public var isComplete: Bool
    /// Whether the configuration holds as it stands in its files; false if it had a mistake, and then all is as
    /// before. True where only a zone was asked for, since the configuration was not read.
    public var isConfigurationApplied: Bool
    /// All that is to be said about the files, in their order.
    public var diagnostics: [DiagnosticReport]
    /// The zones that were looked at; the unchanged ones may be left out.
    public var zones: [Zone]
    /// Zones that were left as they are.
    public var unchangedZones: Int

    /// A report; see the properties.
    public init(
        isComplete: Bool, isConfigurationApplied: Bool, diagnostics: [DiagnosticReport] = [],
        zones: [Zone] = [],
        unchangedZones: Int = 0
    ) {
        self.isComplete = isComplete
        self.isConfigurationApplied = isConfigurationApplied
        self.diagnostics = diagnostics
        self.zones = zones
        self.unchangedZones = unchangedZones
    }

    private enum CodingKeys: String, CodingKey {
        case diagnostics, zones, unchangedZones
        case isComplete = "ok"
        case isConfigurationApplied = "configurationApplied"
    }
}

/// Something to say about a text that a person wrote.
public struct DiagnosticReport: Hashable, Codable, Sendable {
    /// `error` or `warning`.
    public var severity: String
    /// The file; nil for what concerns none.
    public var file: String?
    /// The line, from 1.
    public var line: Int?
    /// The column in characters, from 1.
    public var column: Int?
    /// What is wrong, one line without a full stop.
    public var message: String
    /// All of it as compilers show it: place, message, the line itself, a mark under it, a hint.
    public var text: String

    /// A diagnostic; see the properties.
    public init(
        severity: String, file: String? = nil, line: Int? = nil, column: Int? = nil, message: String,
        text: String
    ) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.text = text
    }
}
