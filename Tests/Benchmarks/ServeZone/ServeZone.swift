import Addresses
import Answering
import DNSWire
import Glibc
import Logging
import StreamServer
import UDPServer
import ZoneFiles
import Zones

/// `ServeZone PORT ADDRESS ORIGIN FILE`: a zone over UDP and TCP until SIGTERM. For measurements of the servers and the
/// responder without the rest of the daemon, which valgrind doesn't run. `SWERVE_WORKERS` as there.
@main enum ServeZone {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 5, let port = UInt16(words[1]), let address = IPAddress(words[2]) else {
            print("usage: ServeZone PORT ADDRESS ORIGIN FILE")
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
        let zone = try fileZone(words[3], words[4])
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
}
