/// How much a zone may hold, as far as the configuration says it; 0 is without a limit.
public struct ZoneLimitSettings: Hashable, Sendable {
    /// `max-records`: all records.
    public var records: Int?
    /// `max-records-per-type`: records of one type at one name.
    public var recordsPerType: Int?
    /// `max-types-per-name`: types at one name.
    public var typesPerName: Int?
    /// `max-name-depth`: labels of a name below the apex.
    public var nameDepth: Int?

    /// Nothing is said.
    public init() {}

    /// These, and what others say where these say nothing.
    func filled(from others: ZoneLimitSettings) -> ZoneLimitSettings {
        var all = self
        all.records = records ?? others.records
        all.recordsPerType = recordsPerType ?? others.recordsPerType
        all.typesPerName = typesPerName ?? others.typesPerName
        all.nameDepth = nameDepth ?? others.nameDepth
        return all
    }
}

extension ZoneLimitSettings {
    static let statements = ["max-records", "max-records-per-type", "max-types-per-name", "max-name-depth"]

    /// Reads one of the statements.
    mutating func read(_ keyword: String, _ cursor: inout StatementCursor) {
        guard let number = cursor.number("a number", 0...Int(UInt32.max)) else { return }
        switch keyword {
        case "max-records": records = number
        case "max-records-per-type": recordsPerType = number
        case "max-types-per-name": typesPerName = number
        default: nameDepth = number
        }
    }
}
