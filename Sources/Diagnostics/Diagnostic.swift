/// Something to say about a text that a person wrote: where, what, and what was probably meant.
public struct Diagnostic: Error, Hashable, Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The text can't be used.
        case error
        /// The text can be used, but probably does not do what was meant.
        case warning
        /// An addition to the diagnostic before it.
        case note
    }

    /// A place that helps to understand a diagnostic, such as the line that includes the file.
    public struct Note: Hashable, Sendable {
        /// The place.
        public var position: SourcePosition
        /// What is there, without a full stop.
        public var message: String

        /// A note at a place.
        public init(_ message: String, at position: SourcePosition) {
            self.position = position
            self.message = message
        }
    }

    /// How bad it is.
    public var severity: Severity
    /// Where; nil for what concerns no single place, such as a file that can't be opened.
    public var position: SourcePosition?
    /// What is wrong, one line without a full stop.
    public var message: String
    /// The line at `position`, without its end.
    public var sourceLine: String?
    /// Characters that the mark under the line spans, at least 1.
    public var width: Int
    /// What was probably meant, or what to do.
    public var hint: String?
    /// Further places.
    public var notes: [Note]

    /// A diagnostic; see the properties.
    public init(
        _ severity: Severity, _ message: String, at position: SourcePosition? = nil, sourceLine: String? = nil,
        width: Int = 1, hint: String? = nil, notes: [Note] = []
    ) {
        self.severity = severity
        self.position = position
        self.message = message
        self.sourceLine = sourceLine
        self.width = max(width, 1)
        self.hint = hint
        self.notes = notes
    }
}

extension Diagnostic: CustomStringConvertible {
    /// In the form that compilers use:
    ///
    ///     zones/example.com.zone:6:10: error: invalid IPv4 address '192.0.2.300'
    ///         www IN A 192.0.2.300
    ///                  ^~~~~~~~~~~
    ///     zones/example.com.zone:6:10: hint: each of the four numbers is at most 255
    public var description: String {
        let place = position.map { "\($0): " } ?? ""
        var text = "\(place)\(severity.rawValue): \(message)"
        if let position, let sourceLine, !sourceLine.isEmpty {
            let indent = sourceLine.prefix(position.column - 1).map { $0 == "\t" ? "\t" as Character : " " }
            text += "\n    " + String(sourceLine.map { $0 == "\t" || !$0.isControl ? $0 : "?" })
            text += "\n    " + String(indent) + "^" + String(repeating: "~", count: min(width, 80) - 1)
        }
        if let hint { text += "\n\(place)hint: \(hint)" }
        for note in notes { text += "\n\(note.position): note: \(note.message)" }
        return text
    }
}

extension Character {
    fileprivate var isControl: Bool {
        unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }
}

extension Sequence<Diagnostic> {
    /// Whether any of them is an error.
    public var hasErrors: Bool { contains { $0.severity == .error } }
}
