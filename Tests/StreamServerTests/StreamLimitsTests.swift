import Addresses
import DNSClient
import DNSWire
import Telemetry
import Testing

@testable import StreamServer

@Suite("Limits of connections", .timeLimit(.minutes(1)))
struct StreamLimitsTests {
    private let query: [UInt8]

    init() throws {
        query = try Message.query("www.example.com", .a)
    }

    @Test("an idle connection is closed")
    func idle() async throws {
        try await RunningServer.with(StreamLimits(idleTimeout: .milliseconds(300))) { running in
            let client = try running.client()
            #expect(client.ask(query)?.answerCount == 1)
            #expect(client.isClosedByServer())
            #expect(running.total(.connectionsCut) == 1)
        }
    }

    @Test("a client that asks for how long is told, and its connection lives so long (RFC 7828)")
    func keepalive() async throws {
        let limits = StreamLimits(idleTimeout: .milliseconds(300), keepaliveTimeout: .seconds(60))
        try await RunningServer.with(limits) { running in
            let kept = try running.client()
            let asking = try Message.query("www.example.com", .a, udpSize: 1232, options: [0, 11, 0, 0])
            // 600 tenths of a second.
            #expect(kept.ask(asking)?.bytes.suffix(6) == [0, 11, 0, 2, 2, 88])
            let other = try running.client()
            #expect(other.ask(query)?.answerCount == 1)
            #expect(other.isClosedByServer())
            #expect(kept.ask(query)?.answerCount == 1)
            #expect(running.total(.connectionsCut) == 1)
        }
    }

    @Test("a connection that asks nothing is closed after the initial timeout, or the transfer's once it began")
    func silent() async throws {
        let limits = StreamLimits(
            initialTimeout: .milliseconds(300), idleTimeout: .seconds(60), transferTimeout: .milliseconds(600))
        try await RunningServer.with(limits) { running in
            let silent = try running.client()
            let begun = try running.client()
            begun.send([0])
            #expect(silent.isClosedByServer())
            #expect(begun.isClosedByServer())
            #expect(running.total(.connectionsCut) == 2)
        }
    }

    @Test(
        "a client that has said its last and doesn't read its answers is cut too", arguments: [1, 4, 5, 6, 20])
    func deaf(questions: Int) async throws {
        let limits = StreamLimits(idleTimeout: .seconds(60), transferTimeout: .milliseconds(500))
        try await RunningServer.with(limits) { running in
            let client = try running.client(receiveBuffer: 4096)
            // Each is answered with 20,000 octets: some wait here, below the mark at which reading stops, or beyond.
            for _ in 0..<questions { client.sendMessage(try Message.query("big.example.com", .txt)) }
            client.finishSending()
            try await running.waitUntilEmpty()
        }
    }

    @Test("a client that is half done and doesn't read makes room") func deafMakesRoom() async throws {
        try await RunningServer.with(StreamLimits(connections: 1)) { running in
            let deaf = try running.client(receiveBuffer: 4096)
            for _ in 0..<5 { deaf.sendMessage(try Message.query("big.example.com", .txt)) }
            deaf.finishSending()
            try await running.wait { running.total(.tcp4Queries) > 0 }
            let other = try running.client()
            #expect(other.ask(query)?.answerCount == 1)
            try await running.wait { running.server.connectionCount == 1 }
        }
    }

