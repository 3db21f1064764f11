import Addresses
import Answering
import DNSClient
import DNSWire
import Glibc
import Sockets
import Telemetry
import Testing

@testable import UDPServer

@Suite(
    "Answers to addresses that nobody has", .timeLimit(.minutes(1)),
    .enabled(if: OwnNetwork.isPossible, "needs root, for a network namespace, and ip(8)"))
struct DeadNeighbourTests {
    private static let host = IPAddress.v4(IPv4Address(10, 9, 0, 1))

    private static func address(_ last: Int) -> Endpoint {
        Endpoint(.v4(IPv4Address(10, 9, 0, UInt8(last))), port: 4444)
    }

    /// Until ARP gives up, after three seconds, an address's answers wait in the kernel: 277 of the smallest.
    @Test("while they wait for a neighbour, a client is answered", arguments: [3, 40])
    func neighbours(dead: Int) throws {
        let (sockets, client, spoofer) = try OwnNetwork.open {
            let sockets = try UDPSockets.open([Endpoint(Self.host, port: 0)], workers: 1)
            return (sockets, try ClientSocket(.udp, to: sockets.endpoints[0]), Spoofer())
        }
        let server = UDPServer(workers: 1)
        defer { server.stop() }
        try server.serve(sockets, from: SnapshotStore(try ExampleZone.snapshot()))
        let query = try Message.query("www.example.com", .a)
        for _ in 0..<300 {
            for address in 0..<dead {
                let from = Self.address(100 + address)
                #expect(try #require(spoofer).send(query, from: from, to: sockets.endpoints[0]))
            }
            try #require(client.ask(query)?.answerCount == 1)
        }
        #expect(server.counters[0].value(of: .noError) == UInt64(300 * dead + 300))
        #expect(server.counters[0].value(of: .sendFailures) == 0)
    }

    /// Where the kernel grants a small send buffer only. In all 200 answers find no room.
    @Test("where there is no room for them, nobody waits for it: neither another socket nor the worker's end")
    func full() throws {
        let (sockets, client, spoofer) = try OwnNetwork.open {
            let sockets = try UDPSockets.open(
                [Endpoint(Self.host, port: 0), Endpoint(.v4(.loopback), port: 0)], workers: 1)
            return (sockets, try ClientSocket(.udp, to: sockets.endpoints[1]), Spoofer())
        }
        var size: Int32 = 0
        unsafe setsockopt(sockets.groups[0].descriptors[0], SOL_SOCKET, SO_SNDBUF, &size, 4)
        let server = UDPServer(workers: 1)
        let query = try Message.query("www.example.com", .a)
        let time = try ContinuousClock().measure {
            try server.serve(sockets, from: SnapshotStore(try ExampleZone.snapshot()))
            for _ in 0..<210 {
                #expect(try #require(spoofer).send(query, from: Self.address(100), to: sockets.endpoints[0]))
                #expect(client.ask(query)?.answerCount == 1)
            }
            server.stop()
        }
        #expect(server.counters[0].value(of: .noError) == 420)
        // The smallest buffer has room for some.
        #expect((200..<210).contains(server.counters[0].value(of: .sendFailures)))
        // A wait of some milliseconds for each of 200 would show.
        #expect(time < .seconds(2))
    }
}
