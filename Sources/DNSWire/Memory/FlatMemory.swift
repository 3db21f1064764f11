#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// Owns octets that were written once and are only read from then on.
@safe public final class FlatMemory: Sendable {
    /// The octets, readable as long as this object lives.
    public let view: FlatView
    // Allocated by malloc, freed in deinit, never written after init.
    private nonisolated(unsafe) let base: UnsafeMutableRawPointer

    /// Takes over what a buffer has, trimmed to its size.
    public init(_ buffer: consuming FlatBuffer) {
        let taken = unsafe buffer.take()
        unsafe base = taken.base
        view = unsafe FlatView(base: UnsafeRawPointer(taken.base), count: taken.count)
    }

    deinit {
        unsafe free(base)
    }
}

/// A growing run of octets; what is not written is zero.
@safe public struct FlatBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    /// The octets in use.
    public var count: Int { used }
    @usableFromInline var used = 0

    /// Octets after the end that can be read, so that whole words may be loaded anywhere in the data.
    public static let slack = 64

    /// Up to here it costs next to nothing to copy what is trimmed.
    private static let smallSize = 1 << 16

    /// A buffer with room for so many octets before it has to grow.
    public init(capacity: Int) {
        self.capacity = max(capacity, 64) + Self.slack
        // calloc of what doesn't fit into memory returns nil, as for any allocation: end of the process.
        unsafe base = calloc(1, self.capacity)!
    }

    deinit {
        unsafe free(base)
    }

    /// Makes the buffer longer by so many zero octets; where they begin.
    @inlinable @inline(__always)
    public mutating func extend(by amount: Int) -> Int {
        precondition(amount >= 0)
        let start = count
        if amount > capacity &- start &- Self.slack { grow(by: amount) }
        used = start &+ amount
        return start
    }

    @usableFromInline @inline(never)
    mutating func grow(by amount: Int) {
        let grown = max(capacity + capacity / 2, count + amount + Self.slack)
        unsafe base = realloc(base, grown)!
        unsafe (base + capacity).initializeMemory(as: UInt8.self, repeating: 0, count: grown - capacity)
        capacity = grown
    }

    /// Forgets what lies beyond so many octets.
    public mutating func shorten(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count)
        unsafe (base + newCount).initializeMemory(as: UInt8.self, repeating: 0, count: count - newCount)
        used = newCount
    }

    /// Writes a value, in the machine's byte order, into what is in use.
    @inlinable @inline(__always)
    public mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        precondition(offset >= 0 && offset <= count &- MemoryLayout<Value>.size)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    /// Sixty-four bits of what is in use, in the machine's byte order.
    @inlinable @inline(__always)
    public func word64(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count &- 8)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Copies octets from a view.
    public mutating func copy(_ source: FlatView, from start: Int, count length: Int, to offset: Int) {
        precondition(offset >= 0 && length >= 0 && offset + length <= count)
        precondition(start >= 0 && start + length <= source.count)
        unsafe (base + offset).copyMemory(from: source.base + start, byteCount: length)
    }

    /// Copies octets from an array.
    public mutating func copy(_ source: borrowing [UInt8], from start: Int, count length: Int, to offset: Int) {
        precondition(offset >= 0 && length >= 0 && offset + length <= count)
        precondition(start >= 0 && start + length <= source.count)
        unsafe source.withUnsafeBytes { bytes in
            if let address = bytes.baseAddress {
                unsafe (base + offset).copyMemory(from: address + start, byteCount: length)
            }
        }
    }

    /// What is in use, to look at until the next change.
    public var view: FlatView {
        unsafe FlatView(base: UnsafeRawPointer(base), count: count)
    }

    fileprivate consuming func take() -> (base: UnsafeMutableRawPointer, count: Int) {
        let size = count + Self.slack
        let trimmed: UnsafeMutableRawPointer
        if size < Self.smallSize {
            // Made anew: what shrinks in its place leaves behind a piece that is too short for the next buffer of
            // the kind, and with very many zones those pieces are more than all the rest.
            unsafe trimmed = malloc(size)!
            unsafe trimmed.copyMemory(from: base, byteCount: size)
            unsafe free(base)
        } else {
            unsafe trimmed = realloc(base, size) ?? base
        }
        let result = unsafe (base: trimmed, count: count)
        discard self
        return unsafe result
    }
}
