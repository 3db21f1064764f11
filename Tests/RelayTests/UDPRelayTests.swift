import Addresses
import Director
import NIOCore
import NIOPosix
import Relay
import Synchronization
import Testing

private typealias Datagrams = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

/// Room for any datagram.
private let largest = FixedSizeRecvByteBufferAllocator(capacity: 65_536)

extension Datagrams {
    fileprivate static func open(at host: String = "127.0.0.1", port: Int = 0) async throws -> Datagrams {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: host, port: port) {
            channel in
            try? channel.syncOptions?.setOption(.recvAllocator, value: largest)
            return channel.eventLoop.makeCompletedFuture {
                try Datagrams(wrappingChannelSynchronously: channel)
            }
        }
    }
}

/// Runs `body` with a server that answers each datagram with its name and what it was sent; in place of what would make
/// the answer longer than a datagram of IPv4 can be, with its length.
private func server(_ name: String, at endpoint: Endpoint, _ body: () async throws -> Void) async throws {
    let socket = try await Datagrams.open(at: "\(endpoint.address)", port: Int(endpoint.port))
    try await socket.executeThenClose { inbound, outbound in
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await datagram in inbound {
                    let length = datagram.data.readableBytes
                    let text =
                        name.utf8.count + 1 + length > 65_507 ? "\(length)" : String(buffer: datagram.data)
                    let answer = ByteBuffer(string: "\(name):\(text)")
                    try await outbound.write(
                        AddressedEnvelope(remoteAddress: datagram.remoteAddress, data: answer))
                }
            }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
            group.cancelAll()
            while await group.nextResult() != nil {}
            try outcome.get()
        }
    }
}

/// A client whose questions come from one port.
private struct Client: Sendable {
    let channel: any Channel
    let answers: Answers

    static func run(at host: String = "127.0.0.1", _ body: (Client) async throws -> Void) async throws {
        let answers = Answers()
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.syncOptions?.setOption(.recvAllocator, value: largest)
                    try channel.pipeline.syncOperations.addHandler(answers)
                }
            }
            .bind(host: host, port: 0).get()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(Client(channel: channel, answers: answers))) } catch {
            outcome = .failure(error)
        }
        try await channel.close()
        try outcome.get()
    }

    /// Asks, again and again, and expects an answer from the address and port that were asked; answers to other
    /// questions are not heard.
    func expect(_ endpoint: Endpoint, _ question: String, _ expected: String) async throws {
        let address = try SocketAddress(ipAddress: "\(endpoint.address)", port: Int(endpoint.port))
        let promise = channel.eventLoop.makePromise(of: AddressedEnvelope<ByteBuffer>.self)
        answers.waiting.withLock { $0.append((question, expected, promise)) }
        let repeated = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(500)) {
            [channel] _ in
            let datagram = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(string: question))
            channel.writeAndFlush(datagram, promise: nil)
        }
        defer { repeated.cancel() }
        let answer = try await promise.futureResult.get()
        #expect(answer.remoteAddress == address)
        #expect(String(buffer: answer.data) == expected)
    }

    final class Answers: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        typealias Waiting = (
            question: String, expected: String, promise: EventLoopPromise<AddressedEnvelope<ByteBuffer>>
        )

        let waiting = Mutex<[Waiting]>([])

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let answer = unwrapInboundIn(data)
            let text = String(buffer: answer.data)
            let found = waiting.withLock { waiting in
                waiting.firstIndex { text == $0.expected || text.hasSuffix(":" + $0.question) }
                    .map { waiting.remove(at: $0) }
            }
            found?.promise.succeed(answer)
        }

        func channelInactive(context: ChannelHandlerContext) {
            for (_, _, promise) in waiting.withLock({ $0 }) { promise.fail(ChannelError.eof) }
        }
    }
}

