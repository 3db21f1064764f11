internal import Glibc

/// Octets that have to wait with their connection: a query that isn't whole, or answers that the client hasn't read.
/// Most connections have none. The memory belongs to the connection's entry, which frees it by `clear`.
@safe struct HeldBytes {
    private var memory: UnsafeMutableRawPointer?
    private var start = 0
    private var end = 0
    private var capacity = 0

    /// The least that is allocated: a query without its end mostly fits, with what comes behind it.
    private static let leastCapacity = 512

    var isEmpty: Bool { start == end }

    /// What waits.
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: memory.map { unsafe $0 + start }, count: end - start)
    }

    /// Room behind it, which `append` takes.
    var room: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: memory.map { unsafe $0 + end }, count: capacity - end)
    }

    /// Holds a copy of these, with room for `size` octets in all.
    mutating func hold(_ bytes: UnsafeRawBufferPointer, size: Int) {
        clear()
        capacity = max(size, bytes.count, Self.leastCapacity)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        if let source = bytes.baseAddress { unsafe memory.copyMemory(from: source, byteCount: bytes.count) }
        unsafe self.memory = memory
        end = bytes.count
    }

    /// Octets were written into `room`.
    mutating func append(_ count: Int) {
        end += count
    }

    /// Lets go of the first octets; with the last of them, of the memory.
    mutating func skip(_ count: Int) {
        start += count
        if start == end { clear() }
    }

    /// Makes room for `size` octets in all.
    mutating func reserve(_ size: Int) {
        if capacity - start >= size { return }
        var next = HeldBytes()
        unsafe next.hold(bytes, size: size)
        clear()
        self = next
    }

    /// Lets go of all.
    mutating func clear() {
        unsafe memory?.deallocate()
        self = HeldBytes()
    }

    init() {
        unsafe memory = nil
    }
}
