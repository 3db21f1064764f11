public import Addresses
public import Sockets

/// The listening TCP sockets of a set of endpoints: at each endpoint one per worker, each with the connections of
/// certain clients. A socket is closed when the last set that has it is gone; connections accepted from it live on.
public final class StreamSockets: Sendable {
    let groups: [EndpointSockets]
    /// Sockets per endpoint, one for each worker.
    public let workers: Int

    /// Why a client's connections do not all come to one worker; nil: they do.
    let spreadFailure: SocketError?

    private init(groups: [EndpointSockets], workers: Int, spreadFailure: SocketError?) {
        self.groups = groups
        self.workers = workers
        self.spreadFailure = spreadFailure
    }

    /// Opens the sockets, all or none; connections wait in them until a server serves them.
    ///
    /// Endpoints that `kept` has are not opened again: both sets share their sockets. Port 0 takes any
    /// free port.
    /// - Throws: `bind tcp 192.0.2.1#53: Address already in use`
    public static func open(
        _ endpoints: [Endpoint], workers: Int = ServerThread.usualCount, keeping kept: StreamSockets? = nil
    ) throws(SocketError) -> StreamSockets {
        let workers = kept?.workers ?? max(workers, 1)
        let groups = try EndpointSockets.open(
            endpoints, count: workers, keeping: kept?.groups ?? [], by: BoundSocket.tcp)
        var failure = kept?.spreadFailure
        for group in groups where !(kept?.groups.contains { $0 === group } ?? false) {
            failure = BoundSocket.spreadByClient(group) ?? failure
            BoundSocket.acknowledgeByAnswers(group)
        }
        return StreamSockets(groups: groups, workers: workers, spreadFailure: failure)
    }

    /// The endpoints, with the ports that were taken where 0 was asked for.
    public var endpoints: [Endpoint] { groups.map(\.endpoint) }

    /// Refuses new connections at once where `next` doesn't serve them.
    func refuse(unlessIn next: StreamSockets?) {
        for group in groups where !(next?.groups.contains { $0 === group } ?? false) { group.shutDown() }
    }
}
