/// How much a zone may hold before that is called a mistake; see also `ZoneFileLimits`.
public struct ZoneLimits: Hashable, Sendable {
    /// The most records of one type at one name, BIND's `max-records-per-type`; nil: what a message has room for.
    public var recordsPerType: Int?
    /// The most types at one name, BIND's `max-types-per-name`. No real name has as many; a search of a name's
    /// types goes through all of them.
    public var typesPerName: Int? = 1000
    /// The most records, BIND's `max-records`.
    public var records: Int?
    /// The most labels of a name below the apex. Each makes a node, whether it has records or not.
    public var nameDepth: Int?
    /// The errors, and the warnings, about the zone as a whole that are kept; of the others the number is told.
    public var issues = 1000

    /// The default limits.
    public init() {}
}
