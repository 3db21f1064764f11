/// Something about a host that keeps the balancing from working, or may.
public struct Finding: Hashable, Sendable, Codable {
    /// How bad it is.
    public enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
        /// It does not work.
        case error
        /// It fails at times, or in some cases.
        case warning
        /// Worth knowing.
        case notice
    }

    /// How bad it is.
    public var severity: Severity
    /// What it is about: an interface, an address, a setting, a process.
    public var subject: String
    /// What is wrong and what comes of it, one sentence.
    public var text: String
    /// What puts it right, a command where there is one; nil if that depends.
    public var fix: String?
    /// Settings of the kernel that put it right; none where that is for people to judge.
    var remedy: [Assignment] = []

    /// A finding; see the properties.
    public init(_ severity: Severity, _ subject: String, _ text: String, fix: String? = nil) {
        self.severity = severity
        self.subject = subject
        self.text = text
        self.fix = fix
    }

    /// A finding that settings of the kernel put right.
    init(_ severity: Severity, _ subject: String, _ text: String, remedy: [Assignment]) {
        self.init(
            severity, subject, text, fix: "sysctl -w \(remedy.map(\.description).joined(separator: " "))")
        self.remedy = remedy
    }

    private enum CodingKeys: CodingKey {
        case severity, subject, text, fix
    }

    /// A setting of the kernel with the value that it should have.
    struct Assignment: Hashable, Sendable, CustomStringConvertible {
        var setting: Sysctl
        var value: Int

        var description: String { "\(setting)=\(value)" }
    }
}

extension Finding: CustomStringConvertible {
    /// `error: eth0: …`
    public var description: String { "\(severity.rawValue): \(subject): \(text)" }
}
