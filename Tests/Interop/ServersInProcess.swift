import Addresses
import Answering
import DNSWire
import Foundation
import Logging
import StreamServer
import UDPServer
import ZoneFiles

/// Our servers for UDP and TCP on the same endpoint.
enum ServersInProcess {
    /// Serves zones while `body` runs.
    static func with(
        zones: [(name: String, file: URL)], options: AnswerOptions, _ body: (Endpoint) throws -> Void
    ) async throws {
        var served: [DomainName: ServedZone] = [:]
        for (name, file) in zones {
            let origin = try DomainName(name)
            let loaded = ZoneFile.load(path: file.path, origin: origin)
            guard let zone = loaded.zone else {
                throw ProgramError(description: loaded.diagnostics.map { "\($0)" }.joined(separator: "\n"))
            }
            served[origin] = ServedZone(zone: zone)
        }
        let snapshot = Snapshot(
            catalog: ZoneCatalog(served), options: options)
        let (udpSockets, streamSockets, endpoint) = try bind()
        let store = SnapshotStore(snapshot)
        let udp = UDPServer(workers: 1)
        let streams = StreamServer(store: store, logger: Logger(label: "interop"))
        try udp.serve(udpSockets, from: store)
        try streams.serve(streamSockets)
        let result = Result { try body(endpoint) }
        udp.stop()
        streams.stop()
        try result.get()
    }

    /// Takes a port of 127.0.0.1 that is free for both transports. It lies below the ports that the
    /// system hands to clients: a client that is handed the port of a server which allows sharing asks
    /// itself, and BIND's allows it.
    static func bind() throws -> (udp: UDPSockets, streams: StreamSockets, endpoint: Endpoint) {
        // Twenty ports picked at random are hardly all taken.
        for _ in 0..<20 {
            let endpoint = Endpoint(.v4(.loopback), port: UInt16.random(in: 20000..<32000))
            if let udp = try? UDPSockets.open([endpoint], workers: 1),
                let streams = try? StreamSockets.open([endpoint])
            {
                return (udp, streams, endpoint)
            }
        }
        throw ProgramError(description: "no free port")
    }
}
