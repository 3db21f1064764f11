import Addresses
import Director
import Logging
import NIOCore
import NIOPosix
import Relay
import Synchronization

/// A relay with one virtual server at 127.60.`net`.1:28080 and room for real servers at .2 and up; of IPv6, which has but
/// one address here, at ports of ::1.
struct RelayBench: Sendable {
    let net: UInt8
    let transport: TransportProtocol
    let relay: RelayTable
    var family = AddressFamily.v4

    var key: VirtualServerKey { .endpoint(transport, virtual) }
    var virtual: Endpoint { host(1) }

    func host(_ number: UInt8) -> Endpoint {
        family == .v4
            ? Endpoint(.v4(IPv4Address(127, 60, net, number)), port: 28080)
            : Endpoint(.v6(.loopback), port: 28300 + UInt16(net) * 10 + UInt16(number))
    }

    /// Runs a test with its relay, and closes it after it.
    static func run(
        net: UInt8, _ transport: TransportProtocol = .tcp, family: AddressFamily = .v4,
        scheduler: String = "rr",
        limits: RelayLimits = RelayLimits(),
        _ body: (RelayBench) async throws -> Void
    ) async throws {
        let relay = RelayTable(
            logger: Logger(label: "test"), limits: limits)
        let bench = RelayBench(net: net, transport: transport, relay: relay, family: family)
        let outcome: Result<Void, any Error>
        do {
            try await bench.apply(.addService(bench.key, ServiceOptions(scheduler: scheduler)))
            outcome = .success(try await body(bench))
        } catch {
            outcome = .failure(error)
        }
        await relay.close()
        try outcome.get()
    }

    func apply(_ changes: Change...) async throws {
        for error in await relay.apply(changes) { if let error { throw error } }
    }

    /// Adds real servers with these last octets.
    func add(_ hosts: UInt8...) async throws {
        for number in hosts {
            let server = Destination(host(number), forwarding: family == .v4 ? .gate : .masq)
            try await apply(.addDestination(key, server))
        }
    }

    func counts(_ number: UInt8) async -> ConnectionCounts? {
        await relay.connections()[key]?[host(number)]
    }

    /// Waits until a real server has this many connections, all active; the suite's time limit bounds it.
    func waitForActive(_ count: Int, at number: UInt8) async throws {
        while await counts(number) != ConnectionCounts(active: count) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

extension Connection {
    /// A connection to an endpoint.
    static func open(_ endpoint: Endpoint) async throws -> Connection {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "\(endpoint.address)", port: Int(endpoint.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Connection(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
    }
}

/// Sends a text, ends its half, and reads up to the end.
func ask(_ endpoint: Endpoint, _ text: String = "") async throws -> String {
    try await Connection.open(endpoint).executeThenClose { inbound, outbound in
        if !text.isEmpty { try await outbound.write(ByteBuffer(string: text)) }
        outbound.finish()
        var answer = ""
        for try await part in inbound { answer += String(buffer: part) }
        return answer
    }
}

/// Whether a connection that only reads ends with a reset, be it that this comes at once.
func isReset(_ endpoint: Endpoint) async throws -> Bool {
    do {
        return try await Connection.open(endpoint).executeThenClose { inbound, _ in
            for try await _ in inbound {}
            return false
        }
    } catch {
        return "\(error)".contains("reset")
    }
}
