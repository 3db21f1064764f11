internal import Addresses
internal import Answering
internal import CLinux
internal import Glibc
internal import Sockets
internal import Telemetry

/// The memory of one worker, for a batch of datagrams and the answers to them: allocated once, freed
/// with the value, never handed out.
///
/// One block holds a slot per datagram (the client's address, control data, the query, the answer),
/// then the two arrays of messages for the kernel, and what the responder is told of them. Every pointer
/// in them leads into the block.
@safe struct Batch: ~Copyable {
    /// Datagrams per system call. What a call costs is spread over as many as wait: more than these gained nothing
    /// when it was measured, and the slots as they are mostly filled (four lines of 64 bytes each) stay in the smallest
    /// first-level cache.
    static let width = 32
    /// Bytes taken of a query. A longer one arrives cut there: where that cuts one of the records that its header counts
    /// it is malformed (FORMERR, RFC 1035 §4.1.1); octets behind the last of them are ignored in any case. Queries
    /// beyond 512 are rare, beyond this nobody's.
    static let querySize = 4096
    /// Bytes for an answer; the responder keeps to the smaller size that is configured.
    static let answerSize = 4096

    private static let controlOffset = 32
    private static let queryVectorOffset = 80
    private static let answerVectorOffset = 96
    private static let queryOffset = 128
    private static let answerOffset = queryOffset + querySize
    /// Three cache lines more than a multiple of 4,096, so that the beginnings of the slots spread
    /// over all sets of a cache instead of falling into the same one.
    private static let slotSize = answerOffset + answerSize + 64
    /// CMSG_SPACE of an in6_pktinfo, the larger one: 40 bytes, in the 48 before the vectors.
    private static let controlSize = 48
    private static let nameSize = UInt32(MemoryLayout<sockaddr_in6>.size)

    private let block: UnsafeMutableRawPointer
    private let incoming: UnsafeMutablePointer<swerve_message>
    private let outgoing: UnsafeMutablePointer<swerve_message>
    private let exchanges: UnsafeMutablePointer<Exchange>
    /// Entries of `incoming` that the kernel has written since they were last made ready.
    private var used = 0

    init() {
        let arraySize = unsafe Self.width * MemoryLayout<swerve_message>.stride
        let exchangesSize = Self.width * MemoryLayout<Exchange>.stride
        let slots = Self.width * Self.slotSize
        // Whole lines of the cache: nothing of another worker begins in the last.
        let size = (slots + 2 * arraySize + exchangesSize + 63) & ~63
        unsafe block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        unsafe incoming = (block + slots).bindMemory(to: swerve_message.self, capacity: Self.width)
        unsafe outgoing = (block + slots + arraySize).bindMemory(to: swerve_message.self, capacity: Self.width)
        unsafe exchanges = (block + slots + 2 * arraySize).bindMemory(to: Exchange.self, capacity: Self.width)
        for index in 0..<Self.width {
            let slot = unsafe slot(index)
            let room = unsafe UnsafeMutableRawBufferPointer(
                start: slot + Self.answerOffset, count: Self.answerSize)
            unsafe (exchanges + index).initialize(to: Exchange(query: slot + Self.queryOffset, room: room))
            unsafe (slot + Self.queryVectorOffset).bindMemory(to: iovec.self, capacity: 1).pointee = iovec(
                iov_base: slot + Self.queryOffset, iov_len: Self.querySize)
            unsafe (slot + Self.answerVectorOffset).bindMemory(to: iovec.self, capacity: 1).pointee = iovec(
                iov_base: slot + Self.answerOffset, iov_len: 0)
            unsafe incoming[index].header.msg_name = slot
            unsafe incoming[index].header.msg_iov = (slot + Self.queryVectorOffset).assumingMemoryBound(
                to: iovec.self)
            unsafe incoming[index].header.msg_iovlen = 1
            unsafe incoming[index].header.msg_control = slot + Self.controlOffset
            unsafe outgoing[index].header.msg_iovlen = 1
        }
        used = Self.width
    }

