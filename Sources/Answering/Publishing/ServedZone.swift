public import Addresses
public import Zones

/// A zone, how it is steered and who may ask for it.
public struct ServedZone: Sendable {
    /// The zone; nil if it is configured but could not be read: SERVFAIL.
    public var zone: Zone?
    /// Its steered rrsets.
    public var marks: SteeringMarks
    /// Who may ask; nil: as the options say.
    public var allowQuery: AccessList?

    /// A zone as served.
    public init(zone: Zone?, marks: SteeringMarks = .none, allowQuery: AccessList? = nil) {
        self.zone = zone
        self.marks = marks
        self.allowQuery = allowQuery
    }
}
