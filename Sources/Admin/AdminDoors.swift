public import ControlProtocol

/// What the control socket needs of the daemon, which implements it. Nothing here changes state but `reload`, `order`,
/// and counters that `table` sets to zero.
///
/// The methods are called from several connections at once. A thrown `Failure` is shown to the one who asked.
public protocol AdminDoors: Sendable {
    /// How the daemon is.
    func status() async throws(Failure) -> StatusReport

    /// What it counted.
    func stats() async throws(Failure) -> StatsReport

    /// Reads one zone's file again, or, without a zone, the configuration and every file that changed; returns
    /// when the new data is visible to clients. Throws for a zone that isn't in the configuration.
    func reload(zone: String?) async throws(Failure) -> ReloadReport

    /// The zones.
    func zones() async throws(Failure) -> ZonesReport

    /// The VIPs, virtual servers and real servers.
    func servers() async throws(Failure) -> ServersReport

    /// The desired table, or what the backend holds now.
    func table(_ wanted: TableRequest) async throws(Failure) -> TableReport

    /// Why a name is answered as it is; throws for a text that is no name, type or address.
    func explain(name: String, type: String, from: String?) async throws(Failure) -> ExplainReport

    /// Carries out an admin's order; throws where nothing is meant by its subject.
    func order(_ request: OrderRequest) async throws(Failure) -> OrderReport

    /// State changes from now on. The stream's buffer must be bounded (a reader may be slow), and it should
    /// end when the daemon stops.
    func events() async -> AsyncStream<Event>
}
