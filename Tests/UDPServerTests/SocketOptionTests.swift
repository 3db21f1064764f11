import Addresses
import Glibc
import Sockets
import Testing

@Suite("What a UDP socket asks of the kernel")
struct SocketOptionTests {
    @Test(
        "Answers are cut for the link alone, whatever an ICMP message said: IP_PMTUDISC_OMIT (ip(7), ipv6(7))")
    func pathMTU() throws {
        // linux/in.h, linux/in6.h
        let omit: Int32 = 5
        let v4 = try BoundSocket.udp(Endpoint(.v4(.loopback), port: 0), .first)
        #expect(try Self.option(v4, Int32(IPPROTO_IP), IP_MTU_DISCOVER) == omit)
        let v6 = try BoundSocket.udp(Endpoint(.v6(.loopback), port: 0), .first)
        #expect(try Self.option(v6, Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER) == omit)
    }

    private static func option(_ socket: borrowing Descriptor, _ level: Int32, _ name: Int32) throws -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(socket.rawValue, level, name, &value, &size)
        try #require(result == 0)
        return value
    }
}
