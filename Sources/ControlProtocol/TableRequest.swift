/// What is wanted of the table of virtual servers.
public struct TableRequest: Hashable, Codable, Sendable {
    /// What stands beside each entry.
    public enum Columns: String, Hashable, Codable, Sendable, CaseIterable {
        /// Forwarding, weight and connections, as `ipvsadm -Ln` shows them.
        case connections
        /// All traffic that was counted, as with `--stats --exact`.
        case totals
        /// The traffic in a second, as with `--rate --exact`.
        case rates
    }

    /// What the backend holds, not what it should hold.
    public var isActual: Bool
    /// The virtual servers of checks that go through a VIP too.
    public var isAll: Bool
    /// What stands beside each entry.
    public var columns: Columns
    /// Whether it is counted anew from now on.
    public var isZeroing: Bool

    /// What is wanted.
    public init(
        isActual: Bool = false, isAll: Bool = false, columns: Columns = .connections, isZeroing: Bool = false
    ) {
        self.isActual = isActual
        self.isAll = isAll
        self.columns = columns
        self.isZeroing = isZeroing
    }

    private enum CodingKeys: String, CodingKey {
        case columns
        case isActual = "actual"
        case isAll = "all"
        case isZeroing = "zero"
    }

    /// Reads it; what is not written is not wanted.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func flag(_ key: CodingKeys) throws -> Bool {
            try container.decodeIfPresent(Bool.self, forKey: key) ?? false
        }
        self.init(
            isActual: try flag(.isActual), isAll: try flag(.isAll),
            columns: try container.decodeIfPresent(Columns.self, forKey: .columns) ?? .connections,
            isZeroing: try flag(.isZeroing))
    }

    /// Writes it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isActual, forKey: .isActual)
        if isAll { try container.encode(true, forKey: .isAll) }
        if columns != .connections { try container.encode(columns, forKey: .columns) }
        if isZeroing { try container.encode(true, forKey: .isZeroing) }
    }
}
