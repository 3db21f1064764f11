internal import Addresses
internal import CLinux
internal import Glibc
internal import Sockets

/// The memory of one loop for a batch of datagrams, which are passed on from where they were received to:
/// allocated once, freed with the value, never handed out. Every pointer in it leads into its block.
@safe struct DatagramBatch: ~Copyable {
    /// Datagrams per system call.
    static let width = 16
    /// Room for the largest datagram.
    private static let size = 65_536
    private static let nameSize = MemoryLayout<sockaddr_in6>.size
    /// A datagram, its sender's address, its vector; the receiver's address stands behind all of them.
    private static let nameOffset = size
    private static let vectorOffset = nameOffset + 32
    private static let slotSize = vectorOffset + 32

    private let block: UnsafeMutableRawPointer
    private let messages: UnsafeMutablePointer<swerve_message>

    init() {
        let slots = Self.width * Self.slotSize
        let arraySize = unsafe Self.width * MemoryLayout<swerve_message>.stride
        unsafe block = .allocate(byteCount: slots + 64 + arraySize, alignment: 64)
        unsafe (block + slots).initializeMemory(as: UInt8.self, repeating: 0, count: 64 + arraySize)
        unsafe messages = (block + slots + 64).bindMemory(to: swerve_message.self, capacity: Self.width)
        for index in 0..<Self.width {
            let slot = unsafe block + index * Self.slotSize
            unsafe (slot + Self.nameOffset).initializeMemory(as: UInt8.self, repeating: 0, count: 32)
            unsafe vector(index).initialize(to: iovec(iov_base: slot, iov_len: Self.size))
            unsafe messages[index].header.msg_iov = vector(index)
            unsafe messages[index].header.msg_iovlen = 1
        }
    }

    deinit {
        unsafe block.deallocate()
    }

    /// Takes what waits at a socket, `width` datagrams at most: their number, or an error number below 0.
    mutating func receive(_ socket: Int32) -> Int {
        for index in 0..<Self.width {
            unsafe vector(index).pointee.iov_len = Self.size
            unsafe messages[index].header.msg_name = name(index)
            unsafe messages[index].header.msg_namelen = UInt32(Self.nameSize)
        }
        let count = unsafe swerve_receive(socket, messages, UInt32(Self.width), Int32(MSG_DONTWAIT))
        return count < 0 ? -Int(errno) : Int(count)
    }

    /// Who has sent a datagram that was received.
    func sender(_ index: Int) -> Endpoint? {
        if unsafe messages[index].header.msg_namelen == 0 { return nil }
        return unsafe SocketAddress.endpoint(UnsafeRawBufferPointer(start: name(index), count: Self.nameSize))
    }

    /// Sends datagrams that were received, to an endpoint, or to where the socket is connected to. What the socket has no
    /// room for is dropped, and what is too large for the other side: IPv6 carries twenty octets more than IPv4.
    /// - Returns: 0, or the error number that one of them has met.
    mutating func send(_ datagrams: Range<Int>, over socket: Int32, to receiver: Endpoint? = nil) -> Int32 {
        var name: UnsafeMutableRawPointer?
        var nameLength = 0
        if let receiver {
            let place = unsafe block + Self.width * Self.slotSize
            unsafe SocketAddress(receiver).withBytes { bytes in
                unsafe place.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
                nameLength = bytes.count
            }
            unsafe name = place
        }
        for index in datagrams {
            unsafe vector(index).pointee.iov_len = min(Int(messages[index].length), Self.size)
            unsafe messages[index].header.msg_name = name
            unsafe messages[index].header.msg_namelen = UInt32(nameLength)
        }
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        var trouble: Int32 = 0
        var next = datagrams.lowerBound
        while next < datagrams.upperBound {
            let sent = unsafe swerve_send(socket, messages + next, UInt32(datagrams.upperBound - next), flags)
            if sent > 0 {
                next += Int(sent)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN, ENOBUFS, ENOMEM: return trouble
            case EMSGSIZE: next += 1
            default:
                trouble = errno
                next += 1
            }
        }
        return trouble
    }

    private func name(_ index: Int) -> UnsafeMutableRawPointer {
        unsafe block + index * Self.slotSize + Self.nameOffset
    }

    private func vector(_ index: Int) -> UnsafeMutablePointer<iovec> {
        unsafe (block + index * Self.slotSize + Self.vectorOffset).assumingMemoryBound(to: iovec.self)
    }
}