    @Test("other limits hold at once") func otherLimits() async throws {
        try await RunningServer.with(StreamLimits(connections: 10, idleTimeout: .seconds(60))) { running in
            let clients = try (0..<5).map { _ in try running.client() }
            for client in clients { #expect(client.ask(query)?.answerCount == 1) }
            running.server.take(StreamLimits(connections: 2, idleTimeout: .seconds(60)))
            for client in clients.prefix(3) { #expect(client.isClosedByServer()) }
            for client in clients.suffix(2) { #expect(client.ask(query)?.answerCount == 1) }
            #expect(running.server.connectionCount == 2)
            running.server.take(StreamLimits(connections: 2, idleTimeout: .milliseconds(300)))
            for client in clients.suffix(2) { #expect(client.isClosedByServer()) }
        }
    }

    @Test("of the connections of all workers the longest idle makes room, whoever has it")
    func otherWorkers() async throws {
        try await RunningServer.with(StreamLimits(connections: 4), workers: 2) { running in
            // Clients whose connections come to the one worker and to the other.
            var sources: [IPAddress?] = [nil, nil]
            for number in 2..<100 as Range<UInt8> where sources.contains(nil) {
                let source = IPAddress.v4(IPv4Address(127, 0, 0, number))
                let before = running.connections
                #expect(try running.client(from: source).ask(query)?.answerCount == 1)
                let worker = try #require(
                    running.connections.indices.first { running.connections[$0] > before[$0] })
                sources[worker] = sources[worker] ?? source
            }
            try await running.waitUntilEmpty()
            var clients: [ClientSocket] = []
            for worker in [0, 0, 1, 1] {
                clients.append(try running.client(from: sources[worker]))
                #expect(clients[clients.count - 1].ask(query)?.answerCount == 1)
            }
            for worker in [1, 1, 0] {
                // A worker says what it has a moment after it has answered.
                try await running.wait { running.server.connectionCount == 4 }
                clients.append(try running.client(from: sources[worker]))
                #expect(clients[clients.count - 1].ask(query)?.answerCount == 1)
                #expect(clients[clients.count - 5].isClosedByServer())
            }
            try await running.wait { running.server.connectionCount == 4 }
            for client in clients.suffix(4) { #expect(client.ask(query)?.answerCount == 1) }
            // Other limits: the same.
            running.server.take(StreamLimits(connections: 1))
            for client in clients.suffix(4).prefix(3) { #expect(client.isClosedByServer()) }
            #expect(clients[clients.count - 1].ask(query)?.answerCount == 1)
            try await running.wait { running.server.connectionCount == 1 }
        }
    }

    @Test("connections that are always in the middle of something keep nobody out") func busyClients()
        async throws
    {
        try await RunningServer.with(StreamLimits(connections: 10, transferTimeout: .seconds(60))) { running in
            let busy = try (0..<8).map { _ in try running.client(from: .v4(IPv4Address(127, 0, 0, 2))) }
            for client in busy {
                client.send([0, UInt8(query.count)] + query + [0, 100])
                #expect(client.receiveMessage()?.answerCount == 1)
            }
            // Each of a client of its own; all live on, and those that had the most make room.
            let others = try (3..<7).map { try running.client(from: .v4(IPv4Address(127, 0, 0, $0))) }
            for client in others { #expect(client.ask(query)?.answerCount == 1) }
            for client in others { #expect(client.ask(query)?.answerCount == 1) }
            try await running.wait { running.server.connectionCount == 10 }
            #expect(running.total(.connectionsCut) == 2)
        }
    }

    @Test("a rush of connections never has more of them open than the limit") func rush() async throws {
        try await RunningServer.with(StreamLimits(connections: 4, connectionsPerClient: 400)) { running in
            var clients: [ClientSocket] = []
            for _ in 0..<300 {
                clients.append(try running.client())
                #expect(running.server.connectionCount <= 4)
            }
            // The queue of the kernel holds the rest, and all are taken in the end.
            try await running.wait { running.total(.connections) == 300 }
            let last = try running.client()
            #expect(last.ask(query)?.answerCount == 1)
            try await running.wait { running.server.connectionCount == 4 }
            withExtendedLifetime(last) {}
        }
    }

    @Test("a query that doesn't become whole ends the connection, however it drips")
    func partial() async throws {
        let limits = StreamLimits(idleTimeout: .seconds(60), transferTimeout: .milliseconds(500))
        try await RunningServer.with(limits) { running in
            let client = try running.client(patience: 1)
            var sent = 0
            // A query of 65,535 octets, one every few milliseconds: hours, if each bought more time.
            #expect(client.send([0xFF, 0xFF]))
            while sent < 5000, client.send([0]) {
                sent += 1
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(sent < 5000)
        }
    }

    @Test("the longest idle connection makes room when all are taken")
    func full() async throws {
        try await RunningServer.with(StreamLimits(connections: 3)) { running in
            let clients = try (0..<3).map { _ in try running.client() }
            for index in [0, 2, 1, 0] { #expect(clients[index].ask(query)?.answerCount == 1) }
            let fourth = try running.client()
            #expect(fourth.ask(query)?.answerCount == 1)
            #expect(clients[2].isClosedByServer())
            #expect(clients[0].ask(query)?.answerCount == 1)
            #expect(clients[1].ask(query)?.answerCount == 1)
            #expect(running.server.connectionCount == 3)
            #expect(running.total(.connections) == 4)
            #expect(running.total(.connectionsCut) == 1)
        }
    }

    @Test("a client's own connection makes room where it has too many, and no one else's")
    func perClient() async throws {
        try await RunningServer.with(StreamLimits(connections: 100, connectionsPerClient: 2)) { running in
            let other = try running.client(from: .v4(IPv4Address(127, 0, 0, 2)))
            #expect(other.ask(query)?.answerCount == 1)
            let clients = try (0..<2).map { _ in try running.client() }
            for client in clients { #expect(client.ask(query)?.answerCount == 1) }
            let third = try running.client()
            #expect(third.ask(query)?.answerCount == 1)
            #expect(clients[0].isClosedByServer())
            #expect(clients[1].ask(query)?.answerCount == 1)
            #expect(other.ask(query)?.answerCount == 1)
        }
    }

    @Test("a client that doesn't read is not read from, then cut")
    func slowReader() async throws {
        let limits = StreamLimits(idleTimeout: .seconds(60), transferTimeout: .milliseconds(500))
        try await RunningServer.with(limits) { running in
            let client = try running.client(receiveBuffer: 4096)
            let big = try Message.query("big.example.com", .txt)
            let frame = [0, UInt8(big.count)] + big
            // Each query of 35 octets asks for 20,000.
            var asked = 0
            while asked < 200_000, client.send(frame) { asked += 1 }
            #expect(asked < 200_000)
            #expect(client.isClosedByServer())
            #expect(running.total(.connectionsCut) == 1)
            // What was answered is what fitted into buffers: a small part of what was asked for.
            let answered = running.total(.tcp4Queries)
            #expect(answered > 0)
            #expect(answered < 1000)
        }
    }

    @Test("a client that reads late gets every answer")
    func lateReader() async throws {
        try await RunningServer.with { running in
            let client = try running.client(receiveBuffer: 4096)
            for id in UInt16(0)..<200 {
                client.sendMessage(try Message.query("big.example.com", .txt, id: id))
            }
            client.finishSending()
            for id in UInt16(0)..<200 { #expect(client.receiveMessage()?.id == id) }
            #expect(client.isClosedByServer())
            #expect(running.total(.connectionsCut) == 0)
        }
    }
}
