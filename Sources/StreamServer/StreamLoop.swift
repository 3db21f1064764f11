internal import Addresses
internal import Answering
internal import CLinux
internal import Glibc
internal import Sockets
internal import Synchronization
internal import Telemetry

/// What one thread serves: sockets that listen, and the connections taken from them.
///
/// A turn is one `epoll_wait` and, for each connection that has something to read, one `recv` and one `send` with all
/// the answers. A query passes through memory that the loop's connections share; only what has to wait is kept with
/// its connection.
struct StreamLoop: ~Copyable {
    let crowd: StreamCrowd
    let member: StreamCrowd.Member
    var responder: Responder
    var table = ConnectionTable()
    let memory = StreamMemory()
    /// Nanoseconds of the monotonic clock when the turn began.
    var now: UInt64 = 0
    private let readiness: Descriptor
    private var order: StreamCrowd.Orders
    private var patience = InlineArray<4, UInt64>(repeating: 0)
    private var listeners: [Int32] = []
    /// Connections that have been answered for the first time and aren't watched yet, and since when.
    private var fresh: [(index: Int32, since: UInt64)] = []
    /// There may be fewer connections than there are.
    private var isShrinking = false
    /// Until when nothing is accepted for want of descriptors, or of memory to wait for it.
    private var pauseEnd: UInt64?
    /// When connections are closed, whatever is unfinished.
    private var end: UInt64?

    /// A loop, which waits at an epoll descriptor of its own, by which it hears the bell already.
    init(_ index: Int, of crowd: StreamCrowd, store: SnapshotStore, readiness: consuming Descriptor) {
        self.crowd = crowd
        member = crowd.members[index]
        order = member.order
        self.readiness = readiness
        var random = SystemRandomNumberGenerator()
        responder = Responder(store: store, counters: member.counters, seed: random.next())
    }

    /// The longest that an idle loop sleeps: it then lets go of a snapshot that has been replaced, and closes what has
    /// had its time, which is late by as much at most.
    private static let sleep: Int32 = 250
    /// Connections accepted in one turn, at most, so that those that are open wait no longer for it.
    private static let batch = 32
    /// How long it waits before it looks again for descriptors or memory, or for room that other loops make.
    private static let pause: UInt64 = 20_000_000
    /// How many connections more than the limit may be open while other loops make room.
    static let headroom = 16
    /// How long a busy loop leaves a connection alone after the first answer, in nanoseconds.
    private static let moment: UInt64 = 500_000
    /// How long unfinished connections have in the end.
    private static let farewell: UInt64 = 2_000_000_000

    /// What the kernel is told to say when the bell rings, and when a listener of such a place is ready; other
    /// numbers are connections.
    private static let bell = UInt32.max
    private static let listener: UInt32 = 1 << 31

    /// Serves until it is told to end.
    mutating func run() {
        tick()
        obey()
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
        while !isOver {
            let answered = fresh.count
            let sleep = answered > 0 ? 0 : pauseEnd == nil ? Self.sleep : Int32(Self.pause / 1_000_000)
            let count = unsafe epoll_wait(readiness.rawValue, &events, 64, sleep)
            tick()
            for index in 0..<max(Int(count), 0) {
                // Of a connection that this turn has closed or replaced this may be told as well: its socket then has
                // nothing to read, which does no harm.
                let place = unsafe events[index].data.u32
                if place == Self.bell {
                    member.heard()
                    obey()
                } else if place >= Self.listener {
                    accept(Int(place - Self.listener))
                } else {
                    serve(Int(place))
                }
            }
            if answered > 0 { watchFresh(answered, isBusy: count > 0) }
            while let index = table.expired(now: now, patience) { cut(index) }
            if let pauseEnd, pauseEnd <= now { listen(again: true) }
            show()
        }
        for index in table.indices where table[index].isOpen { close(index) }
        show()
    }

    private var isOver: Bool { end.map { table.count == 0 || $0 <= now } ?? false }

