import Addresses
import Director
import Glibc
import NIOCore
import NIOPosix
import Relay
import Testing

@Suite("TCP through the relay", .timeLimit(.minutes(2)))
struct TCPRelayTests {
    @Test("connections alternate, and half-closing passes through in both directions")
    func alternation() async throws {
        try await RelayBench.run(net: 10) { bench in
            try await TestServer.run(.named("RS1"), at: bench.host(2)) {
                try await TestServer.run(.named("RS2"), at: bench.host(3)) {
                    try await bench.add(2, 3)
                    var answers: [String] = []
                    for number in 0..<6 { answers.append(try await ask(bench.virtual, "\(number)")) }
                    #expect(answers == ["RS1:0", "RS2:1", "RS1:2", "RS2:3", "RS1:4", "RS2:5"])
                    try await bench.waitForActive(0, at: 2)
                    try await bench.waitForActive(0, at: 3)
                }
            }
        }
    }

    @Test("the port refuses while nobody has a weight, and serves as soon as somebody does")
    func refusal() async throws {
        try await RelayBench.run(net: 11) { bench in
            try await TestServer.run(.named("RS1"), at: bench.host(2)) {
                func isRefused() async -> Bool {
                    do {
                        _ = try await ask(bench.virtual)
                        return false
                    } catch {
                        return "\(error)".contains("Connection refused")
                    }
                }
                #expect(await isRefused())
                try await bench.apply(.addDestination(bench.key, Destination(bench.host(2), weight: 0)))
                #expect(await isRefused())
                try await bench.apply(.editDestination(bench.key, Destination(bench.host(2), weight: 1)))
                #expect(try await ask(bench.virtual) == "RS1:")
                try await bench.apply(.editDestination(bench.key, Destination(bench.host(2), weight: 0)))
                #expect(await isRefused())
                try await bench.apply(.editDestination(bench.key, Destination(bench.host(2), weight: 1)))
                try await bench.apply(.deleteDestination(bench.key, bench.host(2)))
                #expect(await isRefused())
                try await bench.add(2)
                #expect(try await ask(bench.virtual) == "RS1:")
                try await bench.apply(.deleteService(bench.key))
                #expect(await isRefused())
            }
        }
    }

    @Test("gate and ipip go to the virtual server's port, masq to the destination's own")
    func ports() async throws {
        try await RelayBench.run(net: 12) { bench in
            try await TestServer.run(.named("RS1"), at: bench.host(2)) {
                for forwarding in Forwarding.allCases where forwarding != .masq {
                    let elsewhere = Destination(
                        Endpoint(bench.host(2).address, port: 1), forwarding: forwarding)
                    try await bench.apply(.addDestination(bench.key, elsewhere))
                    #expect(try await ask(bench.virtual) == "RS1:")
                    try await bench.apply(.deleteDestination(bench.key, elsewhere.endpoint))
                }
            }
            let masq = Endpoint(bench.host(2).address, port: 28081)
            try await TestServer.run(.named("RS2"), at: masq) {
                try await bench.apply(.addDestination(bench.key, Destination(masq, forwarding: .masq)))
                #expect(try await ask(bench.virtual) == "RS2:")
            }
        }
    }

    @Test(
        "a real server that is edited to weight 0 or removed keeps its connections", arguments: [true, false])
    func drain(isRemoved: Bool) async throws {
        try await RelayBench.run(net: isRemoved ? 13 : 14) { bench in
            try await TestServer.run(.echo, at: bench.host(2)) {
                try await TestServer.run(.named("RS2"), at: bench.host(3)) {
                    try await bench.add(2)
                    try await Connection.open(bench.virtual).executeThenClose { inbound, outbound in
                        var answers = inbound.makeAsyncIterator()
                        try await outbound.write(ByteBuffer(string: "before"))
                        #expect(try await answers.next() == ByteBuffer(string: "before"))
                        #expect(await bench.counts(2)?.active == 1)
                        if isRemoved {
                            try await bench.apply(.deleteDestination(bench.key, bench.host(2)))
                        } else {
                            try await bench.apply(
                                .editDestination(bench.key, Destination(bench.host(2), weight: 0)))
                        }
                        try await bench.add(3)
                        #expect(try await ask(bench.virtual) == "RS2:")
                        #expect(try await ask(bench.virtual) == "RS2:")
                        try await outbound.write(ByteBuffer(string: "after"))
                        #expect(try await answers.next() == ByteBuffer(string: "after"))
                        outbound.finish()
                        #expect(try await answers.next() == nil)
                    }
                    if isRemoved {
                        #expect(await bench.counts(2) == nil)
                    } else {
                        try await bench.waitForActive(0, at: 2)
                    }
                }
            }
        }
    }

