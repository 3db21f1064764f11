internal import Answering
internal import CLinux
internal import Glibc
internal import Sockets
internal import Synchronization
internal import Telemetry

/// One thread that serves one socket of each endpoint.
final class Worker: Sendable {
    private let index: Int
    private let sockets: UDPSockets
    private let store: SnapshotStore
    private let counters: WorkerCounters
    private let patience: Int32
    private let poller: Poller
    private let isStopping = Atomic(false)

    /// A worker, and where it waits for its sockets.
    /// - Throws: `epoll of udp-0: …`
    init(
        index: Int, sockets: UDPSockets, store: SnapshotStore, counters: WorkerCounters, patience: Int32
    ) throws(SocketError) {
        self.index = index
        self.sockets = sockets
        self.store = store
        self.counters = counters
        self.patience = patience
        do throws(SocketError) {
            poller = try Poller()
        } catch {
            throw SocketError("epoll of udp-\(index)", code: error.code)
        }
        for (place, group) in sockets.groups.enumerated() {
            let code = poller.watch(group.descriptors[index], for: .reading, key: UInt64(place))
            if code != 0 { throw SocketError("epoll of udp-\(index)", code: code) }
        }
    }

    /// The longest that an idle worker sleeps, in milliseconds: it then lets go of a snapshot that has been replaced.
    static let patience: Int32 = 250
    /// How long a worker with one socket waits for the next datagram at the socket itself, where it hears no bell: it
    /// costs a busy one a call less for each batch, and one that is asked less often than a hundred times a second a
    /// call more, which is nothing.
    private static let moment = timeval(tv_sec: 0, tv_usec: 10_000)
    /// Batches answered after the stop, at most, of what has arrived before it.
    private static let lastBatches = 64

    /// Ends the service, soon.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        poller.wake()
    }

    private var isGoingOn: Bool { !isStopping.load(ordering: .relaxed) }

    /// Serves until `stop`.
    func run() {
        var sockets = sockets.sockets(ofWorker: index)
        let isSingle = sockets.indices.count == 1
        if isSingle { Self.limit(sockets[0].descriptor, SO_RCVTIMEO, Self.moment) }
        var service = Service(store: store, counters: counters)
        var events = Poller.Events(capacity: sockets.indices.count + 1)
        while isGoingOn {
            poller.wait(patience, &events)
            if events.count == 0 {
                service.idle()
                // A flood may have ended with a full batch.
                for place in sockets.indices { sockets[place].queue.note(isFull: false) }
            }
            for index in 0..<events.count where events[index].key != Poller.wakeKey {
                service.serve(&sockets[Int(events[index].key)], flags: Int32(MSG_DONTWAIT))
            }
            if isSingle && events.count > 0 { stay(at: &sockets, &service) }
            service.countLosses(of: &sockets)
        }
        for place in sockets.indices {
            var batches = 0
            while batches < Self.lastBatches, service.serve(&sockets[place], flags: Int32(MSG_DONTWAIT)) {
                batches += 1
            }
            sockets[place].queue.note(isFull: false)
            service.countLosses(of: &sockets[place])
        }
        self.sockets.take(sockets, ofWorker: index)
    }

    /// Serves the only socket at the socket itself until nothing comes for a moment. The poller doesn't watch it then: the
    /// kernel would tell there of each datagram, too.
    private func stay(at sockets: inout WorkerSockets, _ service: inout Service) {
        let socket = sockets[0].descriptor
        poller.unwatch(socket)
        repeat {
            // Waits for the first datagram, then takes those that are there.
            while isGoingOn, service.serve(&sockets[0], flags: Int32(MSG_WAITFORONE)) {
                service.countLosses(of: &sockets)
            }
        } while isGoingOn && poller.watch(socket, for: .reading, key: 0) != 0
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
    /// The second in which losses were last counted.
    private var counted: UInt32 = 0

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
        responder.time = Self.seconds
    }

    /// Counts what the sockets have lost, once a second.
    @inline(__always) mutating func countLosses(of sockets: inout WorkerSockets) {
        if responder.time == counted { return }
        counted = responder.time
        for place in sockets.indices { countLosses(of: &sockets[place]) }
    }

    /// Counts what a socket has lost since that was done last.
    @inline(never) func countLosses(of socket: inout WorkerSocket) {
        counters.add(.droppedQueueFull, UInt64(socket.queue.newlyLost()))
    }
}
