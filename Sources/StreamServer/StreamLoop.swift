internal import Addresses
internal import Answering
internal import Glibc
internal import NIOCore
internal import Telemetry

/// What the connections of one event loop share; it belongs to that loop's thread alone.
final class StreamLoop {
    let counters: WorkerCounters
    /// What connections may cost; may change.
    var limits: StreamLimits {
        didSet { tellTimeout() }
    }
    private var responder: Responder
    private let output: OutputBuffer
    private var connections: [ObjectIdentifier: StreamConnection] = [:]

    init(store: SnapshotStore, counters: WorkerCounters, limits: StreamLimits) {
        self.counters = counters
        self.limits = limits
        output = OutputBuffer()
        var random = SystemRandomNumberGenerator()
        responder = Responder(store: store, counters: counters, seed: random.next())
        tellTimeout()
    }

    /// What clients that ask are told, in tenths of a second (RFC 7828).
    private func tellTimeout() {
        responder.idleTimeout = UInt16(clamping: limits.advertisedTimeout.nanoseconds / 100_000_000)
    }

    /// How often connections are looked at for their deadlines, which are late by as much at most.
    /// An idle loop lets go of replaced snapshots then, too.
    static let interval = TimeAmount.milliseconds(250)

    func add(_ connection: StreamConnection) {
        connections[ObjectIdentifier(connection)] = connection
        counters.add(.connections)
    }

    func remove(_ connection: StreamConnection) {
        connections[ObjectIdentifier(connection)] = nil
    }

    /// Cuts the connections that have had their time.
    func sweep(now: NIODeadline) {
        responder.refresh()
        for connection in connections.values.filter({ $0.isOver(now: now) }) { connection.cut() }
    }

    /// Takes the newest snapshot, and looks at the clock; once for all the queries that have arrived together.
    func refresh() {
        responder.refresh()
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
        responder.time = UInt32(truncatingIfNeeded: now.tv_sec)
    }

    /// Whether the answer given last told the client for how long its connection may be idle.
    var hasAdvertisedTimeout: Bool { responder.hasAdvertisedTimeout }

    /// Answers the message at the front of `framing` and appends the answer, framed, to `answers`;
    /// false if it is to be met with silence.
    func answer(
        _ length: Int, in framing: MessageFraming, from client: Endpoint, into answers: inout ByteBuffer
    ) -> Bool {
        let size = unsafe framing.buffer.withUnsafeReadableBytes { bytes in
            let message = unsafe UnsafeRawBufferPointer(rebasing: bytes[2..<2 + length])
            return unsafe responder.answer(
                message.bytes, from: client.address, port: client.port, over: .tcp, into: output.bytes)
        }
        if size == 0 { return false }
        answers.writeInteger(UInt16(size))
        unsafe answers.writeBytes(UnsafeRawBufferPointer(rebasing: output.bytes[..<size]))
        return true
    }
}

/// Room for one answer of any size, freed with the object.
@safe private final class OutputBuffer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 64)

    deinit {
        unsafe bytes.deallocate()
    }
}
