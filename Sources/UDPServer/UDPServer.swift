public import Answering
internal import Dispatch
public import Sockets
internal import Synchronization
public import Telemetry

/// Answers queries over UDP, on threads of its own.
///
/// Order of calls: `UDPSockets.open` while the process may still bind low ports; then, once it has
/// become the user it is to be and a first `Snapshot` stands, `serve`. To change the endpoints, open
/// a set that keeps the sockets of the running one (`keeping: server.sockets`) and `serve` that: what
/// both have goes on without a gap, what is new is served, what is left out is closed. Either can fail,
/// for want of a socket, a thread or what it waits with, and changes nothing then.
///
/// Every worker serves one socket of each endpoint; a client's datagrams all come to one worker. The
/// calls below wait for the workers, some milliseconds, and must not overlap.
public final class UDPServer: Sendable {
    private struct Running: Sendable {
        var sockets: UDPSockets?
        var threads: [(worker: Worker, thread: ServerThread)] = []
    }

    private let running = Mutex(Running())
    /// What the workers count, one element for each; they stay when the endpoints change.
    public let counters: [WorkerCounters]

    /// The longest that an idle worker sleeps, in milliseconds; nothing here waits for that.
    private let patience: Int32

    /// A server with so many workers, that serves nothing yet.
    public convenience init(workers: Int = ServerThread.usualCount) {
        self.init(workers: workers, patience: Worker.patience)
    }

    init(workers: Int, patience: Int32) {
        self.patience = patience
        counters = (0..<max(workers, 1)).map { _ in WorkerCounters() }
    }

    /// The sockets that are served.
    public var sockets: UDPSockets? { running.withLock { $0.sockets } }

    /// Serves these sockets, which must have been opened for as many workers, instead of those that
    /// were served before.
    /// - Throws: `start thread udp-0: …`, `epoll of udp-0: …`; what was served goes on then.
    public func serve(_ sockets: UDPSockets, from store: SnapshotStore) throws(SocketError) {
        precondition(sockets.workers == counters.count, "one socket per worker")
        var next = Running(sockets: sockets)
        let former = running.withLock { $0.threads }
        let gate = StartingGate()
        do throws(SocketError) {
            for index in counters.indices {
                let worker = try Worker(
                    index: index, sockets: sockets, store: store, counters: counters[index], patience: patience)
                let predecessor = former.isEmpty ? nil : former[index].thread
                let thread = try ServerThread("udp-\(index)") {
                    if gate.passes(after: predecessor) { worker.run() }
                }
                next.threads.append((worker, thread))
            }
        } catch {
            gate.open(for: next.threads.count, isCalledOff: true)
            for (_, thread) in next.threads { thread.join() }
            throw error
        }
        for (worker, _) in former { worker.stop() }
        running.withLock { [next] in $0 = next }
        gate.open(for: next.threads.count)
        gate.waitForAll(next.threads.count)
    }

    /// Ends the workers when they have answered what has arrived, and closes the sockets.
    public func stop() {
        let last = running.withLock { running in
            defer { running = Running() }
            return running
        }
        for (worker, _) in last.threads { worker.stop() }
        for (_, thread) in last.threads { thread.join() }
    }

    deinit {
        stop()
    }
}

/// Where new threads wait until all of them are there, and each then for the one in whose place it comes, but for no
/// other: a counter and a socket have one worker at any time, and none for as short as can be.
private final class StartingGate: Sendable {
    private let opening = DispatchSemaphore(value: 0)
    private let passing = DispatchSemaphore(value: 0)
    private let isCalledOff = Atomic(false)

    /// Waits for the gate to open and for the predecessor's end, and tells whether there is anything to do behind it.
    func passes(after predecessor: ServerThread?) -> Bool {
        opening.wait()
        if isCalledOff.load(ordering: .acquiring) { return false }
        predecessor?.join()
        passing.signal()
        return true
    }

    /// Lets so many threads go, to their work or to their end.
    func open(for threads: Int, isCalledOff: Bool = false) {
        self.isCalledOff.store(isCalledOff, ordering: .releasing)
        for _ in 0..<threads { opening.signal() }
    }

    /// Waits until so many have passed.
    func waitForAll(_ threads: Int) {
        for _ in 0..<threads { passing.wait() }
    }
}
