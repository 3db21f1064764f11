internal import Glibc

/// What waits at a datagram socket to be read: much in a burst, little in a flood.
///
/// A burst is to wait until it can be answered. In a flood there are always more datagrams than are answered, and a long
/// queue of them is of no use: each waits its whole length, and has gone from the processor's caches when its turn comes.
/// So where a queue has been full for long, it gets short, until a batch finds its end. That takes CAP_NET_ADMIN.
public struct DatagramQueue: BitwiseCopyable {
    /// Bytes for a burst: with what the kernel has beside a query, it holds about a thousand, 10 ms of them at 100,000
    /// a second, and some thousands where a driver is thrifty. The kernel books twice as many.
    static let long: Int32 = 1 << 20
    /// Bytes in a flood: two to five batches. Where a driver takes so much for a datagram that not one fits, no batch is
    /// full, and the queue is long again at once.
    static let short: Int32 = 1 << 16
    /// After how many full batches on end it is looked whether datagrams have been lost since the last look: with 32 in
    /// each as many as the queue holds and more.
    static let patience = 128

    private let socket: Int32
    private var fullBatches = 0
    /// What was lost up to the last look in this run of full batches.
    private var lost: UInt32?
    private var isShort = false
    /// What was lost, by the kernel's count since the socket was made, up to what `newlyLost` told.
    public private(set) var told: UInt32

    /// The queue of a socket, which is long, and what of its losses has been told.
    public init(of socket: Int32, told: UInt32 = 0) {
        self.socket = socket
        self.told = told
    }

    /// How many datagrams the kernel had no room for since this was asked last. A system call.
    public mutating func newlyLost() -> UInt32 {
        let now = Self.lost(at: socket)
        defer { told = now }
        return now &- told
    }

    /// Takes note of a batch that was read, and whether it was as large as it can be; or that nothing waits.
    @inline(__always)
    public mutating func note(isFull: Bool) {
        if isFull {
            fullBatches &+= 1
            if fullBatches == Self.patience { look() }
        } else {
            fullBatches = 0
            lost = nil
            if isShort { lengthen() }
        }
    }

    /// Makes the queue short if datagrams were lost since the last look.
    @inline(never)
    private mutating func look() {
        fullBatches = 0
        if isShort { return }
        let now = Self.lost(at: socket)
        if let lost, now != lost { isShort = Self.force(Self.short, on: socket) }
        lost = now
    }

    @inline(never)
    private mutating func lengthen() {
        isShort = false
        _ = Self.force(Self.long, on: socket)
    }

    /// Makes the queue of a new socket long; without CAP_NET_ADMIN as long as net.core.rmem_max allows. 0, or -1 with
    /// `errno`.
    static func begin(on socket: Int32) -> Int32 {
        force(long, on: socket) ? 0 : StreamSocket.set(socket, SOL_SOCKET, SO_RCVBUF, long)
    }

    private static func force(_ size: Int32, on socket: Int32) -> Bool {
        StreamSocket.set(socket, SOL_SOCKET, SO_RCVBUFFORCE, size) == 0
    }

    /// How many datagrams the kernel had no room for: the last of nine numbers (SO_MEMINFO of linux/sock_diag.h).
    private static func lost(at socket: Int32) -> UInt32 {
        var numbers = InlineArray<9, UInt32>(repeating: 0)
        var size = socklen_t(MemoryLayout<InlineArray<9, UInt32>>.size)
        unsafe getsockopt(socket, SOL_SOCKET, memoryInformation, &numbers, &size)
        return numbers[8]
    }

    /// SO_MEMINFO, which Glibc's module doesn't have.
    private static let memoryInformation: Int32 = 55
}
