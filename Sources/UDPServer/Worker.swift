internal import Answering
internal import CLinux
internal import Glibc
internal import Sockets
internal import Synchronization
internal import Telemetry

/// One thread that serves one socket of each endpoint.
final class Worker: Sendable {
    let index: Int
    let sockets: UDPSockets
    let store: SnapshotStore
    let counters: WorkerCounters
    let isStopping = Atomic(false)

    init(index: Int, sockets: UDPSockets, store: SnapshotStore, counters: WorkerCounters) {
        self.index = index
        self.sockets = sockets
        self.store = store
        self.counters = counters
    }

    /// The longest that an idle worker sleeps: it then lets go of a snapshot that has been replaced,
    /// and sees that it is to stop.
    static let patience = timeval(tv_sec: 0, tv_usec: 250_000)
    /// Batches answered after the stop, at most, of what has arrived before it.
    static let lastBatches = 64

    /// Serves until `isStopping`.
    func run() {
        let readiness = sockets.readiness(ofWorker: index)
        var sockets = sockets.sockets(ofWorker: index)
        for place in sockets.indices {
            Self.limit(sockets[place].descriptor, SO_RCVTIMEO, Self.patience)
        }
        var service = Service(store: store, counters: counters)
        if let readiness {
            serve(&sockets, readiness, &service)
        } else if !sockets.indices.isEmpty {
            // Waits for the first datagram, then takes those that are there.
            while !isStopping.load(ordering: .relaxed) {
                service.serve(&sockets[0], flags: Int32(MSG_WAITFORONE))
            }
        }
        for place in sockets.indices {
            var batches = 0
            while batches < Self.lastBatches, service.serve(&sockets[place], flags: Int32(MSG_DONTWAIT)) {
                batches += 1
            }
            sockets[place].queue.note(isFull: false)
        }
    }

    private func serve(_ sockets: inout WorkerSockets, _ readiness: Int32, _ service: inout Service) {
        let patience = Int32(Self.patience.tv_usec / 1000)
        var events = unsafe [epoll_event](repeating: epoll_event(), count: sockets.indices.count)
        let capacity = unsafe Int32(events.count)
        while !isStopping.load(ordering: .relaxed) {
            let count = unsafe epoll_wait(readiness, &events, capacity, patience)
            if count <= 0 {
                service.idle()
                // A flood may have ended with a full batch.
                for place in sockets.indices { sockets[place].queue.note(isFull: false) }
                continue
            }
            for index in 0..<Int(count) {
                let place = unsafe Int(events[index].data.u32)
                service.serve(&sockets[place], flags: Int32(MSG_DONTWAIT))
            }
        }
    }

    private static func limit(_ socket: Int32, _ option: Int32, _ duration: timeval) {
        var duration = duration
        unsafe setsockopt(socket, SOL_SOCKET, option, &duration, socklen_t(MemoryLayout<timeval>.size))
    }
}

/// What a worker's thread has for itself alone.
struct Service: ~Copyable {
    private var responder: Responder
    private var batch = Batch()
    private let counters: WorkerCounters

    init(store: SnapshotStore, counters: WorkerCounters) {
        var random = SystemRandomNumberGenerator()
        responder = Responder(store: store, counters: counters, seed: random.next(), width: Batch.width)
        self.counters = counters
    }

    /// Answers the datagrams that wait at a socket; whether there were any.
    @discardableResult mutating func serve(_ socket: inout WorkerSocket, flags: Int32) -> Bool {
        let count = batch.receive(socket, flags: flags)
        socket.queue.note(isFull: count == Batch.width)
        responder.refresh()
        responder.time = Self.seconds
        if count > 0 {
            batch.answer(count, of: socket, by: &responder, counters: counters)
            return true
        }
        // Nothing arrived in time; any other error of a socket passes (memory is short, a link went
        // away), but must not be asked for again and again at full speed.
        if count != -Int(EAGAIN) && count != -Int(EINTR) { usleep(10_000) }
        return false
    }

    /// Seconds since 1970, from the kernel's last tick, which costs no system call.
    private static var seconds: UInt32 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
        return UInt32(truncatingIfNeeded: now.tv_sec)
    }

    /// Lets go of a snapshot that has been replaced.
    mutating func idle() {
        responder.refresh()
    }
}
