public import Answering
internal import CLinux
internal import Glibc
public import Logging
public import Sockets
internal import Synchronization
public import Telemetry

/// Answers queries over TCP (RFC 7766), on threads of its own.
///
/// Order of calls: `StreamSockets.open` while the process may still bind low ports, then `serve`. To
/// change the endpoints, open a set that keeps the sockets of the running one (`keeping:
/// server.sockets`) and `serve` that: what both have goes on, connections live on. Calls must not
/// overlap.
///
/// Every worker has a socket of each endpoint and the connections that it takes from there; a client's all come to
/// one worker.
public final class StreamServer: Sendable {
    private struct Running {
        var sockets: StreamSockets?
        var threads: [ServerThread] = []
    }

    private let crowd: StreamCrowd
    private let store: SnapshotStore
    private let running = Mutex(Running())

    /// A server with so many workers, that serves nothing yet.
    public init(
        workers: Int = ServerThread.usualCount, store: SnapshotStore, limits: StreamLimits = StreamLimits(),
        logger: Logger
    ) {
        crowd = StreamCrowd(workers: max(workers, 1), limits: limits, logger: logger)
        self.store = store
    }

    /// What the workers count, one element for each.
    public var counters: [WorkerCounters] { crowd.members.map(\.counters) }

    /// The sockets that are served.
    public var sockets: StreamSockets? { running.withLock { $0.sockets } }

    /// Connections that are open.
    public var connectionCount: Int { crowd.connections }

    /// Serves these sockets, which must have been opened for as many workers, instead of those that were served
    /// before.
    /// - Throws: `start thread tcp-0: …`, `epoll of tcp-0: …`; nothing is served then.
    public func serve(_ sockets: StreamSockets) throws(SocketError) {
        precondition(sockets.workers == crowd.members.count, "one socket per worker")
        for (index, member) in crowd.members.enumerated() where member.bellFailure != 0 {
            throw SocketError("eventfd of tcp-\(index)", code: member.bellFailure)
        }
        if let failure = sockets.spreadFailure { crowd.sayUnspread(failure) }
        self.sockets?.refuse(unlessIn: sockets)
        tell { $0.sockets = sockets }
        running.withLock { $0.sockets = sockets }
        if running.withLock({ !$0.threads.isEmpty }) { return }
        do throws(SocketError) {
            for index in crowd.members.indices {
                let thread = try start(index)
                running.withLock { $0.threads.append(thread) }
            }
        } catch {
            stop()
            throw error
        }
    }

    private func start(_ index: Int) throws(SocketError) -> ServerThread {
        let readiness = epoll_create1(Int32(EPOLL_CLOEXEC))
        if readiness < 0 { throw SocketError("epoll of tcp-\(index)", code: errno) }
        let (crowd, store) = (crowd, store)
        do throws(SocketError) {
            // It would never hear that it is to end.
            if !StreamLoop.hear(crowd.members[index].bell.rawValue, by: readiness) {
                throw SocketError("epoll of tcp-\(index)", code: errno)
            }
            return try ServerThread("tcp-\(index)") {
                var loop = StreamLoop(index, of: crowd, store: store, readiness: Descriptor(owning: readiness))
                loop.run()
            }
        } catch {
            close(readiness)
            throw error
        }
    }

    /// Holds connections to other limits from now on; where there are too many of them, those go
    /// that would make room for others.
    public func take(_ limits: StreamLimits) {
        tell { $0.limits = limits }
    }

    /// Refuses new connections, lets those that are open finish what has begun, for two seconds at
    /// most, closes them, and waits for that.
    public func stop() {
        let ending = running.withLock { running in
            defer { running = Running() }
            return running
        }
        ending.sockets?.refuse(unlessIn: nil)
        tell {
            $0.sockets = nil
            $0.isEnding = true
        }
        for thread in ending.threads { thread.join() }
        tell { $0.isEnding = false }
    }

    private func tell(_ change: (inout StreamCrowd.Orders) -> Void) {
        for member in crowd.members { member.tell(change) }
    }

    deinit {
        stop()
    }
}
