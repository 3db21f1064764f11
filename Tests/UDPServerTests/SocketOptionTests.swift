import Addresses
import CLinux
import Dispatch
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

    @Test(
        "The queue is long for a burst, short in a flood, and long again at its end: SO_RCVBUF (socket(7))",
        .enabled(if: mayForce, "needs CAP_NET_ADMIN"))
    func queue() throws {
        let socket = try BoundSocket.udp(Endpoint(.v4(.loopback), port: 0), .first)
        // The kernel tells twice what was asked for.
        let (long, short): (Int32, Int32) = (2 << 20, 1 << 17)
        var queue = DatagramQueue(of: socket.rawValue)
        for _ in 0..<3 {
            // However many come: as long as none is lost, it is no flood.
            for _ in 0..<1000 { queue.note(isFull: true) }
            #expect(try Self.option(socket, SOL_SOCKET, SO_RCVBUF) == long)
            try Self.overflow(socket)
            for _ in 0..<1000 { queue.note(isFull: true) }
            #expect(try Self.option(socket, SOL_SOCKET, SO_RCVBUF) == short)
            try Self.overflow(socket)
            for _ in 0..<127 { queue.note(isFull: true) }
            queue.note(isFull: false)
            #expect(try Self.option(socket, SOL_SOCKET, SO_RCVBUF) == long)
            // What was lost before counts no more.
            for _ in 0..<1000 { queue.note(isFull: true) }
            #expect(try Self.option(socket, SOL_SOCKET, SO_RCVBUF) == long)
            queue.note(isFull: false)
        }
    }

    @Test(
        "Without the right to make it long again a queue stays as it is",
        .enabled(if: mayForce, "needs CAP_NET_ADMIN"))
    func queueOfOthers() throws {
        let socket = try BoundSocket.udp(Endpoint(.v4(.loopback), port: 0), .first)
        let long = try Self.option(socket, SOL_SOCKET, SO_RCVBUF)
        let number = socket.rawValue
        let isLooking = DispatchSemaphore(value: 0)
        let hasOverflown = DispatchSemaphore(value: 0)
        // Rights are each thread's: this one ends without them.
        let thread = try ServerThread("no-rights") {
            _ = swerve_set_capabilities(0)
            var queue = DatagramQueue(of: number)
            for _ in 0..<128 { queue.note(isFull: true) }
            isLooking.signal()
            hasOverflown.wait()
            for _ in 0..<1000 { queue.note(isFull: true) }
        }
        isLooking.wait()
        try Self.overflow(socket)
        hasOverflown.signal()
        thread.join()
        #expect(try Self.option(socket, SOL_SOCKET, SO_RCVBUF) == long)
    }

    /// Sends more than the queue holds: each takes some hundred bytes of two million.
    private static func overflow(_ socket: borrowing Descriptor) throws {
        let endpoint = try #require(SocketAddress(boundTo: socket.rawValue)?.endpoint)
        let client = DatagramSocket.connect(to: endpoint)
        defer { close(client) }
        for _ in 0..<10_000 { unsafe send(client, [0], 1, 0) }
    }

    private static let mayForce = {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        var size: Int32 = 1 << 20
        return unsafe setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, 4) == 0
    }()

    private static func option(_ socket: borrowing Descriptor, _ level: Int32, _ name: Int32) throws -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(socket.rawValue, level, name, &value, &size)
        try #require(result == 0)
        return value
    }
}
