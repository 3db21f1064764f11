internal import CLinux
internal import Glibc
internal import Logging
internal import Sockets
internal import Synchronization
internal import Telemetry

/// The loops of a server as they see each other, and what each is told: they share nothing else.
///
/// Each says how many connections it has and which of them is the first to go. Where there are too many, the loop
/// that has the very first closes it; another one that finds so wakes it.
final class StreamCrowd: Sendable {
    let members: [Member]
    private let logger: Logger
    /// Whether it was said that the kernel spreads connections, not clients.
    private let isSpreadingSaid = Mutex(false)
    /// When it was said last that descriptors or memory have run out.
    private let shortageSaid = Mutex<UInt64?>(nil)

    init(workers: Int, limits: StreamLimits, logger: Logger) {
        members = (0..<workers).map { _ in Member(limits) }
        self.logger = logger
    }

    /// Connections that are open.
    var connections: Int { members.reduce(0) { $0 + $1.gauge.connections } }

    /// The loop that has the connection which goes first; nil if there are none.
    var first: Member? {
        members.min { $0.gauge.rank < $1.gauge.rank }.flatMap { $0.gauge.rank == .max ? nil : $0 }
    }

    /// Says what descriptors or memory are wanted for and what comes of it, once a minute at most.
    func sayShort(_ what: StaticString, _ code: Int32, _ result: StaticString, now: UInt64) {
        let isToBeSaid = shortageSaid.withLock { said in
            // Another loop's moment may be a little later.
            if let said, now < said &+ 60_000_000_000 { return false }
            said = now
            return true
        }
        if isToBeSaid {
            let words = unsafe String(cString: strerror(code))
            logger.warning("\(what): \(words); \(result)")
        }
    }

    /// Says once that a client's connections do not all come to one loop.
    func sayUnspread(_ failure: SocketError) {
        let wasSaid = isSpreadingSaid.withLock { said in
            defer { said = true }
            return said
        }
        if !wasSaid {
            logger.warning(
                "\(failure); a client's connections come to several workers, and each counts its own of them")
        }
    }

    /// What a loop is to do.
    struct Orders: Sendable {
        var limits: StreamLimits
        var sockets: StreamSockets?
        /// Finish what has begun, and end.
        var isEnding = false
    }

    /// One loop, seen from outside.
    final class Member: Sendable {
        let counters = WorkerCounters()
        let gauge = StreamGauge()
        /// So many of its connections are to make room for those of other loops.
        let roomWanted = Atomic(0)
        /// Readable when there is something new to look at.
        let bell: Descriptor
        /// Why there is none; 0 if there is.
        let bellFailure: Int32
        private let orders: Mutex<Orders>

        init(_ limits: StreamLimits) {
            bell = Descriptor(owning: eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)))
            bellFailure = bell.rawValue < 0 ? errno : 0
            orders = Mutex(Orders(limits: limits))
        }

        /// What it is to do now.
        var order: Orders { orders.withLock { $0 } }

        /// Tells it something else.
        func tell(_ change: (inout Orders) -> Void) {
            orders.withLock { change(&$0) }
            ring()
        }

        /// Lets it look at its orders and at what is too much.
        func ring() {
            eventfd_write(bell.rawValue, 1)
        }

        /// It has seen so.
        func heard() {
            var count: eventfd_t = 0
            unsafe eventfd_read(bell.rawValue, &count)
        }
    }
}

/// What a loop says of its connections, on a cache line that only it writes.
@safe final class StreamGauge: Sendable {
    // Allocated in init, freed in deinit, never reassigned; its elements are atomics.
    private nonisolated(unsafe) let line: UnsafeMutablePointer<Atomic<UInt64>>

    init() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 64)
        unsafe line = memory.bindMemory(to: Atomic<UInt64>.self, capacity: 2)
        unsafe line.initialize(to: Atomic(0))
        unsafe (line + 1).initialize(to: Atomic(.max))
    }

    deinit {
        unsafe UnsafeMutableRawPointer(line).deallocate()
    }

    /// How many there are.
    var connections: Int { unsafe Int(line[0].load(ordering: .relaxed)) }
    /// The rank of the one that goes first; the greatest number if there is none.
    var rank: UInt64 { unsafe line[1].load(ordering: .acquiring) }

    /// To be called by the loop alone. Who reads the rank first and then the number knows of every connection that
    /// has gone before.
    func show(connections: Int, rank: UInt64) {
        unsafe line[0].store(UInt64(connections), ordering: .relaxed)
        unsafe line[1].store(rank, ordering: .releasing)
    }
}
