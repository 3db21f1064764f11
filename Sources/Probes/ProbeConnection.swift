internal import Addresses
internal import Health
internal import NIOCore
internal import NIOPosix

/// What a connection brought.
enum Found: Sendable {
    case connected
    case answered(HTTPAnswer)
}

/// When a probe began, and when it must be over.
struct Deadline: Sendable {
    let start = ContinuousClock.now
    let end: NIODeadline
    let timeout: Duration

    init(_ timeout: Duration) {
        self.timeout = timeout
        end = .now() + TimeAmount(timeout)
    }

    /// `in 3 ms`
    var elapsed: String { "in \((ContinuousClock.now - start).words)" }
}

extension Prober {
    /// Opens a connection of its own and waits for what the handlers that `configure` adds find; the
    /// socket is closed when this returns.
    func converse(
        with target: Endpoint, until deadline: Deadline,
        configure: @escaping @Sendable (ChannelPipeline.SynchronousOperations, ConnectionGuard) throws -> Void
    ) async throws(ProbeFailure) -> Found {
        let loop = group.next()
        let found = loop.makePromise(of: Found.self)
        let cancelled = loop.makePromise(of: Void.self)
        let isOnDataPath = DataPath.ofTask != nil
        defer { cancelled.succeed() }
        var bootstrap = ClientBootstrap(group: loop)
            // The guard's deadline comes first; NIO's own would be ten seconds.
            .connectTimeout(TimeAmount(deadline.timeout) + .seconds(60))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isOnDataPath { channel.resetAtEnd() }
                    let connection = ConnectionGuard(found: found, deadline: deadline)
                    try channel.pipeline.syncOperations.addHandler(connection)
                    try configure(channel.pipeline.syncOperations, connection)
                    connection.end(when: cancelled.futureResult)
                }
            }
        do {
            let address = try SocketAddress(target)
            bootstrap = try bootstrap.onDataPath()
            return try await withTaskCancellationHandler { [bootstrap] in
                bootstrap.connect(to: address).cascadeFailure(to: found)
                return try await found.futureResult.get()
            } onCancel: {
                cancelled.succeed()
            }
        } catch {
            throw ProbeFailure(error, during: .connecting)
        }
    }
}

extension SocketAddress {
    init(_ endpoint: Endpoint) throws {
        try self.init(
            packedIPAddress: ByteBuffer(bytes: endpoint.address.bytes), port: Int(endpoint.port))
    }
}
