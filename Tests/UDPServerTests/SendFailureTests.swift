import Addresses
import Answering
import DNSClient
import DNSWire
import Glibc
import Sockets
import Telemetry
import Testing
import UDPServer

/// A socket for whole IPv4 packets, with any source address.
private final class Spoofer: Sendable {
    private let socket: Descriptor

    init?() {
        let number = Glibc.socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW))
        if number < 0 { return nil }
        socket = Descriptor(owning: number)
    }

    func send(_ payload: [UInt8], from source: Endpoint, to target: Endpoint) -> Bool {
        let length = 28 + payload.count
        // The kernel fills in the checksum and the identification; UDP over IPv4 may go without one.
        var packet: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 255), 0, 0, 0, 0, 64, 17, 0, 0]
        packet += source.address.bytes + target.address.bytes
        for number in [source.port, target.port, UInt16(8 + payload.count), 0] {
            packet += [UInt8(number >> 8), UInt8(number & 255)]
        }
        packet += payload
        let address = SocketAddress(Endpoint(target.address, port: 0))
        let size = packet.count
        return unsafe address.withBytes { bytes in
            let target = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            return unsafe sendto(socket.rawValue, packet, size, 0, target, socklen_t(bytes.count)) == size
        }
    }

    static var isPossible: Bool { Spoofer() != nil }
}

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
        "a query from port 0 is met with silence",
        .enabled(if: Spoofer.isPossible, "needs CAP_NET_RAW for forged source ports"))
    func portZero() throws {
        let sockets = try UDPSockets.open([Endpoint(.v4(.loopback), port: 0)], workers: 1)
        let query = try Message.query("www.example.com", .a)
        let spoofer = try #require(Spoofer())
        #expect(spoofer.send(query, from: Endpoint(.v4(.loopback), port: 0), to: sockets.endpoints[0]))
        let server = UDPServer(workers: 1)
        defer { server.stop() }
        try server.serve(sockets, from: SnapshotStore(try ExampleZone.snapshot()))
        let client = try ClientSocket(.udp, to: sockets.endpoints[0])
        #expect(client.ask(query)?.answerCount == 1)
        #expect(server.counters[0].value(of: .noError) == 1)
        #expect(server.counters[0].value(of: .sendFailures) == 0)
    }
}
