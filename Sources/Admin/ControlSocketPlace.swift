/// Where the control socket lies, and who may open it.
public struct ControlSocketPlace: Hashable, Sendable {
    /// Its path, at most 107 bytes (unix(7)).
    public var path: String
    /// The permission bits, such as 0o600; connecting takes write permission.
    public var permissions: UInt16
    /// The user that it belongs to, by name or number; nil for the one that the process runs as.
    public var owner: String?
    /// The group that it belongs to, by name or number; nil for the process's own.
    public var group: String?

    /// A place; see the properties.
    public init(path: String, permissions: UInt16 = 0o600, owner: String? = nil, group: String? = nil) {
        self.path = path
        self.permissions = permissions
        self.owner = owner
        self.group = group
    }
}

/// Why the control socket can't be used.
public struct ControlSocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, on what, and the error, one line: `listen /run/swerve/control.sock: …`.
    public var description: String

    init(_ doing: String, _ subject: String, _ reason: String) {
        description = "\(doing) \(subject): \(reason)"
    }
}
