public import Diagnostics

/// Why the daemon could not start.
public struct StartError: Error, CustomStringConvertible {
    /// What is wrong, a line or several.
    public var description: String

    /// In words.
    public init(_ description: String) {
        self.description = description
    }

    /// Mistakes in the configuration.
    public init(_ diagnostics: [Diagnostic]) {
        description = diagnostics.map(\.description).joined(separator: "\n")
    }
}
