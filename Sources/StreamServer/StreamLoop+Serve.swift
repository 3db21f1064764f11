internal import Addresses
internal import Answering
internal import Glibc
internal import Sockets
internal import Telemetry

/// Queries come and answers go.
extension StreamLoop {
    /// Goes on with a connection that is ready for it, or has just been taken.
    mutating func serve(_ index: Int, isFresh: Bool = false) {
        if !table[index].isOpen { return }
        if table[index].output.isEmpty {
            read(index)
        } else if send(index) {
            // What came before the client began to read again. While we didn't read, the rest of it couldn't come.
            answerHeld(index, isNew: true)
        }
        if !table[index].isOpen { return }
        if isFresh, table[index].isAnswered { watchLater(index) } else { watch(index) }
    }

    private mutating func read(_ index: Int) {
        let isBegun = !table[index].input.isEmpty
        let room = unsafe isBegun ? table[index].input.room : memory.input
        let count = unsafe recv(table[index].descriptor, room.baseAddress, room.count, 0)
        if count <= 0 {
            // The client has said its last; or nothing has come, or the connection is broken.
            if count == 0 { return finish(index) }
            if errno != EAGAIN && errno != EINTR { close(index) }
            return
        }
        // What comes after a reload is answered from what that brought.
        responder.refresh()
        if isBegun {
            table[index].input.append(count)
            return answerHeld(index, isNew: false)
        }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: memory.input[..<count])
        let progress = unsafe answer(bytes, of: index)
        guard table[index].isOpen, !table[index].isFinishing else { return }
        if progress.octets < count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[progress.octets...])
            unsafe table[index].input.hold(rest, size: progress.nextSize)
        }
        settle(index, isNew: progress.octets > 0)
    }

    /// Answers what a connection has kept.
    private mutating func answerHeld(_ index: Int, isNew: Bool) {
        let progress = unsafe answer(table[index].input.bytes, of: index)
        guard table[index].isOpen, !table[index].isFinishing else { return }
        table[index].input.skip(progress.octets)
        if !table[index].input.isEmpty { table[index].input.reserve(progress.nextSize) }
        settle(index, isNew: isNew || progress.octets > 0)
    }

    /// Notes what a connection is about now, since this moment if that is new.
    private mutating func settle(_ index: Int, isNew: Bool) {
        let isBusy = !table[index].input.isEmpty || !table[index].output.isEmpty
        // There was no answer to acknowledge it.
        if isBusy, !isNew { StreamSocket.acknowledge(table[index].descriptor) }
        // Only the first part of a query starts the clock: one that comes octet by octet has no longer than another.
        if isBusy, !isNew, table[index].state == .busy { return }
        table.move(index, to: isBusy ? .busy : table[index].isKeptAlive ? .keptAlive : .idle, now: now)
    }

    /// How far the octets were answered, and how many the message behind them takes as far as is known.
    private typealias Progress = (octets: Int, nextSize: Int)

    /// Answers the whole messages at the front of what has come, until the client has to read first. The connection
    /// may be closed then, or finishing, if what came is no query: what came before it is answered.
    private mutating func answer(_ bytes: UnsafeRawBufferPointer, of index: Int) -> Progress {
        let stream = unsafe bytes.bytes
        let client = table[index].client
        var progress: Progress = (0, 0)
        var filled = 0
        while table[index].output.isEmpty {
            switch NextMessage(in: stream, at: progress.octets) {
            case .whole(let length):
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: memory.output[(filled &+ 2)...])
                let start = progress.octets &+ 2
                let size = unsafe responder.answer(
                    stream.extracting(start..<start &+ length), from: client.address, port: client.port,
                    over: .tcp,
                    into: room)
                if size == 0 { return dismiss(index, filled) }
                if responder.hasAdvertisedTimeout { table[index].isKeptAlive = true }
                unsafe memory.output.storeBytes(
                    of: UInt16(truncatingIfNeeded: size).bigEndian, toByteOffset: filled, as: UInt16.self)
                filled &+= 2 &+ size
                progress.octets = start &+ length
                if filled < StreamMemory.fill { continue }
                if !send(filled, of: index) { return progress }
                filled = 0
            case .incomplete(let size):
                progress.nextSize = size
                _ = send(filled, of: index)
                return progress
            case .empty:
                return dismiss(index, filled)
            }
        }
        return progress
    }

    private mutating func dismiss(_ index: Int, _ filled: Int) -> Progress {
        member.counters.add(.connectionsCut)
        if send(filled, of: index) { finish(index) }
        return (0, 0)
    }

    /// Sends the answers that stand in the shared memory; what the kernel doesn't take waits with the connection.
    /// False if that has been closed.
    private mutating func send(_ count: Int, of index: Int) -> Bool {
        if count == 0 { return true }
        let sent = unsafe Glibc.send(
            table[index].descriptor, memory.output.baseAddress, count, Int32(MSG_NOSIGNAL))
        if sent == count { return true }
        if sent < 0, errno != EAGAIN, errno != EINTR, errno != ENOBUFS, errno != ENOMEM {
            close(index)
            return false
        }
        let rest = unsafe UnsafeRawBufferPointer(rebasing: memory.output[max(sent, 0)..<count])
        unsafe table[index].output.hold(rest, size: rest.count)
        return true
    }

    /// Sends what has waited; whether all of it is out and the connection goes on.
    private mutating func send(_ index: Int) -> Bool {
        let rest = unsafe table[index].output.bytes
        let sent = unsafe Glibc.send(
            table[index].descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        if sent < 0 {
            if errno != EAGAIN, errno != EINTR, errno != ENOBUFS, errno != ENOMEM { close(index) }
            return false
        }
        table[index].output.skip(sent)
        if !table[index].output.isEmpty { return false }
        if table[index].isFinishing { close(index) }
        return table[index].isOpen
    }
}

/// What the connections of a loop share: room for what is read and for answers, freed with it.
@safe struct StreamMemory: ~Copyable {
    /// Octets read at a time: some sixty queries, after which it is another connection's turn. A longer one is read to
    /// its end into memory of its own.
    private static let inputSize = 4096
    /// From so many octets on, answers are sent before the next query is looked at. One of any size fits behind.
    static let fill = 16384

    let input: UnsafeMutableRawBufferPointer
    let output: UnsafeMutableRawBufferPointer

    init() {
        unsafe input = .allocate(byteCount: Self.inputSize, alignment: 64)
        unsafe output = .allocate(byteCount: Self.fill + 2 + 65535, alignment: 64)
    }

    deinit {
        unsafe input.deallocate()
        unsafe output.deallocate()
    }
}
