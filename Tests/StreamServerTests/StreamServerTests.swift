import Addresses
import DNSClient
import DNSWire
import Telemetry
import Testing

@testable import StreamServer

@Suite("Answers over TCP (RFC 7766)", .timeLimit(.minutes(1)))
struct StreamServerTests {
    private let query: [UInt8]

    init() throws {
        query = try Message.query("www.example.com", .a)
    }

    @Test("each family is answered", arguments: ["127.0.0.1", "::1"])
    func families(address: String) async throws {
        try await RunningServer.with(on: try #require(IPAddress(address))) { running in
            let answer = try running.client().ask(query)
            #expect(answer?.id == 0x1234)
            #expect(answer?.responseCode == 0)
            #expect(answer?.lastAddress == [192, 0, 2, 1])
        }
    }

    @Test("an answer of any size comes whole")
    func large() async throws {
        try await RunningServer.with { running in
            let answer = try #require(try running.client().ask(Message.query("big.example.com", .txt)))
            #expect(!answer.isTruncated)
            #expect(answer.answerCount == 100)
            #expect(answer.bytes.count > 20_000)
        }
    }

    @Test("queries that come together are answered in their order")
    func pipelined() async throws {
        try await RunningServer.with { running in
            let client = try running.client()
            var stream: [UInt8] = []
            for id in UInt16(0)..<500 {
                let query = try Message.query("www.example.com", .a, id: id)
                stream += [0, UInt8(query.count)] + query
            }
            #expect(client.send(stream))
            for id in UInt16(0)..<500 { #expect(client.receiveMessage()?.id == id) }
        }
    }

    @Test("a query may come octet by octet")
    func singleOctets() async throws {
        try await RunningServer.with { running in
            let client = try running.client()
            for _ in 0..<2 {
                for octet in [0, UInt8(query.count)] + query { #expect(client.send([octet])) }
                #expect(client.receiveMessage()?.answerCount == 1)
            }
        }
    }

    @Test("a client that has said its last still gets its answers")
    func halfClosed() async throws {
        try await RunningServer.with { running in
            let client = try running.client()
            for _ in 0..<3 { client.sendMessage(query) }
            client.finishSending()
            for _ in 0..<3 { #expect(client.receiveMessage()?.answerCount == 1) }
            #expect(client.isClosedByServer())
            #expect(running.total(.connectionsCut) == 0)
        }
    }

    @Test(
        "what is no query ends the connection, after the answers to what came before it",
        arguments: [
            [0, 0],  // a message of no octets
            [0, 3, 1, 2, 3],  // shorter than a header
            [0, 12, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0],  // a response
        ] as [[UInt8]])
    func noQuery(octets: [UInt8]) async throws {
        try await RunningServer.with { running in
            let client = try running.client()
            client.send([0, UInt8(query.count)] + query + octets + [0, UInt8(query.count)] + query)
            #expect(client.receiveMessage()?.answerCount == 1)
            #expect(client.receiveMessage() == nil)
            #expect(client.isClosedByServer())
            #expect(running.total(.connectionsCut) == 1)
        }
    }

    @Test("a malformed query of the greatest length is answered as malformed, and the next one well")
    func greatest() async throws {
        try await RunningServer.with { running in
            let client = try running.client()
            var large = [UInt8](repeating: 0xFF, count: 65535)
            large.replaceSubrange(0..<12, with: [0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
            #expect(client.ask(large)?.responseCode == 1)
            #expect(client.ask(query)?.answerCount == 1)
        }
    }

    @Test(
        "a client's connections all come to one worker, and clients to all of them",
        arguments: ["127.0.0.1", "::1"])
    func workers(address: String) async throws {
        let server = try #require(IPAddress(address))
        try await RunningServer.with(on: server, workers: 3) { running in
            for number in 1...40 as ClosedRange<UInt8> {
                // IPv6 has one address of its own only.
                let source = server.family == .v4 ? IPAddress.v4(IPv4Address(127, 0, 0, number)) : server
                let before = running.connections
                for _ in 0..<3 {
                    let answer = try running.client(from: source).ask(query)
                    #expect(answer?.answerCount == 1)
                }
                #expect(zip(before, running.connections).map { $1 - $0 }.sorted() == [0, 0, 3])
            }
            #expect(running.connections.contains(0) == (server.family == .v6))
        }
    }

    @Test("endpoints come and go, connections stay")
    func difference() async throws {
        try await RunningServer.with { running in
            let server = running.server
            let client = try running.client()
            #expect(client.ask(query)?.answerCount == 1)
            let second = Endpoint(.v4(IPv4Address(127, 0, 0, 2)), port: 0)
            let both = try StreamSockets.open([running.endpoint, second], keeping: server.sockets)
            try server.serve(both)
            let other = try ClientSocket(.tcp, to: both.endpoints[1])
            #expect(other.ask(query)?.answerCount == 1)
            try server.serve(StreamSockets.open([both.endpoints[1]], keeping: both))
            #expect(client.ask(query)?.answerCount == 1)
            #expect(other.ask(query)?.answerCount == 1)
            #expect(throws: (any Error).self) { try running.client() }
            #expect(try ClientSocket(.tcp, to: both.endpoints[1]).ask(query)?.answerCount == 1)
        }
    }

    @Test("an endpoint in use is refused in words")
    func inUse() throws {
        let first = try StreamSockets.open([Endpoint(.v4(.loopback), port: 0)])
        let port = first.endpoints[0].port
        #expect {
            try StreamSockets.open(first.endpoints)
        } throws: { error in
            "\(error)" == "bind tcp 127.0.0.1#\(port): Address already in use"
        }
    }

    @Test("a stopped server has closed its connections and refuses new ones, soon")
    func stop() async throws {
        try await RunningServer.with { running in
            let idle = try running.client()
            #expect(idle.ask(query)?.answerCount == 1)
            let busy = try running.client()
            #expect(busy.send([0]))
            let duration = ContinuousClock().measure { running.server.stop() }
            #expect(duration < .seconds(10))
            #expect(idle.isClosedByServer())
            #expect(busy.isClosedByServer())
            #expect(running.server.connectionCount == 0)
            #expect(throws: (any Error).self) { try running.client() }
        }
    }
}
