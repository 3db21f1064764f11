internal import CLinux
internal import Glibc

/// One direction of a relayed connection: what comes from one socket goes to the other, and no more is read
/// while that takes nothing, so that a slow reader holds up the sender instead of filling memory.
///
/// Bytes pass through a buffer that all flows of a loop share, so a flow that keeps up holds none of its own.
/// One that brings full buffers again and again gets a pipe, in which the kernel moves them without copies.
struct Flow: ~Copyable {
    /// What there is to do next.
    enum Outcome {
        /// Nothing until a socket is ready.
        case waits
        /// More, after others have had their turn.
        case continues
        /// The sender has ended, and all that it sent has been passed on.
        case ended
        /// A socket has failed.
        case failed
    }

    /// The sender may have something: told by the poller, or not yet asked in vain.
    var isReadable = false
    /// The sender's end has been told, so that a short read is not the last one.
    var isEnding = false
    /// The sender has marked octets as urgent (RFC 9293 §3.8.5): reads stop there, so that a short one is not the last
    /// one, and pipes take nothing beyond.
    var isUrgent = false
    /// The receiver may take something.
    var isWritable = false

    private var waiting: [UInt8] = []
    private var written = 0
    private var pipe: Pipe?
    private var fullReads = 0
    private var hasEnded = false

    /// Full buffers in a row after which a pipe is used.
    private static let fullReadsBeforePipe = 4
    /// Reads in one turn.
    private static let turn = 8

    /// Has these octets sent before anything else.
    mutating func begin(with octets: [UInt8]) {
        waiting = octets
    }

    /// Moves what can be moved now.
    mutating func pump(from: Int32, to: Int32, _ shared: borrowing SharedBuffer, _ pipes: inout Pipes)
        -> Outcome
    {
        for _ in 0..<Self.turn {
            if let outcome = passOnWhatWaits(to) { return outcome }
            if hasEnded { return .ended }
            if !isReadable {
                giveBack(&pipes)
                return .waits
            }
            if isUrgent {
                giveBack(&pipes)
            } else if pipe == nil && fullReads >= Self.fullReadsBeforePipe {
                pipe = pipes.take()
            }
            let outcome = pipe == nil ? copy(from, to, shared) : fill(from, to, shared)
            if let outcome { return outcome }
        }
        return .continues
    }

    /// Lets go of what it holds; the flow is over.
    mutating func finish(_ pipes: inout Pipes) {
        if let pipe { pipes.drop(pipe) }
        pipe = nil
        waiting = []
    }

    /// - Returns: nil if nothing waits any more.
    private mutating func passOnWhatWaits(_ to: Int32) -> Outcome? {
        while written < waiting.count {
            if !isWritable { return .waits }
            let count = unsafe waiting.withUnsafeBytes { bytes in
                unsafe send(to, bytes.baseAddress! + written, bytes.count - written, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if !isBusy(errno) { return .failed }
                isWritable = false
            } else {
                written += count
            }
        }
        if !waiting.isEmpty {
            waiting = []
            written = 0
        }
        while let count = pipe?.count, count > 0 {
            if !isWritable { return .waits }
            let moved = swerve_splice(pipe!.output, to, count)
            if moved < 0 {
                if !isBusy(errno) { return .failed }
                isWritable = false
            } else {
                pipe!.count -= moved
            }
        }
        return nil
    }

    private mutating func copy(_ from: Int32, _ to: Int32, _ shared: borrowing SharedBuffer) -> Outcome? {
        let count = unsafe recv(from, shared.start, SharedBuffer.capacity, 0)
        if count < 0 { return couldNotRead() }
        if count == 0 {
            hasEnded = true
            return nil
        }
        fullReads = count == SharedBuffer.capacity ? fullReads + 1 : 0
        // What has come meanwhile is told by another edge.
        if count < SharedBuffer.capacity && !isEnding && !isUrgent { isReadable = false }
        var sent = 0
        if isWritable {
            sent = unsafe send(to, shared.start, count, Int32(MSG_NOSIGNAL))
            if sent < 0 {
                if !isBusy(errno) { return .failed }
                isWritable = false
                sent = 0
            }
        }
        if sent < count { waiting = unsafe Array(shared.bytes[sent..<count]) }
        return nil
    }

    private mutating func fill(_ from: Int32, _ to: Int32, _ shared: borrowing SharedBuffer) -> Outcome? {
        let count = swerve_splice(from, pipe!.input, Pipes.capacity)
        if count < 0 { return couldNotRead() }
        // The end, or urgent octets with the end behind them.
        if count == 0 { return copy(from, to, shared) }
        pipe!.count += count
        return nil
    }

    private mutating func couldNotRead() -> Outcome? {
        if !isBusy(errno) { return .failed }
        isReadable = false
        return nil
    }

    /// An idle flow holds no pipe, since there are fewer of them than of connections.
    private mutating func giveBack(_ pipes: inout Pipes) {
        if let pipe { pipes.giveBack(pipe) }
        pipe = nil
        fullReads = 0
    }

    private func isBusy(_ code: Int32) -> Bool { code == EAGAIN || code == EINTR }
}

/// Room for one read, which all flows of a loop use in turn.
@safe struct SharedBuffer: ~Copyable {
    static let capacity = 64 * 1024

    let bytes: UnsafeMutableRawBufferPointer

    var start: UnsafeMutableRawPointer { unsafe bytes.baseAddress! }

    init() {
        unsafe bytes = .allocate(byteCount: Self.capacity, alignment: 64)
    }

    deinit {
        unsafe bytes.deallocate()
    }
}
