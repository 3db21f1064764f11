import Addresses
import Answering
import DNSClient
import DNSWire
import Foundation
import Logging
import Sockets
import StreamServer
import Testing
import UDPServer

@Suite("What a server waits with")
struct DescriptorTests {
    /// Lets the process have no more descriptors than it has, and a few.
    private static func takeAll(but free: Int32 = 0) {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let next = dup(0)
        close(next)
        limit.rlim_cur = rlim_t(next + free)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    @Test("is there from the start, or the server doesn't start") func none() async {
        await #expect(processExitsWith: .success) {
            let endpoint = Endpoint(.v4(.loopback), port: 0)
            let store = SnapshotStore(try ExampleZone.snapshot())
            let streams = try StreamSockets.open([endpoint], workers: 1)
            let early = StreamServer(workers: 1, store: store, logger: Logger(label: "test"))
            Self.takeAll()
            let late = StreamServer(workers: 1, store: store, logger: Logger(label: "test"))
            #expect(Self.failure { try early.serve(streams) } == "epoll of tcp-0: Too many open files")
            #expect(Self.failure { try late.serve(streams) } == "eventfd of tcp-0: Too many open files")
        }
    }

    @Test("is there before the endpoints of a server change, or it goes on with those it has")
    func change() async {
        await #expect(processExitsWith: .success) {
            let (stays, other) = (
                Endpoint(.v4(.loopback), port: 0), Endpoint(.v4(IPv4Address(127, 0, 0, 2)), port: 0)
            )
            let query = try Message.query("www.example.com", .a)
            let store = SnapshotStore(try ExampleZone.snapshot())
            let server = UDPServer(workers: 1)
            let served = try UDPSockets.open([stays, other], workers: 1)
            try server.serve(served, from: store)
            let client = try ClientSocket(.udp, to: served.endpoints[0])
            let one = try UDPSockets.open([served.endpoints[0]], keeping: served)
            try server.serve(one, from: store)
            #expect(client.ask(query)?.answerCount == 1)
            // There is room for another socket, and for nothing else.
            Self.takeAll(but: 1)
            #expect(
                Self.failure {
                    let two = try UDPSockets.open([one.endpoints[0], other], keeping: one)
                    try server.serve(two, from: store)
                } == "epoll of udp-0: Too many open files")
            #expect(client.ask(query)?.answerCount == 1)
            server.stop()
        }
    }

    /// Lets the process have no more address space than it has, and so many octets.
    private static func takeAllMemory(but free: UInt) {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ").first.flatMap { UInt($0) }
        let size = rlim_t((pages ?? 0) * UInt(getpagesize()) + free)
        var limit = rlimit(rlim_cur: size, rlim_max: size)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }

    @Test("is a thread too, and without enough of them it goes on with those it has")
    func threads() async {
        await #expect(processExitsWith: .success) {
            // A megabyte of address space is taken by each thread's stack.
            let workers = 128
            let (stays, other) = (
                Endpoint(.v4(.loopback), port: 0), Endpoint(.v4(IPv4Address(127, 0, 0, 2)), port: 0)
            )
            let query = try Message.query("www.example.com", .a)
            let store = SnapshotStore(try ExampleZone.snapshot())
            let server = UDPServer(workers: workers)
            let served = try UDPSockets.open([stays], workers: workers)
            try server.serve(served, from: store)
            let client = try ClientSocket(.udp, to: served.endpoints[0])
            let two = try UDPSockets.open([served.endpoints[0], other], keeping: served)
            Self.takeAllMemory(but: 64 << 20)
            let failure = Self.failure { try server.serve(two, from: store) }
            #expect(failure?.hasPrefix("start thread udp-") == true)
            #expect(failure?.hasSuffix(": Resource temporarily unavailable") == true)
            #expect(server.sockets === served)
            #expect(client.ask(query)?.answerCount == 1)
            server.stop()
        }
    }

    private static func failure(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
