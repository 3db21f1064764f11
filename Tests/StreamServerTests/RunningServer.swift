import Addresses
import Answering
import DNSClient
import Logging
import Sockets
@testable import StreamServer
import Telemetry

/// A server of the example zone on loopback.
struct RunningServer: Sendable {
    let server: StreamServer
    let endpoint: Endpoint

    /// Serves while `body` runs.
    static func with(
        _ limits: StreamLimits = StreamLimits(), on address: IPAddress = .v4(.loopback), workers: Int = 1,
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let sockets = try StreamSockets.open([Endpoint(address, port: 0)], workers: workers)
        let server = StreamServer(
            workers: workers, store: SnapshotStore(try ExampleZone.snapshot()), limits: limits,
            logger: Logger(label: "test"))
        try server.serve(sockets)
        do {
            try await body(RunningServer(server: server, endpoint: sockets.endpoints[0]))
        } catch {
            server.stop()
            throw error
        }
        server.stop()
    }

    func client(
        from source: IPAddress? = nil, receiveBuffer: Int32? = nil, patience: Int = 5
    ) throws -> ClientSocket {
        try ClientSocket(.tcp, to: endpoint, from: source, receiveBuffer: receiveBuffer, patience: patience)
    }

    struct TooLong: Error {}

    /// Returns once something holds.
    func wait(until holds: () -> Bool) async throws {
        for _ in 0..<2000 {
            if holds() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw TooLong()
    }

    /// Returns once there is no connection.
    func waitUntilEmpty() async throws { try await wait { server.connectionCount == 0 } }

    /// Connections that each worker has taken so far.
    var connections: [UInt64] { server.counters.map { $0.value(of: .connections) } }

    func total(_ counter: Counter) -> UInt64 {
        server.counters.reduce(0) { $0 + $1.value(of: counter) }
    }
}
