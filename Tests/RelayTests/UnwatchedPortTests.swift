import Addresses
import Director
import Glibc
import Logging
import Sockets
import Testing

@testable import Relay

@Suite("A port that can't be watched")
struct UnwatchedPortTests {
    @Test("is tried again until it can be", arguments: [TransportProtocol.tcp, .udp])
    func retried(_ transport: TransportProtocol) throws {
        let endpoint = Endpoint(.v4(IPv4Address(127, 60, 41, 1)), port: 28080)
        let state = try #require(ServiceState(ServiceOptions(scheduler: "rr"), virtual: endpoint.address))
        let limits = RelayLimits()
        let service = RelayService(
            .endpoint(transport, endpoint), transport, endpoint, state,
            RelayShared(
                logger: Logger(label: "test"), registry: ConnectionRegistry(capacity: 10),
                loops: RelayLoops(limits)))
        let socket =
            transport == .tcp
            ? try BoundSocket.tcp(endpoint, .first) : try BoundSocket.udp(endpoint, .first)
        var loop = TCPLoop(try Poller(), limits)
        // epoll refuses /dev/null with EPERM, as it may refuse anything with ENOMEM.
        let descriptor = open("/dev/null", O_RDWR)
        loop.listen(descriptor, for: service)
        loop.turn()
        loop.turn()

        var isEstablished = false
        let client =
            transport == .tcp
            ? StreamSocket.connect(to: endpoint, isEstablished: &isEstablished)
            : DatagramSocket.connect(to: endpoint)
        defer { close(client) }
        send(client, "a", 1, 0)
        dup2(socket.rawValue, descriptor)
        var isTaken = false
        // A turn waits for the next attempt at most, a tenth of a second.
        for _ in 0..<100 where !isTaken {
            loop.turn()
            var byte: UInt8 = 0
            if transport == .tcp {
                // Nobody is behind it, so that the connection is reset.
                isTaken = recv(client, &byte, 1, Int32(MSG_DONTWAIT)) < 0 && errno == ECONNRESET
            } else {
                let flags = Int32(MSG_DONTWAIT | MSG_PEEK)
                isTaken = recv(descriptor, &byte, 1, flags) < 0 && errno == EAGAIN
            }
        }
        #expect(isTaken)
        loop.unlisten(descriptor)
        close(descriptor)
    }
}
