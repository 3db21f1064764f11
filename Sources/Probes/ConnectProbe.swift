internal import Health
internal import NIOCore

extension Prober {
    /// Opens a TCP connection and closes it.
    func probeConnect(_ check: Check) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        _ = try await converse(with: check.target, until: deadline) { pipeline, connection in
            try pipeline.addHandler(ConnectHandler(connection))
        }
        return .success("connected \(deadline.elapsed)")
    }
}

/// Done as soon as the connection stands.
private final class ConnectHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: ConnectionGuard

    init(_ connection: ConnectionGuard) {
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        connection.finish(.success(.connected))
    }
}