    /// Takes the newest snapshot and looks at the clocks, once for all that has arrived together.
    private mutating func tick() {
        responder.refresh()
        now = MonotonicClock.now
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)
        responder.time = UInt32(truncatingIfNeeded: time.tv_sec)
    }

    /// Does as it is told, and closes connections where there are too many.
    private mutating func obey() {
        let order = member.order
        if order.limits.connections < self.order.limits.connections { isShrinking = true }
        let index = crowd.members.firstIndex { $0 === member } ?? 0
        listen(at: order.sockets?.groups.map { $0.descriptors[index] } ?? [])
        // Only now: as long as the sockets of before are kept, those that are new have other numbers.
        self.order = order
        for state in Connection.State.allCases { patience[state.rawValue] = order.limits.patience(state) }
        responder.idleTimeout = UInt16(clamping: Int64(order.limits.advertisedTimeout / .milliseconds(100)))
        if order.isEnding, end == nil { finish() }
        for _ in 0..<member.roomWanted.exchange(0, ordering: .relaxed) {
            if let first = table.first(now: now) { cut(first) }
        }
        while let client = table.client(beyond: order.limits.connectionsPerClient),
            let first = table.first(of: client, beyond: order.limits.connectionsPerClient)
        {
            cut(first)
        }
        if isShrinking { shrink() }
    }

    /// Lets an epoll descriptor tell of a loop's bell; false if the kernel refuses.
    static func hear(_ bell: Int32, by readiness: Int32) -> Bool {
        control(readiness, EPOLL_CTL_ADD, bell, EPOLLIN.rawValue, Self.bell)
    }

    /// Listens at these sockets instead of those of before. A pause ends with a change, and with nothing else before
    /// its time.
    private mutating func listen(at next: [Int32]) {
        if next == listeners { return }
        for listener in listeners { _ = watch(listener, EPOLL_CTL_DEL, 0, 0) }
        listeners = next
        listen(again: true)
    }

    /// Closes connections while there are more than the limit and this loop has the one that goes first; then it is
    /// another loop's turn.
    private mutating func shrink() {
        show()
        while let member = crowd.first, crowd.connections > order.limits.connections {
            guard member === self.member, let first = table.first(now: now) else { return member.ring() }
            cut(first)
            show()
        }
        isShrinking = false
    }

    private mutating func finish() {
        end = now + Self.farewell
        for index in table.indices where table[index].isOpen {
            serve(index)
            finish(index)
        }
    }

    // MARK: Connections come

    private mutating func accept(_ place: Int) {
        guard listeners.indices.contains(place) else { return }
        show()
        for _ in 0..<Self.batch {
            if crowd.connections >= order.limits.connections + Self.headroom { return pause() }
            var address = sockaddr_in6()
            let descriptor = unsafe swerve_accept(listeners[place], &address)
            if descriptor >= 0 {
                take(descriptor, address)
                continue
            }
            switch errno {
            case EAGAIN:
                return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                crowd.sayShort("accept", errno, "connections are closed to make room", now: now)
                if !makeRoom() { return pause() }
            case EBADF, EINVAL, ENOTSOCK:
                // It was shut down, and is about to be left out.
                return
            default:
                // A connection that ended before it was taken.
                continue
            }
        }
    }

    private mutating func take(_ descriptor: Int32, _ address: sockaddr_in6) {
        let client = unsafe withUnsafeBytes(of: address) { unsafe SocketAddress.endpoint($0) }
        guard let client else {
            Glibc.close(descriptor)
            return
        }
        member.counters.add(.connections)
        if let first = table.first(of: client.address, beyond: order.limits.connectionsPerClient - 1) {
            cut(first)
        } else if crowd.connections >= order.limits.connections {
            _ = makeRoom()
        }
        let index = table.insert(Connection(descriptor, from: client), now: now)
        // Others must know of it before it costs time: only so the limit is kept.
        show()
        // Most have sent their query with the last packet of the handshake.
        serve(index, isFresh: true)
        show()
    }

    /// Looks again at the first of those that were answered before this turn, and lets the kernel watch them. Who had
    /// a single question has closed meanwhile, and need not be watched; while there is other work, they get a moment
    /// to do so.
    private mutating func watchFresh(_ count: Int, isBusy: Bool) {
        var end = 0
        while end < count {
            // Its place may have been given to another meanwhile, which is looked at a moment too early then.
            let (index, since) = fresh[end]
            if isBusy, since &+ Self.moment > now { break }
            serve(Int(index))
            end += 1
        }
        fresh.removeFirst(end)
    }

    /// Leaves for later whether a connection is worth watching.
    mutating func watchLater(_ index: Int) {
        fresh.append((Int32(index), now))
    }

    /// Closes the connection that goes first, or lets its loop do so; whether there is room now.
    private mutating func makeRoom() -> Bool {
        show()
        guard let member = crowd.first else { return false }
        if member === self.member, let first = table.first(now: now) {
            cut(first)
            return true
        }
        member.roomWanted.add(1, ordering: .relaxed)
        member.ring()
        return false
    }

    private func show() {
        member.gauge.show(connections: table.count, rank: table.rank(now: now))
    }

    private mutating func pause() {
        listen(again: false)
        pauseEnd = now + Self.pause
    }

    /// Lets the kernel tell of connections that wait, or no more. Where it refuses, that is said and tried again.
    private mutating func listen(again: Bool) {
        pauseEnd = nil
        let events = again ? EPOLLIN.rawValue : 0
        for (place, listener) in listeners.enumerated() {
            let data = Self.listener | UInt32(place)
            if watch(listener, EPOLL_CTL_MOD, events, data) { continue }
            if errno == ENOENT, watch(listener, EPOLL_CTL_ADD, events, data) { continue }
            crowd.sayShort("listen", errno, "connections wait until there is more", now: now)
            pauseEnd = now + Self.pause
        }
    }

    // MARK: Connections go

    /// Closes a connection because of a limit, whatever is unfinished.
    mutating func cut(_ index: Int) {
        member.counters.add(.connectionsCut)
        close(index)
    }

    /// Closes a connection.
    mutating func close(_ index: Int) {
        Glibc.close(table.remove(index))
    }

    /// Reads no more of a connection, and closes it when its answers are out.
    mutating func finish(_ index: Int) {
        if !table[index].isOpen { return }
        table[index].isFinishing = true
        table[index].input.clear()
        if table[index].output.isEmpty { return close(index) }
        if table[index].state != .busy { table.move(index, to: .busy, now: now) }
    }

    /// Lets the kernel tell of what a connection waits for.
    mutating func watch(_ index: Int) {
        let wanted = table[index].output.isEmpty ? EPOLLIN.rawValue : EPOLLOUT.rawValue
        let watched = table[index].watched
        if watched == wanted { return }
        table[index].watched = wanted
        let operation = watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        if !watch(table[index].descriptor, operation, wanted, UInt32(index)) { close(index) }
    }

    private func watch(_ descriptor: Int32, _ operation: Int32, _ events: UInt32, _ place: UInt32) -> Bool {
        Self.control(readiness.rawValue, operation, descriptor, events, place)
    }

    private static func control(
        _ readiness: Int32, _ operation: Int32, _ descriptor: Int32, _ events: UInt32, _ place: UInt32
    ) -> Bool {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u32 = place
        return unsafe epoll_ctl(readiness, operation, descriptor, &event) == 0
    }
}
