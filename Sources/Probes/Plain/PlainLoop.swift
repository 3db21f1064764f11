internal import Glibc
internal import Health
internal import NIOCore
internal import Patterns
internal import Sockets

/// The connections of plain checks, carried by one thread: each connects, sends its request if it has one, and reads
/// the answer, until its deadline at most. Nothing here waits but the poller.
///
/// Some are ordered by tasks; the others it makes by itself, when a check in its timetable is due.
struct PlainLoop: ~Copyable {
    /// A connection that is under way.
    private final class Connection {
        let order: PlainOrder
        let socket: Int32
        /// Tells it from others that have had its slot.
        let number: UInt32
        var isConnected = false
        var sent = 0
        var reader: HTTPAnswerReader?

        init(_ order: PlainOrder, _ socket: Int32, number: UInt32) {
            self.order = order
            self.socket = socket
            self.number = number
            reader = order.request.map { HTTPAnswerReader(isHead: $0.isHead, hasBody: $0.hasBody) }
        }

        var phase: Phase { isConnected ? reader?.phase ?? .waiting : .connecting }
    }

    private let poller: Poller
    /// Connections at a time, of checks in the timetable.
    private let maximum: Int
    private let handOver: @Sendable (CheckReports) -> Void
    private let patterns = PatternCache()
    /// What judging an answer may cost beyond reading it: it holds up all other checks here, by some milliseconds.
    private static let judgingSteps = 50_000
    /// Events taken at a time, and how often in a row without a look at deadlines.
    private static let width = 256
    private static let batchesAtOnce = 64
    private var events = Poller.Events(capacity: width)
    /// What comes from all of them, one after the other.
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var connections: [Connection?] = []
    private var freeSlots: [Int] = []
    /// Of those that tasks have ordered, by what cancels them.
    private var slotsOfTasks: [ObjectIdentifier: Int] = [:]
    private var deadlines = DeadlineHeap()
    private var timetable = Timetable()
    private var lastNumber: UInt32 = 0
    /// Full batches of events since deadlines were looked at last.
    private var fullBatches = 0

    /// - Parameters:
    ///   - maximum: Connections at a time, of checks in the timetable.
    ///   - handOver: Takes reports of these.
    init(_ poller: Poller, maximum: Int, handOver: @escaping @Sendable (CheckReports) -> Void) {
        self.poller = poller
        self.maximum = maximum
        self.handOver = handOver
    }

    deinit {
        for case let connection? in connections { close(connection.socket) }
    }

    /// When there is something to do without an event; nil: never.
    var nextLook: UInt64? {
        let next = timetable.next(hasRoom: hasRoom)
        guard let due = deadlines.first?.due else { return next }
        return min(due, next ?? due)
    }

    /// Waits for what happens next, or until a time, and does it.
    mutating func turn(until end: UInt64?) {
        poller.wait(Self.patience(until: end), &events)
        // What falls due while answers are judged may have been answered meanwhile: the next turn looks there first.
        let now = MonotonicClock.now
        for index in 0..<events.count {
            let (key, readiness) = events[index]
            if key == Poller.wakeKey { continue }
            let slot = Int(key & 0xFFFF_FFFF)
            guard let connection = connections[slot], connection.number == UInt32(key >> 32) else { continue }
            advance(connection, slot, hasEnded: !readiness.isDisjoint(with: [.ending, .ended, .failed]))
        }
        // After a standstill all that has come in time is heard before anything is called late.
        if events.count == Self.width, fullBatches < Self.batchesAtOnce {
            fullBatches += 1
            return
        }
        fullBatches = 0
        while let (due, slot) = deadlines.first, due <= now {
            guard let connection = connections[slot] else { break }
            let timeout = connection.order.deadline.timeout.words
            fail(slot, "timed out after \(timeout) \(connection.phase)")
        }
        beginDue(by: now)
        if let reports = timetable.takeReports(by: MonotonicClock.now) { handOver(reports) }
    }

    /// Begins with a connection.
    mutating func begin(_ order: PlainOrder) {
        if order.isCancelled { return conclude(order, .failure(ProbeFailure(undecided: "cancelled"))) }
        var isEstablished = false
        let socket = StreamSocket.connect(
            to: order.target, from: order.path?.source, mark: order.path?.mark, isEstablished: &isEstablished)
        if socket < 0 {
            return conclude(order, .failure(ProbeFailure(errno: -socket, during: .connecting)))
        }
        lastNumber &+= 1
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count { connections.append(nil) }
        connections[slot] = Connection(order, socket, number: lastNumber)
        switch order.receiver {
        case .round(let place, _): timetable.note(slot, of: place)
        case .task(_, let cancellation): slotsOfTasks[ObjectIdentifier(cancellation)] = slot
        }
        deadlines.add(slot, due: order.deadline.end.uptimeNanoseconds)
        // The first event is that it stands or has failed, also where it stands already.
        let code = poller.watch(
            socket, for: [.reading, .writing, .ending, .edges], key: UInt64(lastNumber) << 32 | UInt64(slot))
        if code != 0 { finish(slot, .failure(ProbeFailure(errno: code, during: .connecting))) }
    }

    /// Ends what a task waits for no more, if it is under way.
    mutating func cancel(_ cancellation: Cancellation) {
        guard let slot = slotsOfTasks[ObjectIdentifier(cancellation)] else { return }
        finish(slot, .failure(ProbeFailure(undecided: "cancelled")))
    }

