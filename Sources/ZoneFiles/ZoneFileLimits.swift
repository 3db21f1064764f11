public import Zones

/// How much of a zone file is read before it is called a mistake.
public struct ZoneFileLimits: Hashable, Sendable {
    /// The errors, and the warnings, that are told; of the others the number.
    public var diagnostics = 100
    /// The most octets of one file.
    public var fileSize = 1 << 36
    /// How deep $INCLUDE may go.
    public var includeDepth = 16
    /// The most files of one zone; a location has 16 bits for the file.
    public var files = 10_000
    /// The most records of one $GENERATE: 2^20 are sixteen reverse zones of a /16.
    public var generatedRecords = 1 << 20

    /// What the zone as a whole may hold.
    public var zone = ZoneLimits()

    /// The default limits.
    public static let `default` = ZoneFileLimits()

    /// The default limits.
    public init() {}
}
