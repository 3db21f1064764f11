public import Addresses
internal import CLinux
internal import Glibc
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
        _ endpoints: [Endpoint], workers: Int = UDPServer.defaultWorkers, keeping kept: UDPSockets? = nil
    ) throws(SocketError) -> UDPSockets {
        let workers = kept?.workers ?? max(workers, 1)
        var groups: [EndpointSockets] = []
        for endpoint in endpoints where !groups.contains(where: { $0.endpoint == endpoint }) {
            if let group = kept?.groups.first(where: { $0.endpoint == endpoint }) {
                groups.append(group)
            } else {
                // Our own wildcard socket at that port is no other process's.
                let isOverlapping = (kept?.groups ?? []).contains { $0.endpoint.overlaps(endpoint) }
                groups.append(
                    try EndpointSockets(endpoint, count: workers, first: isOverlapping ? .further : .first))
            }
        }
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
        for group in groups { for descriptor in group.descriptors { shutdown(descriptor, Int32(SHUT_RD)) } }
    }
}

/// What a worker needs to know of a socket.
struct WorkerSocket {
    let descriptor: Int32
    /// Whether datagrams come with the address that was asked.
    let isWildcard: Bool
}

/// The sockets of one endpoint.
final class EndpointSockets: Sendable {
    let endpoint: Endpoint
    let descriptors: [Int32]

    init(_ wanted: Endpoint, count: Int, first: BoundSocket.Sharing) throws(SocketError) {
        var endpoint = wanted
        var open: [Int32] = []
        do throws(SocketError) {
            for index in 0..<count {
                let socket = try BoundSocket.udp(endpoint, index == 0 ? first : .further)
                if endpoint.port == 0, let port = SocketAddress(boundTo: socket.rawValue)?.endpoint?.port {
                    endpoint.port = port
                }
                open.append(socket.release())
            }
        } catch {
            for descriptor in open { close(descriptor) }
            throw error
        }
        self.endpoint = endpoint
        descriptors = open
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}

extension Endpoint {
    /// Whether sockets at both could be asked by the same datagram.
    fileprivate func overlaps(_ other: Endpoint) -> Bool {
        port == other.port && address.family == other.address.family && (address.isAny || other.address.isAny)
    }
}