    deinit {
        unsafe block.deallocate()
    }

    /// Receives what waits at a socket, at most `width` datagrams; returns their number, or the negative error number:
    /// EAGAIN at the end of the socket's patience, or at once with MSG_DONTWAIT.
    mutating func receive(_ socket: borrowing WorkerSocket, flags: Int32) -> Int {
        for index in 0..<used {
            unsafe incoming[index].header.msg_namelen = Self.nameSize
            // Whatever this socket has to tell: the entries that it leaves over are the next one's.
            unsafe incoming[index].header.msg_controllen = Self.controlSize
        }
        let count = unsafe swerve_receive(socket.descriptor, incoming, UInt32(Self.width), flags)
        if count < 0 {
            used = 0
            return -Int(errno)
        }
        used = Int(count)
        return used
    }

    /// Whether echo, daytime, chargen or time live at a port: they answer anything, so that one forged query would begin
    /// an endless talk with them.
    private static func isReflector(_ port: UInt16) -> Bool {
        let ports: UInt64 = 1 << 7 | 1 << 13 | 1 << 19 | 1 << 37
        return port < 64 && ports &>> UInt64(port) & 1 != 0
    }

    /// Answers the first `count` datagrams and sends the answers.
    mutating func answer(
        _ count: Int, of socket: borrowing WorkerSocket, by responder: inout Responder, counters: WorkerCounters
    ) {
        for index in 0..<count {
            let name = unsafe UnsafeRawBufferPointer(start: slot(index), count: Int(Self.nameSize))
            // Port 0 is not answered, nor what answers whatever comes.
            let client = unsafe SocketAddress.endpoint(name)
            unsafe exchanges[index].count = min(Int(incoming[index].length), Self.querySize)
            unsafe exchanges[index].client = client?.address ?? .v4(.any)
            let port = client?.port ?? 0
            unsafe exchanges[index].port = Self.isReflector(port) ? 0 : port
        }
        unsafe responder.answer(UnsafeMutableBufferPointer(start: exchanges, count: count), over: .udp)
        var answers = 0
        for index in 0..<count {
            let length = unsafe exchanges[index].size
            if length == 0 { continue }
            let slot = unsafe slot(index)
            let vector = unsafe (slot + Self.answerVectorOffset).assumingMemoryBound(to: iovec.self)
            unsafe vector.pointee.iov_len = length
            unsafe outgoing[answers].header.msg_name = slot
            unsafe outgoing[answers].header.msg_namelen = incoming[index].header.msg_namelen
            unsafe outgoing[answers].header.msg_iov = vector
            if socket.isWildcard {
                let control = unsafe slot + Self.controlOffset
                unsafe outgoing[answers].header.msg_control = control
                unsafe outgoing[answers].header.msg_controllen = swerve_answer_control(
                    control, incoming[index].header.msg_controllen)
            } else {
                unsafe outgoing[answers].header.msg_controllen = 0
            }
            answers += 1
        }
        if answers > 0 { send(answers, socket, counters) }
    }

    /// Sends the first `count` answers, and waits for nothing: what waits here is everybody's next answer. One that the
    /// kernel doesn't take, for want of room or of a way to the client, is lost; those behind it have their own try.
    private func send(_ count: Int, _ socket: borrowing WorkerSocket, _ counters: WorkerCounters) {
        var sent = 0
        while sent < count {
            let result = unsafe swerve_send(
                socket.descriptor, outgoing + sent, UInt32(count - sent), Int32(MSG_DONTWAIT))
            if result > 0 {
                sent += Int(result)
            } else if errno != EINTR {
                counters.add(.sendFailures)
                sent += 1
            }
        }
    }

    @inline(__always) private func slot(_ index: Int) -> UnsafeMutableRawPointer {
        unsafe block + index * Self.slotSize
    }
}
