import Admin
import ControlProtocol
import NIOCore
import NIOPosix

/// Doors that say what they were asked.
final class FakeDoors: AdminDoors {
    /// Told to those who follow, after which the stream stays open.
    let told: [Event]

    init(told: [Event] = []) {
        self.told = told
    }

    func status() async throws(Failure) -> StatusReport {
        StatusReport(
            version: "0.1.0", processIdentifier: 1, started: Timestamp(milliseconds: 0), uptime: 0,
            configurationFile: "/etc/swerve/swerve.conf", backend: "none")
    }

    func stats() async throws(Failure) -> StatsReport {
        // Larger than any socket's buffer.
        StatsReport(
            started: Timestamp(milliseconds: 0),
            counters: (0..<100_000).map { .init("counter\($0)", UInt64($0)) })
    }

    func reload(zone: String?) async throws(Failure) -> ReloadReport {
        if zone == "missing" { throw Failure("no zone 'missing'", hint: "swervectl zones lists them") }
        return ReloadReport(isComplete: true, isConfigurationApplied: zone == nil)
    }

    func zones() async throws(Failure) -> ZonesReport { ZonesReport(zones: []) }

    func servers() async throws(Failure) -> ServersReport { ServersReport(vips: [], virtualServers: []) }

    func table(_ wanted: TableRequest) async throws(Failure) -> TableReport {
        TableReport(isActual: wanted.isActual, lines: [], services: [])
    }

    func explain(name: String, type: String, from: String?) async throws(Failure) -> ExplainReport {
        ExplainReport(name: name, type: type, from: from, steps: [], responseCode: "NOERROR")
    }

    func order(_ request: OrderRequest) async throws(Failure) -> OrderReport {
        if request.subject == "missing" { throw Failure("nothing is called 'missing'") }
        return OrderReport(subjects: [.init(kind: "vip", name: request.subject, words: "disabled")])
    }

    func events() async -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingNewest(100))
        for event in told { continuation.yield(event) }
        return stream
    }
}

/// A client that sends bytes and reads.
struct FakeClient {
    let path: String
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    func connect() async throws -> Connection {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Connection(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
    }

    /// Sends bytes, closes its side if asked to, and reads to the end.
    func send(_ bytes: [UInt8], closing: Bool = false) async throws -> [UInt8] {
        try await connect().executeThenClose { inbound, outbound in
            try? await outbound.write(ByteBuffer(bytes: bytes))
            if closing { outbound.finish() }
            var answer: [UInt8] = []
            for try await part in inbound { answer += part.readableBytesView }
            return answer
        }
    }

    /// One request, one response.
    func ask(_ request: Request) async throws -> Response {
        try ControlLine.response(from: try await send(ControlLine.encode(request)))
    }

    /// Does something while a connection is open that says nothing.
    func silent(_ body: () async throws -> Void) async throws {
        try await connect().executeThenClose { _, outbound in
            try await body()
            outbound.finish()
        }
    }

    /// Does something while a connection is open that has got an event.
    func following(_ body: () async throws -> Void) async throws {
        try await connect().executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: ControlLine.encode(.follow)))
            var iterator = inbound.makeAsyncIterator()
            _ = try await iterator.next()
            try await body()
            outbound.finish()
        }
    }
}
