public import Addresses
public import Sockets

/// The bound UDP sockets of a set of endpoints: at each endpoint one per worker, among which the
/// kernel spreads the clients. A socket is closed when the last set that has it is gone.
public final class UDPSockets: Sendable {
    let groups: [EndpointSockets]
    /// Sockets per endpoint, one for each worker.
    public let workers: Int

    private init(groups: [EndpointSockets], workers: Int) {
        self.groups = groups
        self.workers = workers
    }

    /// Opens and binds the sockets, all or none; queries wait in them until a server serves them.
    ///
    /// Endpoints that `kept` has are not opened again: both sets share their sockets, so that no query
    /// to them is lost when a server changes from the one to the other. Port 0 takes any free port.
    /// - Throws: `bind udp 192.0.2.1#53: Address already in use`
    public static func open(
        _ endpoints: [Endpoint], workers: Int = ServerThread.usualCount, keeping kept: UDPSockets? = nil
    ) throws(SocketError) -> UDPSockets {
        let workers = kept?.workers ?? max(workers, 1)
        let groups = try EndpointSockets.open(
            endpoints, count: workers, keeping: kept?.groups ?? [], by: BoundSocket.udp)
        return UDPSockets(groups: groups, workers: workers)
    }

    /// The endpoints, with the ports that were taken where 0 was asked for.
    public var endpoints: [Endpoint] { groups.map(\.endpoint) }

    /// The sockets that one worker serves.
    func sockets(ofWorker worker: Int) -> [WorkerSocket] {
        groups.map { WorkerSocket(descriptor: $0.descriptors[worker], isWildcard: $0.endpoint.address.isAny) }
    }

    /// Wakes the threads that wait at these sockets; nothing more arrives at them.
    func wake() {
        for group in groups { group.shutDown() }
    }
}

/// What a worker needs to know of a socket.
struct WorkerSocket {
    let descriptor: Int32
    /// Whether datagrams come with the address that was asked.
    let isWildcard: Bool
}
