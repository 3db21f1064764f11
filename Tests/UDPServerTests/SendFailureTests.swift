import Addresses
import Answering
import DNSClient
import DNSWire
import Sockets
import Telemetry
import Testing
import UDPServer

@Suite("Answers that the kernel refuses", .timeLimit(.minutes(1)))
struct SendFailureTests {
    @Test(
        "one answer in a batch that can't be sent costs no other one",
        .enabled(if: Spoofer.isPossible, "needs CAP_NET_RAW for forged source addresses"))
    func skipped() throws {
        let sockets = try UDPSockets.open([Endpoint(.v4(.loopback), port: 0)], workers: 1)
        let endpoint = sockets.endpoints[0]
        let client = try ClientSocket(.udp, to: endpoint)
        let query = try Message.query("www.example.com", .a)
        let spoofer = try #require(Spoofer())
        // An answer to the broadcast address is refused with EACCES. All wait when the worker starts.
        let broadcast = Endpoint(.v4(IPv4Address(255, 255, 255, 255)), port: 5353)
        for _ in 0..<3 {
            client.send(query)
            #expect(spoofer.send(query, from: broadcast, to: endpoint))
            #expect(spoofer.send(query, from: broadcast, to: endpoint))
            client.send(query)
        }
        let server = UDPServer(workers: 1)
        defer { server.stop() }
        try server.serve(sockets, from: SnapshotStore(try ExampleZone.snapshot()))
        for _ in 0..<6 { #expect(client.receiveMessage()?.answerCount == 1) }
        #expect(client.ask(query)?.answerCount == 1)
        #expect(server.counters[0].value(of: .sendFailures) == 6)
    }

    @Test(
        "a query from port 0 is met with silence, and one from a service that answers anything",
        .enabled(if: Spoofer.isPossible, "needs CAP_NET_RAW for forged source ports"))
    func portZero() throws {
        let sockets = try UDPSockets.open([Endpoint(.v4(.loopback), port: 0)], workers: 1)
        let query = try Message.query("www.example.com", .a)
        let spoofer = try #require(Spoofer())
        for port in [0, 7, 13, 19, 37] as [UInt16] {
            #expect(spoofer.send(query, from: Endpoint(.v4(.loopback), port: port), to: sockets.endpoints[0]))
        }
        let server = UDPServer(workers: 1)
        defer { server.stop() }
        try server.serve(sockets, from: SnapshotStore(try ExampleZone.snapshot()))
        let client = try ClientSocket(.udp, to: sockets.endpoints[0])
        #expect(client.ask(query)?.answerCount == 1)
        #expect(server.counters[0].value(of: .noError) == 1)
        #expect(server.counters[0].value(of: .sendFailures) == 0)
    }
}
