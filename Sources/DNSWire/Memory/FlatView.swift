public import CLinux

/// Octets that someone else owns and nobody writes. Every read is checked against the end.
///
/// A plain value without a reference count: who keeps a view keeps its owner too. Owners leave
/// ``FlatBuffer/slack`` readable octets after the end, so a word may begin at any octet.
@safe @frozen public struct FlatView: Sendable {
    // The owner, which outlives the view, never writes there while the view is in use.
    @usableFromInline nonisolated(unsafe) let base: UnsafeRawPointer
    /// The number of octets.
    public let count: Int

    /// A view of memory that is followed by `FlatBuffer.slack` readable octets.
    @unsafe @inlinable public init(base: UnsafeRawPointer, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// One octet.
    @inlinable @inline(__always) public func octet(at offset: Int) -> Int {
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: count))
        return Int(unsafe base.load(fromByteOffset: offset, as: UInt8.self))
    }

    /// Sixteen bits in the machine's order, at any offset.
    @inlinable @inline(__always) public func word16(at offset: Int) -> UInt16 {
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: count))
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    /// Thirty-two bits in the machine's order, at any offset.
    @inlinable @inline(__always) public func word32(at offset: Int) -> UInt32 {
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: count))
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    /// Sixty-four bits in the machine's order, at any offset; beyond the end they are whatever lies there.
    @inlinable @inline(__always) public func word64(at offset: Int) -> UInt64 {
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: count))
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Traps unless so many octets from a place on lie in the view.
    @inlinable @inline(__always) public func check(_ place: Int, count length: Int) {
        precondition(UInt(bitPattern: place) <= UInt(bitPattern: count))
        precondition(UInt(bitPattern: length) <= UInt(bitPattern: count &- place))
    }

    /// Traps unless the view reaches so far: for a run whose beginning is known not to be negative.
    @inlinable @inline(__always) public func check(end: Int) {
        precondition(UInt(bitPattern: end) <= UInt(bitPattern: count))
    }

    /// Sixty-four bits at a place that was checked.
    @unsafe @inlinable @inline(__always) public func uncheckedWord64(at offset: Int) -> UInt64 {
        unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Sixteen bits at a place that was checked.
    @unsafe @inlinable @inline(__always) public func uncheckedWord16(at offset: Int) -> UInt16 {
        unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    /// Thirty-two bits at a place that was checked.
    @unsafe @inlinable @inline(__always) public func uncheckedWord32(at offset: Int) -> UInt32 {
        unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    /// A part of the octets.
    public func part(_ range: Range<Int>) -> FlatView {
        check(range.lowerBound, count: range.count)
        return unsafe FlatView(base: base + range.lowerBound, count: range.count)
    }

    /// Begins to fetch what lies at a place, wherever that is.
    @inlinable @inline(__always) public func prefetch(at offset: Int) {
        unsafe clinux_prefetch(base + offset)
    }

    /// The octets as an array; for the control plane.
    public func array(from start: Int, count length: Int) -> [UInt8] {
        precondition(start >= 0 && length >= 0 && start + length <= count)
        return unsafe Array(UnsafeRawBufferPointer(start: base + start, count: length))
    }
}
