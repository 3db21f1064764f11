internal import DNSWire

extension DomainName {
    /// The name without the last dot, as admins write it; `.` is the root.
    var displayText: String { wire.count == 1 ? "." : String(description.dropLast()) }
}
