internal import Glibc

/// What waits at a datagram socket to be read: much in a burst, little in a flood.
///
/// A burst is to wait until it can be answered. In a flood there are always more datagrams than are answered, and a long
/// queue of them is of no use: each waits its whole length, and has gone from the processor's caches when its turn comes.
/// So where a queue has not come to its end for long, it gets short, until it does.
public struct DatagramQueue: BitwiseCopyable {
    /// Bytes for a burst: with what the kernel has beside a query, it holds about a thousand, 10 ms of them at 100,000
    /// a second, and some thousands where a driver is thrifty. The kernel books twice as many.
    static let long: Int32 = 1 << 20
    /// Bytes in a flood. The next queries always come before those that it holds are answered.
    static let short: Int32 = 1 << 17
    /// After how many full batches on end a burst is a flood: with 32 in each, more than the queue holds several times.
    static let patience = 256

    private let socket: Int32
    private var fullBatches = 0
    private var isShort = false

    /// The queue of a socket, which is long.
    public init(of socket: Int32) {
        self.socket = socket
    }

    /// Takes note of a batch that was read: whether more may have waited than it has room for.
    @inline(__always)
    public mutating func note(isFull: Bool) {
        if isFull {
            fullBatches &+= 1
            if fullBatches == Self.patience { shorten() }
        } else {
            fullBatches = 0
            if isShort { lengthen() }
        }
    }

    /// Makes the queue short, if it can be long again afterwards: that takes CAP_NET_ADMIN.
    @inline(never)
    private mutating func shorten() {
        if isShort || !Self.force(Self.long, on: socket) { return }
        isShort = Self.force(Self.short, on: socket)
    }

    /// Makes the queue long again, for whoever reads it next.
    @inline(never)
    public mutating func lengthen() {
        if isShort { isShort = !Self.force(Self.long, on: socket) }
    }

    /// Makes the queue of a new socket long; without CAP_NET_ADMIN as long as net.core.rmem_max allows. 0, or -1 with
    /// `errno`.
    static func begin(on socket: Int32) -> Int32 {
        force(long, on: socket) ? 0 : StreamSocket.set(socket, SOL_SOCKET, SO_RCVBUF, long)
    }

    private static func force(_ size: Int32, on socket: Int32) -> Bool {
        StreamSocket.set(socket, SOL_SOCKET, SO_RCVBUFFORCE, size) == 0
    }
}
