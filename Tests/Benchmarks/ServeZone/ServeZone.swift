import Addresses
import Answering
import DNSWire
import Glibc
import Logging
import StreamServer
import UDPServer
import ZoneFiles
import Zones

/// `ServeZone PORT [ADDRESS [ORIGIN FILE]]`: a zone over UDP and TCP, at 127.0.0.1 unless told otherwise, until SIGTERM;
/// the article's zone, or that of a file. For measurements of the servers and the responder without the rest of the
/// daemon, which valgrind doesn't run. `SWERVE_WORKERS` as there.
@main enum ServeZone {
    static func main() throws {
        let words = CommandLine.arguments
        guard [2, 3, 5].contains(words.count), let port = UInt16(words[1]),
            let address = words.count > 2 ? IPAddress(words[2]) : .v4(.loopback)
        else {
            print("usage: ServeZone PORT [ADDRESS [ORIGIN FILE]]")
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
        let zone = words.count == 5 ? try fileZone(words[3], words[4]) : try articleZone()
        let store = SnapshotStore(Snapshot(catalog: ZoneCatalog([zone.origin: ServedZone(zone: zone)])))
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

    private static func fileZone(_ origin: String, _ path: String) throws -> Zone {
        let loaded = ZoneFile.load(path: path, origin: try DomainName(origin))
        guard let zone = loaded.zone else {
            for diagnostic in loaded.diagnostics { print(diagnostic) }
            exit(1)
        }
        return zone
    }

    private static func articleZone() throws -> Zone {
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
        guard let zone = builder.compile().zone else { preconditionFailure("the zone is whole") }
        return zone
    }
}
