internal import ControlProtocol
public import Logging
public import NIOCore
internal import NIOPosix

/// The control socket: takes requests of swervectl and hands them to the daemon's doors.
///
/// A connection carries one request, a line of JSON, and gets one response, or the events of `follow`.
public struct AdminServer: Sendable {
    private let socket: ListeningSocket
    private let path: String
    private let doors: any AdminDoors
    private let limits: AdminLimits
    private let group: any EventLoopGroup
    private let logger: Logger

    /// A server on a socket that listens already; connections wait until `run`, which must follow.
    public init(
        socket: AdminSocket, doors: any AdminDoors, limits: AdminLimits = AdminLimits(),
        group: any EventLoopGroup, logger: Logger
    ) {
        self.socket = socket.listening
        path = socket.path
        self.doors = doors
        self.limits = limits
        self.group = group
        self.logger = logger
    }

    /// Serves until the task is cancelled, then closes all connections and removes the socket's file. Requests
    /// that the doors are at work on are waited for; the doors see the cancellation.
    public func run() async throws(ControlSocketError) {
        defer { socket.removeFile() }
        let channel: Server
        do {
            channel = try await serverChannel()
        } catch {
            throw ControlSocketError("listen", path, "\(error)")
        }
        let open = OpenConnections()
        do {
            try await channel.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        let number = open.admit(connection.channel, limit: limits.connections)
                        group.addTask {
                            defer { number.map(open.remove) }
                            await serve(connection, number, open)
                        }
                    }
                }
            }
        } catch is CancellationError {
        } catch {
            if !Task.isCancelled { throw ControlSocketError("accept", path, "\(error)") }
        }
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, Never>
    private typealias Server = NIOAsyncChannel<Connection, Never>

    private func serverChannel() async throws -> Server {
        try await ServerBootstrap(group: group)
            // A client may close its side after the request and read on, as `nc -N` does.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(socket.descriptor) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
    }

    private func serve(_ connection: Connection, _ number: UInt64?, _ open: OpenConnections) async {
        do {
            try await connection.executeThenClose { inbound in
                let exchange = AdminExchange(
                    channel: connection.channel, doors: doors, responseTimeout: limits.responseTimeout)
                if let number {
                    try await exchange.run(inbound, requestTimeout: limits.requestTimeout) {
                        open.noteRequest(of: number)
                    }
                } else {
                    let failure = Failure(
                        "\(limits.connections) connections are open already on \(path)",
                        hint: "close what follows or waits there")
                    try await exchange.refuse(inbound, because: failure)
                }
            }
        } catch is CancellationError {
        } catch {
            logger.debug("control connection: \(error)")
        }
    }
}
