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
    /// Where each worker waits for its sockets; empty if it has but one.
    private let readiness: [Readiness]

    private init(groups: [EndpointSockets], workers: Int) throws(SocketError) {
        self.groups = groups
        self.workers = workers
        var readiness: [Readiness] = []
        if groups.count > 1 {
            for worker in 0..<workers {
                readiness.append(try Readiness(ofWorker: worker, at: groups.map { $0.descriptors[worker] }))
            }
        }
        self.readiness = readiness
    }

    /// Opens and binds the sockets, all or none; queries wait in them until a server serves them.
    ///
    /// Endpoints that `kept` has are not opened again: both sets share their sockets, so that no query
    /// to them is lost when a server changes from the one to the other. Where nothing is different, it
    /// is the set that was kept. Port 0 takes any free port.
    /// - Throws: `bind udp 192.0.2.1#53: Address already in use`, `epoll of udp-0: …`
    public static func open(
        _ endpoints: [Endpoint], workers: Int = ServerThread.usualCount, keeping kept: UDPSockets? = nil
    ) throws(SocketError) -> UDPSockets {
        let workers = kept?.workers ?? max(workers, 1)
        let groups = try EndpointSockets.open(
            endpoints, count: workers, keeping: kept?.groups ?? [], by: BoundSocket.udp)
        if let kept, kept.groups.elementsEqual(groups, by: ===) { return kept }
        return try UDPSockets(groups: groups, workers: workers)
    }

    /// The endpoints, with the ports that were taken where 0 was asked for.
    public var endpoints: [Endpoint] { groups.map(\.endpoint) }

    /// The sockets that one worker serves.
    func sockets(ofWorker worker: Int) -> WorkerSockets {
        WorkerSockets(groups.map { ($0.descriptors[worker], $0.endpoint.address.isAny) })
    }

    /// The epoll descriptor that tells which of one worker's sockets, by their places, have something to read; nil if
    /// there is but one socket.
    func readiness(ofWorker worker: Int) -> Int32? {
        readiness.isEmpty ? nil : readiness[worker].descriptor.rawValue
    }

    /// Wakes the threads that wait at these sockets; nothing more arrives at them.
    func wake() {
        for group in groups { group.shutDown() }
    }
}

/// Where a worker waits for several sockets at once.
private final class Readiness: Sendable {
    let descriptor: Descriptor

    init(ofWorker worker: Int, at sockets: [Int32]) throws(SocketError) {
        descriptor = Descriptor(owning: epoll_create1(Int32(EPOLL_CLOEXEC)))
        if descriptor.rawValue < 0 { throw SocketError("epoll of udp-\(worker)", code: errno) }
        for (place, socket) in sockets.enumerated() {
            var event = unsafe epoll_event()
            unsafe event.events = EPOLLIN.rawValue
            unsafe event.data.u32 = UInt32(place)
            if unsafe epoll_ctl(descriptor.rawValue, EPOLL_CTL_ADD, socket, &event) != 0 {
                throw SocketError("epoll of udp-\(worker)", code: errno)
            }
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

    init(_ sockets: [(descriptor: Int32, isWildcard: Bool)]) {
        let size = sockets.count * MemoryLayout<WorkerSocket>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max((size + 63) & ~63, 64), alignment: 64)
        unsafe self.sockets = UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: WorkerSocket.self, capacity: sockets.count), count: sockets.count)
        for (place, (descriptor, isWildcard)) in sockets.enumerated() {
            let socket = WorkerSocket(
                descriptor: descriptor, isWildcard: isWildcard, queue: DatagramQueue(of: descriptor))
            unsafe self.sockets.initializeElement(at: place, to: socket)
        }
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
