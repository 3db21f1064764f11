internal import Addresses
public import Answering
public import Logging
public import NIOCore
internal import NIOPosix
internal import Sockets
public import Telemetry

/// Answers queries over TCP (RFC 7766), on NIO's event loops.
///
/// Order of calls: `StreamSockets.open` while the process may still bind low ports, then `serve`. To
/// change the endpoints, open a set that keeps the sockets of the running one (`keeping:
/// server.sockets`) and `serve` that: what both have goes on, connections live on. Calls must not
/// overlap.
public actor StreamServer {
    /// What the event loops count, one element for each.
    public nonisolated let counters: [WorkerCounters]
    /// The sockets that are served.
    public private(set) var sockets: StreamSockets?

    private let group: any EventLoopGroup
    private let eventLoops: [any EventLoop]
    private let connections: Connections
    private let store: SnapshotStore
    private var limits: StreamLimits
    private let logger: Logger
    private var loops: [ObjectIdentifier: NIOLoopBound<StreamLoop>] = [:]
    private var sweeps: [RepeatedTask] = []
    private var listeners: [ObjectIdentifier: (socket: ListeningSocket, channel: any Channel)] = [:]

    /// A server that serves nothing yet. Its connections are spread over the event loops of `group`.
    public init(
        group: any EventLoopGroup, store: SnapshotStore, limits: StreamLimits = StreamLimits(), logger: Logger
    ) {
        self.group = group
        self.store = store
        self.limits = limits
        self.logger = logger
        eventLoops = Array(group.makeIterator())
        counters = eventLoops.map { _ in WorkerCounters() }
        connections = Connections(limits, logger: logger)
    }

    /// Sockets that are open: connections, and those that are about to be one or no longer are.
    nonisolated var openSockets: Int { connections.socketCount }

    /// Connections that are open.
    public nonisolated var connectionCount: Int { connections.count }

    /// Serves these sockets instead of those that were served before.
    /// - Throws: `accept tcp 192.0.2.1#53: …` when descriptors run out; those before stay then.
    public func serve(_ sockets: StreamSockets) async throws {
        if loops.isEmpty { try await start() }
        for socket in sockets.listeners where listeners[ObjectIdentifier(socket)] == nil {
            let channel = try await listen(socket)
            listeners[ObjectIdentifier(socket)] = (socket, channel)
        }
        let kept = Set(sockets.listeners.map(ObjectIdentifier.init))
        await close { !kept.contains($0) }
        self.sockets = sockets
    }

    /// Holds connections to other limits from now on; where there are too many of them, the longest idle go.
    public func take(_ limits: StreamLimits) async {
        self.limits = limits
        connections.take(limits)
        for (eventLoop, loop) in eventLoops.compactMap({ loop in
            loops[ObjectIdentifier(loop)].map { (loop, $0) }
        }) {
            // A loop that is gone has no connections.
            try? await eventLoop.submit { loop.value.limits = limits }.get()
        }
    }

    /// Refuses new connections, lets those that are open finish what has begun, for two seconds at
    /// most, and closes them.
    public func stop() async {
        await close { _ in true }
        sockets = nil
        let open = connections.close()
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(StreamConnection.Request.finish) }
        let last = group.next().scheduleTask(in: Self.farewell) {
            for channel in open { channel.close(promise: nil) }
        }
        for channel in open { try? await channel.closeFuture.get() }
        last.cancel()
        for sweep in sweeps { sweep.cancel() }
        sweeps = []
        loops = [:]
    }

    private static let farewell = TimeAmount.seconds(2)

    private func start() async throws {
        connections.open()
        for (eventLoop, counters) in zip(eventLoops, counters) {
            let (store, limits) = (store, limits)
            let bound = try await eventLoop.submit {
                NIOLoopBound(
                    StreamLoop(store: store, counters: counters, limits: limits), eventLoop: eventLoop)
            }.get()
            loops[ObjectIdentifier(eventLoop)] = bound
            sweeps.append(
                eventLoop.scheduleRepeatedTask(initialDelay: StreamLoop.interval, delay: StreamLoop.interval) {
                    _ in bound.value.sweep(now: eventLoop.now)
                })
        }
    }

    private func listen(_ socket: ListeningSocket) async throws -> any Channel {
        let descriptor = try socket.duplicate()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelInitializer { [connections] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptGate(connections))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: StreamLimits.lowWaterMark, high: StreamLimits.highWaterMark)
            )
            .childChannelInitializer { [loops, connections] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value,
                        let client = channel.remoteAddress.flatMap(Endpoint.init)
                    else { throw ChannelError.unknownLocalAddress }
                    try connections.add(channel, from: client, to: loop)
                }
            }
            .withBoundSocket(descriptor).get()
        try socket.listen()
        logger.debug("listening", metadata: ["tcp": "\(socket.endpoint)"])
        return channel
    }

    private func close(where isLeaving: (ObjectIdentifier) -> Bool) async {
        for (id, listener) in listeners where isLeaving(id) {
            listener.socket.close()
            try? await listener.channel.close()
            listeners[id] = nil
        }
    }
}

extension Endpoint {
    /// The endpoint of a peer; nil for a local (Unix) address.
    fileprivate init?(_ address: NIOCore.SocketAddress) {
        let endpoint = unsafe address.withSockAddr { pointer, size in
            unsafe Sockets.SocketAddress.endpoint(UnsafeRawBufferPointer(start: pointer, count: size))
        }
        guard let endpoint else { return nil }
        self = endpoint
    }
}
