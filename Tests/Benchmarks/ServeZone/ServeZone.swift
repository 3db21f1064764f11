import Addresses
import Answering
import DNSWire
import Glibc
import Logging
import StreamServer
import UDPServer
import Zones

/// `ServeZone PORT [ADDRESS]`: the article's zone over UDP and TCP, at 127.0.0.1 unless told otherwise, until SIGTERM;
/// for measurements of the servers and the responder without the rest of the daemon. `SWERVE_WORKERS` as there.
@main enum ServeZone {
    static func main() throws {
        let words = CommandLine.arguments
        guard (2...3).contains(words.count), let port = UInt16(words[1]),
            let address = words.count == 3 ? IPAddress(words[2]) : .v4(.loopback)
        else {
            print("usage: ServeZone PORT [ADDRESS]")
            exit(64)
        }
        // Before the servers' threads start, so that none of them takes the signal.
        var stop = sigset_t()
        unsafe sigemptyset(&stop)
        unsafe sigaddset(&stop, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &stop, nil)
        let endpoint = Endpoint(address, port: port)
        let sockets = try UDPSockets.open([endpoint])
        let streamSockets = try StreamSockets.open([endpoint])
        let store = SnapshotStore(Snapshot(catalog: try catalog()))
        let server = UDPServer(workers: sockets.workers)
        try server.serve(sockets, from: store)
        let streams = StreamServer(
            workers: streamSockets.workers, store: store, logger: Logger(label: "ServeZone"))
        try streams.serve(streamSockets)
        wait(for: stop)
        server.stop()
        streams.stop()
    }

    private static func wait(for signals: sigset_t) {
        var (signals, signal) = (signals, Int32(0))
        unsafe sigwait(&signals, &signal)
    }

    private static func catalog() throws -> ZoneCatalog {
        let origin = try DomainName("yufu123.com")
        let server = try DomainName("ns1.yufu123.com")
        var builder = ZoneBuilder(origin: origin)
        let numbers: [UInt32] = [20_180_703, 3600, 300, 604_800, 86400]
        let soa =
            server.wire + (try DomainName("admin.yufu.com")).wire
            + numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
        builder.add(owner: origin, type: .soa, ttl: 86400, data: soa)
        builder.add(owner: origin, type: .ns, ttl: 86400, data: server.wire)
        builder.add(owner: server, type: .a, ttl: 86400, data: [172, 20, 17, 20])
        builder.add(
            owner: try DomainName("www.yufu123.com"), type: .a, ttl: 86400, data: [192, 168, 214, 140])
        builder.add(owner: origin, type: .a, ttl: 86400, data: [192, 168, 214, 140])
        return ZoneCatalog([origin: ServedZone(zone: builder.compile().zone)])
    }
}
