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
/// opening for want of a socket, serving for want of a thread, and changes nothing then.
///
/// Every worker serves one socket of each endpoint; a client's datagrams all come to one worker. The
/// calls below wait for the workers, a quarter of a second at most, and must not overlap.
public final class UDPServer: Sendable {
    private struct Running: Sendable {
        var sockets: UDPSockets?
        var threads: [(worker: Worker, thread: ServerThread)] = []
    }

    private let running = Mutex(Running())
    /// What the workers count, one element for each; they stay when the endpoints change.
    public let counters: [WorkerCounters]

    /// A server with so many workers, that serves nothing yet.
    public init(workers: Int = ServerThread.usualCount) {
        counters = (0..<max(workers, 1)).map { _ in WorkerCounters() }
    }

    /// The sockets that are served.
    public var sockets: UDPSockets? { running.withLock { $0.sockets } }

    /// Serves these sockets, which must have been opened for as many workers, instead of those that
    /// were served before.
    /// - Throws: `start thread udp-0: …`; what was served goes on then.
    public func serve(_ sockets: UDPSockets, from store: SnapshotStore) throws(SocketError) {
        precondition(sockets.workers == counters.count, "one socket per worker")
        var next = Running(sockets: sockets)
        let gate = StartingGate()
        do throws(SocketError) {
            for index in counters.indices {
                let worker = Worker(
                    index: index, sockets: sockets, store: store, counters: counters[index])
                let thread = try ServerThread("udp-\(index)") { if gate.passes() { worker.run() } }
                next.threads.append((worker, thread))
            }
        } catch {
            gate.open(for: next.threads.count, isCalledOff: true)
            for (_, thread) in next.threads { thread.join() }
            throw error
        }
        // The counters have one writer each, so the new ones begin when the old ones have ended.
        end(take(), isLast: false)
        running.withLock { [next] in $0 = next }
        gate.open(for: next.threads.count)
    }

    /// Ends the workers when they have answered what has arrived, and closes the sockets.
    public func stop() {
        end(take(), isLast: true)
    }

    private func take() -> Running {
        running.withLock { running in
            defer { running = Running() }
            return running
        }
    }

    private func end(_ ending: Running, isLast: Bool) {
        for (worker, _) in ending.threads { worker.isStopping.store(true, ordering: .relaxed) }
        if isLast { ending.sockets?.wake() }
        for (_, thread) in ending.threads { thread.join() }
    }

    deinit {
        stop()
    }
}

/// Where new threads wait until all of them are there, and those before them have ended.
private final class StartingGate: Sendable {
    private let opening = DispatchSemaphore(value: 0)
    private let isCalledOff = Atomic(false)

    /// Waits for the gate to open, and tells whether there is anything to do behind it.
    func passes() -> Bool {
        opening.wait()
        return !isCalledOff.load(ordering: .acquiring)
    }

    /// Lets so many threads go, to their work or to their end.
    func open(for threads: Int, isCalledOff: Bool = false) {
        self.isCalledOff.store(isCalledOff, ordering: .releasing)
        for _ in 0..<threads { opening.signal() }
    }
}