    @Test("a real server that refuses is passed over for another one")
    func nextServer() async throws {
        try await RelayBench.run(net: 15) { bench in
            try await TestServer.run(.named("RS2"), at: bench.host(3)) {
                try await bench.add(2, 3)
                for _ in 0..<4 { #expect(try await ask(bench.virtual, "x") == "RS2:x") }
                try await bench.waitForActive(0, at: 2)
            }
            // Nobody is left: the client sees a reset, not an empty answer.
            #expect(try await isReset(bench.virtual))
        }
    }

    @Test("much data passes unharmed, also to a reader that begins late")
    func bulk() async throws {
        let total = 32 << 20
        try await RelayBench.run(net: 16) { bench in
            try await TestServer.run(.pieces(total >> 16), at: bench.host(2)) {
                try await bench.add(2)
                try await Connection.open(bench.virtual).executeThenClose { inbound, _ in
                    try await bench.waitForActive(1, at: 2)
                    var position = 0
                    var isUnharmed = true
                    for try await part in inbound {
                        part.withUnsafeReadableBytes { bytes in
                            for byte in bytes {
                                isUnharmed = isUnharmed && byte == UInt8(truncatingIfNeeded: position >> 16)
                                position += 1
                            }
                        }
                    }
                    #expect(position == total && isUnharmed)
                }
            }
        }
    }

    @Test("a reset is passed on as a reset, not as an end")
    func reset() async throws {
        try await RelayBench.run(net: 17) { bench in
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.writeAndFlush(ByteBuffer(string: "part of an answer")).whenComplete { _ in
                        (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                            .whenComplete { _ in channel.close(promise: nil) }
                    }
                    return channel.eventLoop.makeSucceededVoidFuture()
                }
                .bind(host: "\(bench.host(2).address)", port: Int(bench.host(2).port)).get()
            try await bench.add(2)
            #expect(try await isReset(bench.virtual))
            try await server.close()
        }
    }

    @Test("connections beyond the bound are reset, and there is room again when others end")
    func bound() async throws {
        var limits = RelayLimits()
        limits.maximumConnections = 2
        try await RelayBench.run(net: 18, limits: limits) { bench in
            try await TestServer.run(.echo, at: bench.host(2)) {
                try await bench.add(2)
                try await Connection.open(bench.virtual).executeThenClose { _, first in
                    try await Connection.open(bench.virtual).executeThenClose { _, second in
                        try await bench.waitForActive(2, at: 2)
                        #expect(try await isReset(bench.virtual))
                        second.finish()
                    }
                    try await bench.waitForActive(1, at: 2)
                    #expect(try await ask(bench.virtual, "x") == "x")
                    first.finish()
                }
            }
        }
    }

    @Test(
        "So many connections and pipes as there are descriptors for",
        arguments: [
            // An eighth of them for pipes of two each, the rest for connections of two each.
            (1024, 64, 448), (9744, 609, 4263), (2, 0, 1), (0, 0, 1), (1 << 20, 2048, 10_000),
        ])
    func descriptors(available: Int, pipes: Int, connections: Int) {
        let limits = RelayLimits(descriptors: available)
        #expect(limits.maximumPipes == pipes)
        #expect(limits.maximumConnections == connections)
    }

    @Test(
        "octets that are marked as urgent pass in their place, and neither end nor hold up what follows",
        arguments: [10, 400_000])
    func urgent(size: Int) async throws {
        try await RelayBench.run(net: size == 10 ? 24 : 25) { bench in
            try await TestServer.run(.named("RS1"), at: bench.host(2)) {
                try await bench.add(2)
                let pieces = (0..<8).map { [UInt8](repeating: UInt8(97 + $0), count: size) }
                let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(socket) }
                var place = sockaddr_in()
                place.sin_family = sa_family_t(AF_INET)
                place.sin_port = bench.virtual.port.bigEndian
                place.sin_addr.s_addr = inet_addr("\(bench.virtual.address)")
                let connected = withUnsafePointer(to: &place) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
                try #require(connected == 0)
                for piece in pieces {
                    #expect(send(socket, piece, size, Int32(MSG_NOSIGNAL)) == size)
                    #expect(send(socket, "!", 1, Int32(MSG_OOB) | Int32(MSG_NOSIGNAL)) == 1)
                }
                shutdown(socket, Int32(SHUT_WR))
                var answer: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65536)
                while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 {
                    answer += buffer[..<count]
                }
                #expect(answer == Array("RS1:".utf8) + pieces.joined(separator: [33]) + [33])
            }
        }
    }

    @Test("a connection without a byte is reset after its time")
    func idle() async throws {
        var limits = RelayLimits()
        limits.idleTimeout = .milliseconds(200)
        limits.halfClosedTimeout = .milliseconds(100)
        try await RelayBench.run(net: 19, limits: limits) { bench in
            try await TestServer.run(.silent, at: bench.host(2)) {
                try await bench.add(2)
                #expect(try await isReset(bench.virtual))
                // Half-closed
                await #expect(throws: (any Error).self) { try await ask(bench.virtual, "x") }
                try await bench.waitForActive(0, at: 2)
            }
        }
    }

    @Test("closing the relay ends its connections")
    func closing() async throws {
        try await RelayBench.run(net: 20) { bench in
            try await TestServer.run(.echo, at: bench.host(2)) {
                try await bench.add(2)
                try await Connection.open(bench.virtual).executeThenClose { inbound, _ in
                    try await bench.waitForActive(1, at: 2)
                    await bench.relay.close()
                    _ = await #expect(throws: (any Error).self) { for try await _ in inbound {} }
                }
                #expect(await bench.relay.table() == Table())
                let errors = await bench.relay.apply([.addService(bench.key, ServiceOptions())])
                #expect(errors[0]?.description == "\(bench.key): the relay is closed")
            }
        }
    }

    @Test("many at once, and steps in between, lose nothing")
    func load() async throws {
        try await RelayBench.run(net: 21, scheduler: "wlc") { bench in
            try await TestServer.run(.named("RS1"), at: bench.host(2)) {
                try await TestServer.run(.named("RS2"), at: bench.host(3)) {
                    try await bench.add(2, 3)
                    try await withThrowingTaskGroup(of: String.self) { group in
                        for number in 0..<100 { group.addTask { try await ask(bench.virtual, "\(number)") } }
                        for _ in 0..<10 {
                            try await bench.apply(.deleteDestination(bench.key, bench.host(2)))
                            try await bench.add(2)
                        }
                        var answers: Set<Substring> = []
                        for try await answer in group { answers.insert(answer.dropFirst(4)) }
                        #expect(answers == Set((0..<100).map { Substring("\($0)") }))
                    }
                }
            }
        }
    }
}
