internal import Glibc
internal import Health
internal import NIOCore
internal import Sockets

/// The connections of plain checks, carried by one thread: each connects, sends its request if it has one, and reads
/// the answer, until its deadline at most. Nothing here waits but the poller.
struct PlainLoop: ~Copyable {
    /// A connection that is under way.
    private struct Connection {
        let order: PlainOrder
        let socket: Int32
        /// Tells it from others that have had its slot.
        let number: UInt32
        var isConnected = false
        var sent = 0
        var reader: HTTPAnswerReader?

        var phase: Phase { isConnected ? reader?.phase ?? .waiting : .connecting }
    }

    private let poller: Poller
    /// Events taken at a time, and how often in a row without a look at deadlines.
    private static let width = 256
    private static let batchesAtOnce = 64
    private var events = Poller.Events(capacity: width)
    /// What comes from all of them, one after the other.
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var connections: [Connection?] = []
    private var freeSlots: [Int] = []
    private var deadlines = DeadlineHeap()
    private var lastNumber: UInt32 = 0
    /// Full batches of events since deadlines were looked at last.
    private var fullBatches = 0

    init(_ poller: Poller) {
        self.poller = poller
    }

    /// Waits for what happens next, and does it.
    mutating func turn() {
        poller.wait(patience, &events)
        for index in 0..<events.count {
            let (key, readiness) = events[index]
            if key == Poller.wakeKey { continue }
            let slot = Int(key & 0xFFFF_FFFF)
            guard connections[slot]?.number == UInt32(key >> 32) else { continue }
            advance(slot, hasEnded: !readiness.isDisjoint(with: [.ending, .ended, .failed]))
        }
        // After a standstill all that has come in time is heard before anything is called late.
        if events.count == Self.width, fullBatches < Self.batchesAtOnce {
            fullBatches += 1
            return
        }
        fullBatches = 0
        let now = Self.clock()
        while let (due, slot) = deadlines.first, due <= now {
            guard let connection = connections[slot] else { break }
            let timeout = connection.order.deadline.timeout.words
            fail(slot, "timed out after \(timeout) \(connection.phase)")
        }
    }

    /// Begins with a connection.
    mutating func begin(_ order: PlainOrder) {
        if order.cancellation.isOrdered {
            return order.result.resume(returning: .failure(ProbeFailure(undecided: "cancelled")))
        }
        var isEstablished = false
        let socket = StreamSocket.connect(
            to: order.target, from: order.path?.source, mark: order.path?.mark, isEstablished: &isEstablished)
        if socket < 0 {
            return order.result.resume(returning: .failure(ProbeFailure(errno: -socket, during: .connecting)))
        }
        lastNumber &+= 1
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count { connections.append(nil) }
        var connection = Connection(order: order, socket: socket, number: lastNumber)
        if let request = order.request {
            connection.reader = HTTPAnswerReader(isHead: request.isHead, hasBody: request.hasBody)
        }
        connections[slot] = connection
        deadlines.add(slot, due: order.deadline.end.uptimeNanoseconds)
        // The first event is that it stands or has failed, also where it stands already.
        let code = poller.watch(
            socket, for: [.reading, .writing, .ending, .edges], key: UInt64(lastNumber) << 32 | UInt64(slot))
        if code != 0 { finish(slot, .failure(ProbeFailure(errno: code, during: .connecting))) }
    }

    /// Ends what nobody waits for any more.
    mutating func endCancelled() {
        for slot in connections.indices where connections[slot]?.order.cancellation.isOrdered == true {
            finish(slot, .failure(ProbeFailure(undecided: "cancelled")))
        }
    }

    /// Milliseconds until the first deadline; -1 for no end.
    private var patience: Int32 {
        guard let due = deadlines.first?.due else { return -1 }
        let now = Self.clock()
        return due <= now ? 0 : Int32(clamping: (due - now) / 1_000_000 + 1)
    }

    private static func clock() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

// One connection
extension PlainLoop {
    /// Goes on with a connection as far as it can.
    ///
    /// - Parameter hasEnded: Whether more than what has come will not come.
    private mutating func advance(_ slot: Int, hasEnded: Bool) {
        guard let connection = connections[slot] else { return }
        if !connection.isConnected {
            let code = StreamSocket.error(of: connection.socket)
            // What was reset has stood before, whenever that is looked at: refused is another error.
            if connection.reader == nil, code == ECONNRESET { return finish(slot, .success(.connected)) }
            if code != 0 { return finish(slot, .failure(ProbeFailure(errno: code, during: .connecting))) }
            if connection.reader == nil { return finish(slot, .success(.connected)) }
            connections[slot]?.isConnected = true
        }
        if send(slot) { receive(slot, hasEnded: hasEnded) }
    }

    /// Sends what is left of the request; whether the connection goes on.
    private mutating func send(_ slot: Int) -> Bool {
        guard let connection = connections[slot], let request = connection.order.request else { return false }
        if connection.sent == request.bytes.count { return true }
        let count = StreamSocket.send(request.bytes[connection.sent...], over: connection.socket)
        switch -Int32(count) {
        case EAGAIN, EINTR: return true
        case EPIPE:
            // What the server said before it closed may still be read.
            connections[slot]?.sent = request.bytes.count
        case 1...:
            finish(slot, .failure(ProbeFailure(errno: -Int32(count), during: connection.phase)))
            return false
        default: connections[slot]?.sent += count
        }
        return true
    }

    private mutating func receive(_ slot: Int, hasEnded: Bool) {
        guard let socket = connections[slot]?.socket else { return }
        while true {
            let count = StreamSocket.receive(into: &buffer, from: socket)
            if count < 0 {
                let code = Int32(-count)
                if code == EAGAIN || code == EINTR { return }
                let phase = connections[slot]?.phase ?? .waiting
                return finish(slot, .failure(ProbeFailure(errno: code, during: phase)))
            }
            if count == 0 {
                if let answer = connections[slot]?.reader?.takeEnd() {
                    return finish(slot, .success(.answered(answer)))
                }
                return fail(slot, "connection closed \(connections[slot]?.phase ?? .waiting)")
            }
            guard let progress = connections[slot]?.reader?.take(buffer[..<count]) else { return }
            switch progress {
            case .complete(let answer): return finish(slot, .success(.answered(answer)))
            case .failed(let reason): return fail(slot, reason)
            case .unfinished: break
            }
            // Whatever comes later is told anew.
            if count < buffer.count, !hasEnded { return }
        }
    }

    private mutating func fail(_ slot: Int, _ reason: String) {
        finish(slot, .failure(ProbeFailure(reason)))
    }

    private mutating func finish(_ slot: Int, _ result: Result<Found, ProbeFailure>) {
        guard let connection = connections[slot] else { return }
        connections[slot] = nil
        freeSlots.append(slot)
        deadlines.remove(slot)
        if connection.order.path == nil {
            close(connection.socket)
        } else {
            // A kernel that has seen it end so gives the next one from the same port another real server, while after
            // two farewells it would hold on to the old one.
            StreamSocket.reset(connection.socket)
        }
        connection.order.result.resume(returning: result)
    }
}
