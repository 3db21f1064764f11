public import ControlProtocol
public import Diagnostics

extension DiagnosticReport {
    /// A diagnostic in the form in which it travels.
    public init(_ diagnostic: Diagnostic) {
        self.init(
            severity: diagnostic.severity.rawValue, file: diagnostic.position?.file,
            line: diagnostic.position?.line, column: diagnostic.position?.column, message: diagnostic.message,
            text: "\(diagnostic)")
    }
}
