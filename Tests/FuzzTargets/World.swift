public import Addresses
public import Answering
public import DNSWire
internal import Telemetry
public import Zones

/// Zones that are served in-process, and a responder that answers from them.
public final class World {
    /// The counters of the responder.
    private let counters = WorkerCounters()
    private var responder: Responder
    // Room for the largest answer, for this object alone.
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 65535, alignment: 64)
    /// What holds for all answers.
    public let options: AnswerOptions

    /// Serves zones.
    public init(_ zones: [DomainName: ServedZone], view: SteeringView = .empty, options: AnswerOptions) {
        self.options = options
        let snapshot = Snapshot(catalog: ZoneCatalog(zones), view: view, options: options)
        responder = Responder(store: SnapshotStore(snapshot), counters: counters, seed: 1)
    }

    deinit {
        output.deallocate()
    }

    /// The answer's octets; none for silence.
    public func answer(
        _ query: [UInt8], over transport: Transport, from client: IPAddress = .v4(.loopback),
        port: UInt16 = 5353
    ) -> [UInt8] {
        let count = query.withUnsafeBytes {
            responder.answer($0.bytes, from: client, port: port, over: transport, into: output)
        }
        return Array(output[..<count])
    }
}
