public import Addresses
public import Sockets
internal import Synchronization

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
    /// to them is lost when a server changes from the one to the other. Where nothing is different, it
    /// is the set that was kept. Port 0 takes any free port.
    /// - Throws: `bind udp 192.0.2.1#53: Address already in use`
    public static func open(
        _ endpoints: [Endpoint], workers: Int = ServerThread.usualCount, keeping kept: UDPSockets? = nil
    ) throws(SocketError) -> UDPSockets {
        let workers = kept?.workers ?? max(workers, 1)
        let groups = try EndpointSockets.open(
            endpoints, count: workers, keeping: kept?.groups ?? [], by: BoundSocket.udp)
        if let kept, kept.groups.elementsEqual(groups, by: ===) { return kept }
        return UDPSockets(groups: groups, workers: workers)
    }

    /// The endpoints, with the ports that were taken where 0 was asked for.
    public var endpoints: [Endpoint] { groups.map(\.endpoint) }

    /// The sockets that one worker serves.
    func sockets(ofWorker worker: Int) -> WorkerSockets {
        WorkerSockets(
            groups.map { group in
                let socket = group.descriptors[worker]
                let told = group.losses.withLock { $0[worker] }
                return WorkerSocket(
                    descriptor: socket, isWildcard: group.endpoint.address.isAny,
                    queue: DatagramQueue(of: socket, told: told))
            })
    }

    /// Takes back what a worker served, for the next one.
    func take(_ sockets: borrowing WorkerSockets, ofWorker worker: Int) {
        for place in sockets.indices {
            let told = sockets[place].queue.told
            groups[place].losses.withLock { $0[worker] = told }
        }
    }
}

/// What a worker needs to know of a socket.
struct WorkerSocket: BitwiseCopyable {
    let descriptor: Int32
    /// Whether datagrams come with the address that was asked.
    let isWildcard: Bool
    var queue: DatagramQueue
}

/// The sockets of one worker, in cache lines of their own: what it notes of them no other worker looks at.
@safe struct WorkerSockets: ~Copyable {
    // Allocated in init, freed in deinit, never handed out.
    private let sockets: UnsafeMutableBufferPointer<WorkerSocket>

    init(_ sockets: [WorkerSocket]) {
        let size = sockets.count * MemoryLayout<WorkerSocket>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max((size + 63) & ~63, 64), alignment: 64)
        unsafe self.sockets = UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: WorkerSocket.self, capacity: sockets.count), count: sockets.count)
        _ = unsafe self.sockets.initialize(fromContentsOf: sockets)
    }

    deinit {
        unsafe sockets.deallocate()
    }

    var indices: Range<Int> { 0..<(unsafe sockets.count) }

    subscript(place: Int) -> WorkerSocket {
        get {
            precondition(indices.contains(place))
            return unsafe sockets[place]
        }
        _modify {
            precondition(indices.contains(place))
            yield unsafe &sockets[place]
        }
    }
}
