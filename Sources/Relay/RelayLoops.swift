internal import Director
internal import Glibc
internal import Sockets
internal import Synchronization

/// The threads that carry connections and datagrams, started with the first virtual server.
final class RelayLoops: Sendable {
    private let limits: RelayLimits
    private let threads = Mutex<[LoopThread]>([])
    /// Which thread has the next virtual server over UDP.
    private let turn = Atomic<Int>(0)

    init(_ limits: RelayLimits) {
        self.limits = limits
    }

    /// Opens a virtual server's port: all threads accept connections from it, one takes its datagrams.
    func listen(for service: RelayService) throws(SocketError) -> Int32 {
        if service.transport == .udp {
            let port = try BoundSocket.udp(service.virtual, .first)
            let running = try start()
            let socket = port.release()
            let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
            running[number % running.count].tell(.listen(socket, service))
            return socket
        }
        let listener = try BoundSocket.tcp(service.virtual, .first)
        StreamSocket.keepUrgentOctets(listener.rawValue)
        let running = try start()
        let socket = listener.release()
        for thread in running { thread.tell(.listen(socket, service)) }
        return socket
    }

    /// Closes a port, when no thread accepts from it any more.
    func unlisten(_ socket: Int32) async {
        for thread in threads.withLock({ $0 }) {
            await withCheckedContinuation { thread.tell(.unlisten(socket, $0)) }
        }
        Glibc.close(socket)
    }

    /// Resets all connections and ends the threads.
    func close() async {
        let ending = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in ending {
            await withCheckedContinuation { thread.tell(.end($0)) }
            thread.join()
        }
    }

    private func start() throws(SocketError) -> [LoopThread] {
        try threads.withLock { threads throws(SocketError) in
            while threads.count < limits.threads {
                let loop = try LoopThread(limits)
                try loop.start(named: "relay-\(threads.count)")
                threads.append(loop)
            }
            return threads
        }
    }

    deinit {
        for thread in threads.withLock({ $0 }) { thread.tell(.end(nil)) }
    }
}

/// One thread with its loop, and what others ask of it.
private final class LoopThread: Sendable {
    enum Request: Sendable {
        case listen(Int32, RelayService)
        case unlisten(Int32, CheckedContinuation<Void, Never>)
        /// Resets all connections and ends the thread.
        case end(CheckedContinuation<Void, Never>?)
    }

    private let poller: Poller
    private let limits: RelayLimits
    private let requests = Mutex<[Request]>([])
    private let thread = Mutex<ServerThread?>(nil)

    init(_ limits: RelayLimits) throws(SocketError) {
        poller = try Poller()
        self.limits = limits
    }

    func start(named name: String) throws(SocketError) {
        let started = try ServerThread(name) { self.run() }
        thread.withLock { $0 = started }
    }

    /// Waits for the thread, which has been told to end.
    func join() {
        thread.withLock { $0 }?.join()
    }

    func tell(_ request: Request) {
        requests.withLock { $0.append(request) }
        poller.wake()
    }

    private func run() {
        var loop = TCPLoop(poller, limits)
        while true {
            loop.turn()
            let asked = requests.withLock { requests in
                defer { requests = [] }
                return requests
            }
            for request in asked {
                switch request {
                case .listen(let socket, let service): loop.listen(socket, for: service)
                case .unlisten(let socket, let continuation):
                    loop.unlisten(socket)
                    continuation.resume()
                case .end(let continuation):
                    loop.endAll()
                    continuation?.resume()
                    return
                }
            }
        }
    }
}
