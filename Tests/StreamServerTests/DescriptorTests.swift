import Addresses
import Answering
import DNSClient
import Glibc
import Logging
import Sockets
import StreamServer
import Testing
import UDPServer

@Suite("What a server waits with")
struct DescriptorTests {
    /// Lets the process have no more descriptors than it has.
    private static func takeAll() {
        let next = dup(0)
        close(next)
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = rlim_t(next)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    @Test("is there from the start, or the server doesn't start") func none() async {
        await #expect(processExitsWith: .success) {
            let endpoint = Endpoint(.v4(.loopback), port: 0)
            let store = SnapshotStore(try ExampleZone.snapshot())
            let (streams, datagrams) = (
                try StreamSockets.open([endpoint], workers: 1), try UDPSockets.open([endpoint], workers: 1)
            )
            let early = StreamServer(workers: 1, store: store, logger: Logger(label: "test"))
            Self.takeAll()
            let late = StreamServer(workers: 1, store: store, logger: Logger(label: "test"))
            #expect(Self.failure { try early.serve(streams) } == "epoll of tcp-0: Too many open files")
            #expect(Self.failure { try late.serve(streams) } == "eventfd of tcp-0: Too many open files")
            #expect(
                Self.failure { try UDPServer(workers: 1).serve(datagrams, from: store) }
                    == "epoll of udp-0: Too many open files")
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