    /// Milliseconds until a time; -1 for no end.
    private static func patience(until end: UInt64?) -> Int32 {
        guard let end else { return -1 }
        let now = MonotonicClock.now
        return end <= now ? 0 : Int32(clamping: (end - now) / 1_000_000 + 1)
    }
}

// The timetable
extension PlainLoop {
    private var hasRoom: Bool { connections.count - freeSlots.count < maximum }

    /// Takes a check on that is due in a while.
    mutating func add(_ check: DueCheck, in wait: Duration) {
        timetable.add(check, due: MonotonicClock.now + wait.nanoseconds)
    }

    /// Lets go of a check.
    mutating func drop(_ turn: CheckTurn) {
        if let slot = timetable.drop(turn) { _ = release(slot) }
    }

    private mutating func beginDue(by now: UInt64) {
        while hasRoom {
            guard let (slot, check) = timetable.takeDue(by: now) else { return }
            let deadline = Deadline(check.timeout)
            guard case .http(let http) = check.method else {
                begin(PlainOrder(target: check.target, deadline: deadline, receiver: .round(slot: slot, nil)))
                continue
            }
            do throws(ProbeFailure) {
                let dialogue = try HTTPDialogue(http, target: check.target, patterns)
                begin(PlainOrder(target: check.target, deadline: deadline, asking: dialogue, of: slot))
            } catch {
                timetable.conclude(slot, began: deadline.start, error.outcome, at: now)
            }
        }
        if timetable.isDue(by: now) { timetable.noteCrowd() }
    }

    /// Takes what the connection for a check in the timetable found.
    private mutating func conclude(
        _ order: PlainOrder, _ place: Int, _ dialogue: HTTPDialogue?, _ result: Result<Found, ProbeFailure>
    ) {
        let outcome: Outcome?
        do throws(ProbeFailure) {
            switch try result.get() {
            case .connected: outcome = .success("connected \(order.deadline.elapsed)")
            case .answered(let answer):
                guard var dialogue else { return }
                var steps = Self.judgingSteps + Pattern.steps(reading: answer.octets)
                if try !dialogue.take(answer, &steps) {
                    return begin(
                        PlainOrder(
                            target: order.target, deadline: order.deadline, asking: dialogue, of: place))
                }
                outcome = .success("HTTP \(answer.status) \(order.deadline.elapsed)")
            }
        } catch {
            outcome = error.isTooCostly ? nil : error.outcome
        }
        timetable.conclude(place, began: order.deadline.start, outcome, at: MonotonicClock.now)
    }
}

// One connection
extension PlainLoop {
    /// Goes on with a connection as far as it can.
    ///
    /// - Parameter hasEnded: Whether more than what has come will not come.
    private mutating func advance(_ connection: Connection, _ slot: Int, hasEnded: Bool) {
        if !connection.isConnected {
            let code = StreamSocket.error(of: connection.socket)
            // What was reset has stood before, whenever that is looked at: refused is another error.
            if connection.reader == nil, code == ECONNRESET { return finish(slot, .success(.connected)) }
            if code != 0 { return finish(slot, .failure(ProbeFailure(errno: code, during: .connecting))) }
            if connection.reader == nil { return finish(slot, .success(.connected)) }
            connection.isConnected = true
        }
        if send(connection, slot) { receive(connection, slot, hasEnded: hasEnded) }
    }

    /// Sends what is left of the request; whether the connection goes on.
    private mutating func send(_ connection: Connection, _ slot: Int) -> Bool {
        guard let request = connection.order.request else { return false }
        if connection.sent == request.bytes.count { return true }
        let count = StreamSocket.send(request.bytes[connection.sent...], over: connection.socket)
        switch -Int32(count) {
        case EAGAIN, EINTR: return true
        case EPIPE:
            // What the server said before it closed may still be read.
            connection.sent = request.bytes.count
        case 1...:
            finish(slot, .failure(ProbeFailure(errno: -Int32(count), during: connection.phase)))
            return false
        default: connection.sent += count
        }
        return true
    }

    private mutating func receive(_ connection: Connection, _ slot: Int, hasEnded: Bool) {
        while true {
            let count = StreamSocket.receive(into: &buffer, from: connection.socket)
            if count < 0 {
                let code = Int32(-count)
                if code == EAGAIN || code == EINTR { return }
                return finish(slot, .failure(ProbeFailure(errno: code, during: connection.phase)))
            }
            if count == 0 {
                if let answer = connection.reader?.takeEnd() {
                    return finish(slot, .success(.answered(answer)))
                }
                return fail(slot, "connection closed \(connection.phase)")
            }
            guard let progress = connection.reader?.take(buffer[..<count]) else { return }
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
        if let order = release(slot) { conclude(order, result) }
    }

    private mutating func conclude(_ order: PlainOrder, _ result: Result<Found, ProbeFailure>) {
        switch order.receiver {
        case .task(let continuation, _): continuation.resume(returning: result)
        case .round(let place, let dialogue): conclude(order, place, dialogue, result)
        }
    }

    /// Closes a connection; what it was ordered for.
    private mutating func release(_ slot: Int) -> PlainOrder? {
        guard let connection = connections[slot] else { return nil }
        connections[slot] = nil
        freeSlots.append(slot)
        deadlines.remove(slot)
        if case .task(_, let cancellation) = connection.order.receiver {
            slotsOfTasks[ObjectIdentifier(cancellation)] = nil
        }
        if connection.order.path == nil {
            close(connection.socket)
        } else {
            // A kernel that has seen it end so gives the next one from the same port another real server, while after
            // two farewells it would hold on to the old one.
            StreamSocket.reset(connection.socket)
        }
        return connection.order
    }
}
