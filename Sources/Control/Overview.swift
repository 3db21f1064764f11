public import Addresses
public import Director
public import Health
public import Steering
public import Zones

/// How everything stands at one moment, for people to look at.
public struct Overview: Sendable {
    /// Counts the looks: a later one has a larger number.
    public var number: UInt64
    /// The virtual servers with their real servers.
    public var virtualServers: [VirtualServer]
    /// The state of each check.
    public var checks: [Check: CheckState]
    /// How the VIPs stand.
    public var standings: [IPAddress: VIPStanding]
    /// Since when they have stood so.
    public var since: [IPAddress: ContinuousClock.Instant]
    /// The table that is wanted.
    public var desired: Table
    /// What stands in the table beside that: the virtual servers of checks that take the way of clients.
    public var privateTable: Table
    /// The steered sets of all zones.
    public var sets: [SteeredSet]
    /// How many rrsets have each of them.
    public var uses: [Int]
    /// What each of them is answered with.
    public var entries: [SteeringEntry]
    /// What troubles the backend as a whole.
    public var troubles: [String]
    /// What of it could not be saved, so that a restart would forget it, one line each.
    public var savingTroubles: [String]
    /// The table as the backend has it, as far as that is known.
    public var table: Table
    /// What admins have ordered.
    public var orders: OrderBook
    /// What agents have said, by the question to them.
    public var agents: [Check: AgentState]
    /// What is being carried out.
    public var plan: ControlPlan
}