@Suite("UDP through the relay", .timeLimit(.minutes(2)))
struct UDPRelayTests {
    @Test("a client's datagrams go to one server, the next client's to the next one")
    func sessions() async throws {
        try await RelayBench.run(net: 30, .udp) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await server("RS2", at: bench.host(3)) {
                    try await bench.add(2, 3)
                    for name in ["RS1", "RS2", "RS1"] {
                        try await Client.run { client in
                            for text in ["a", "b", "c"] {
                                try await client.expect(bench.virtual, text, "\(name):\(text)")
                            }
                        }
                    }
                    #expect(await bench.counts(2)?.active == 2)
                    #expect(await bench.counts(3)?.active == 1)
                }
            }
        }
    }

    @Test("with one-packet scheduling every datagram goes to the next server")
    func onePacket() async throws {
        try await RelayBench.run(net: 31, .udp) { bench in
            try await bench.apply(.editService(bench.key, ServiceOptions(scheduler: "rr", flags: .onePacket)))
            try await server("RS1", at: bench.host(2)) {
                try await server("RS2", at: bench.host(3)) {
                    try await bench.add(2, 3)
                    try await Client.run { client in
                        for name in ["RS1", "RS2", "RS1", "RS2"] {
                            try await client.expect(bench.virtual, "x", "\(name):x")
                        }
                    }
                    #expect(await bench.counts(2)?.active == 1)
                    #expect(await bench.counts(3)?.active == 1)
                }
            }
        }
    }

    @Test("a client whose server was removed goes to another one")
    func removed() async throws {
        try await RelayBench.run(net: 32, .udp) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await server("RS2", at: bench.host(3)) {
                    try await bench.add(2, 3)
                    try await Client.run { client in
                        try await client.expect(bench.virtual, "a", "RS1:a")
                        try await bench.apply(
                            .editDestination(bench.key, Destination(bench.host(2), weight: 0)))
                        try await client.expect(bench.virtual, "b", "RS1:b")
                        try await bench.apply(.deleteDestination(bench.key, bench.host(2)))
                        try await client.expect(bench.virtual, "c", "RS2:c")
                    }
                }
            }
        }
    }

    @Test("sessions with a server of weight 0 go on, also where nobody is left for new ones")
    func drained() async throws {
        try await RelayBench.run(net: 41, .udp) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await bench.add(2)
                try await Client.run { client in
                    try await client.expect(bench.virtual, "a", "RS1:a")
                    try await bench.apply(.editDestination(bench.key, Destination(bench.host(2), weight: 0)))
                    try await client.expect(bench.virtual, "b", "RS1:b")
                    #expect(await bench.counts(2)?.active == 1)
                }
            }
        }
    }

    @Test("the port of a server of weight 0 is closed after the last session")
    func drainedPort() async throws {
        var limits = RelayLimits()
        limits.sessionTimeout = .milliseconds(200)
        try await RelayBench.run(net: 42, .udp, limits: limits) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await bench.add(2)
                try await Client.run { client in
                    try await client.expect(bench.virtual, "a", "RS1:a")
                    try await bench.apply(.editDestination(bench.key, Destination(bench.host(2), weight: 0)))
                }
                try await bench.waitForActive(0, at: 2)
                #expect(await bench.relay.table()[bench.key]?.destinations.count == 1)
                let address = try SocketAddress(
                    ipAddress: "\(bench.virtual.address)", port: Int(bench.virtual.port))
                let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .bind(to: address).get()
                try await channel.close().get()
            }
        }
    }

    @Test("sessions end after their time")
    func timeout() async throws {
        var limits = RelayLimits()
        limits.sessionTimeout = .milliseconds(200)
        try await RelayBench.run(net: 33, .udp, limits: limits) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await bench.add(2)
                try await Client.run { client in try await client.expect(bench.virtual, "a", "RS1:a") }
                try await bench.waitForActive(0, at: 2)
            }
        }
    }

    @Test("sessions are bounded; the longest idle makes room")
    func bound() async throws {
        var limits = RelayLimits()
        limits.maximumConnections = 4
        try await RelayBench.run(net: 34, .udp, limits: limits) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await bench.add(2)
                for number in 0..<12 {
                    try await Client.run { client in
                        try await client.expect(bench.virtual, "\(number)", "RS1:\(number)")
                    }
                }
                let active = try #require(await bench.counts(2)?.active)
                #expect((1...4).contains(active))
            }
        }
    }

    /// UDP's length field counts its own 8 octets, and that of IPv4 the 20 of its header too: 65,535 - 28.
    @Test(
        "a datagram of any size passes whole in both directions",
        arguments: [
            (.v4, 0), (.v4, 1400), (.v4, 1473), (.v4, 9000), (.v4, 65_503), (.v4, 65_507), (.v6, 1),
            (.v6, 1453),
            (.v6, 65_503), (.v6, 65_527),
        ] as [(AddressFamily, Int)])
    func sizes(_ family: AddressFamily, _ size: Int) async throws {
        try await RelayBench.run(net: 35, .udp, family: family) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await bench.add(2)
                let text = String(repeating: "x", count: size)
                let answer = size > 65_503 ? "RS1:\(size)" : "RS1:\(text)"
                try await Client.run(at: family == .v4 ? "127.0.0.1" : "::1") { client in
                    try await client.expect(bench.virtual, text, answer)
                }
            }
        }
    }

    @Test("over IPv6 as over IPv4: sessions take turns, stay, and end with their server")
    func overIPv6() async throws {
        try await RelayBench.run(net: 39, .udp, family: .v6) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await server("RS2", at: bench.host(3)) {
                    try await bench.add(2, 3)
                    for name in ["RS1", "RS2"] {
                        try await Client.run(at: "::1") { client in
                            for text in ["a", "b"] {
                                try await client.expect(bench.virtual, text, "\(name):\(text)")
                            }
                        }
                    }
                    #expect(await bench.counts(2)?.active == 1)
                    try await Client.run(at: "::1") { client in
                        try await client.expect(bench.virtual, "a", "RS1:a")
                        try await bench.apply(.deleteDestination(bench.key, bench.host(2)))
                        try await client.expect(bench.virtual, "b", "RS2:b")
                    }
                }
            }
        }
    }

    @Test("a datagram that fits into IPv6 alone is lost in front of a server of IPv4, and its session goes on")
    func tooLarge() async throws {
        try await RelayBench.run(net: 40, .udp, family: .v6) { bench in
            let servers = [UInt8(2), 3].map { Endpoint(.v4(IPv4Address(127, 60, 40, $0)), port: 28080) }
            try await server("RS1", at: servers[0]) {
                try await server("RS2", at: servers[1]) {
                    for endpoint in servers {
                        try await bench.apply(
                            .addDestination(bench.key, Destination(endpoint, forwarding: .masq)))
                    }
                    try await Client.run(at: "::1") { client in
                        try await client.expect(bench.virtual, "a", "RS1:a")
                        let address = try SocketAddress(
                            ipAddress: "::1", port: Int(bench.virtual.port))
                        let large = ByteBuffer(repeating: 0, count: 65_527)
                        try await client.channel.writeAndFlush(
                            AddressedEnvelope(remoteAddress: address, data: large))
                        // Another session would be with the other server.
                        try await client.expect(bench.virtual, "b", "RS1:b")
                    }
                }
            }
        }
    }

    @Test("many clients at once each get their own answers")
    func many() async throws {
        try await RelayBench.run(net: 36, .udp) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await bench.add(2)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            try await Client.run { client in
                                for text in (0..<20).map({ "\(number) \($0)" }) {
                                    try await client.expect(bench.virtual, text, "RS1:\(text)")
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(await bench.counts(2)?.active == 40)
            }
        }
    }

    @Test("a real server without an open port ends the session; the client's next datagram begins another")
    func closedPort() async throws {
        try await RelayBench.run(net: 37, .udp) { bench in
            try await bench.add(2)
            try await Client.run { client in
                let address = try SocketAddress(
                    ipAddress: "\(bench.virtual.address)", port: Int(bench.virtual.port))
                for _ in 0..<3 {
                    try await client.channel.writeAndFlush(
                        AddressedEnvelope(remoteAddress: address, data: ByteBuffer(string: "lost")))
                    try await bench.waitForActive(0, at: 2)
                }
                try await server("RS1", at: bench.host(2)) {
                    // The last one may still be on its way: it then ends the session later, or this server has it.
                    try await client.expect(bench.virtual, "a", "RS1:a")
                }
            }
        }
    }

    @Test("closing the relay ends its sessions")
    func closing() async throws {
        try await RelayBench.run(net: 38, .udp) { bench in
            try await server("RS1", at: bench.host(2)) {
                try await bench.add(2)
                try await Client.run { client in
                    try await client.expect(bench.virtual, "a", "RS1:a")
                    await bench.relay.close()
                    #expect(await bench.relay.table() == Table())
                }
                // The port is free again.
                let socket = try await Datagrams.open(
                    at: "\(bench.virtual.address)", port: Int(bench.virtual.port))
                try await socket.executeThenClose { _, _ in }
            }
        }
    }
}
