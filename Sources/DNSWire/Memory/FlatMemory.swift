public import CLinux

/// Owns octets that were written once and are only read from then on.
@safe public final class FlatMemory: Sendable {
    /// The octets, readable as long as this object lives.
    public let view: FlatView
    // Freed in deinit unless a buffer takes it, which happens only where nobody else has this object.
    private nonisolated(unsafe) var allocation: Allocation?

    /// Whether there is memory for so many octets more. What is made without having asked, and doesn't fit, ends the
    /// process.
    public static func hasRoom(for octets: Int) -> Bool { Allocation.isPossible(size: octets) }

    /// Takes over what a buffer has, trimmed to its size.
    ///
    /// - Parameter isKept: False for what is soon of no use any more, so that large pages would come too late.
    public init(_ buffer: consuming FlatBuffer, isKept: Bool = true) {
        let count = buffer.count
        let taken = buffer.take()
        if isKept { taken.preferLargePages() }
        unsafe allocation = taken
        view = unsafe FlatView(base: UnsafeRawPointer(taken.base), count: count)
    }

    /// These octets.
    public convenience init(_ octets: borrowing [UInt8]) {
        var buffer = FlatBuffer(capacity: octets.count)
        let start = buffer.extend(by: octets.count)
        buffer.copy(octets, from: 0, count: octets.count, to: start)
        self.init(buffer)
    }

    deinit {
        unsafe allocation?.free()
    }

    /// The memory of an object that nobody else has and that is not looked into any more; nil if somebody has it.
    fileprivate static func reclaim(_ memory: inout FlatMemory) -> Allocation? {
        guard isKnownUniquelyReferenced(&memory) else { return nil }
        defer { unsafe memory.allocation = nil }
        return unsafe memory.allocation
    }

    /// The octets as numbers.
    public var octets: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let span = unsafe Span<UInt8>(
                _unsafeStart: view.base.assumingMemoryBound(to: UInt8.self), count: view.count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }
}

/// A growing run of octets; what is not written is zero.
@safe public struct FlatBuffer: ~Copyable {
    private var allocation: Allocation
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    /// The octets in use.
    @inlinable public var count: Int { used }
    @usableFromInline var used = 0

    /// Octets after the end that can be read, so that whole words may be loaded anywhere in the data.
    @inlinable public static var slack: Int { 64 }

    /// A buffer with room for so many octets before it has to grow. Room that is never written costs nothing.
    public init(capacity: Int) {
        allocation = Allocation(size: max(capacity, 64) + Self.slack)
        unsafe base = allocation.base
        self.capacity = allocation.size
    }

    /// A copy of these octets. It is written over `spare`, which is of no use any more, if that has as many octets and
    /// nobody else has it: memory that is new costs more than the copy.
    public init(copying view: FlatView, over spare: inout FlatMemory) {
        if spare.view.count == view.count, let allocation = FlatMemory.reclaim(&spare) {
            self.allocation = allocation
        } else {
            allocation = Allocation(size: max(view.count, 64) + Self.slack)
        }
        unsafe base = allocation.base
        capacity = allocation.size
        used = view.count
        copy(view, from: 0, count: view.count, to: 0)
    }

    deinit {
        allocation.free()
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

    /// Moves what stands from a place on behind so many zero octets.
    public mutating func insert(zeros amount: Int, at place: Int) {
        let length = count - place
        precondition(place >= 0 && length >= 0)
        _ = extend(by: amount)
        unsafe (base + place + amount).copyMemory(from: base + place, byteCount: length)
        unsafe (base + place).initializeMemory(as: UInt8.self, repeating: 0, count: amount)
    }

    @usableFromInline @inline(never)
    mutating func grow(by amount: Int) {
        allocation = allocation.grown(to: max(capacity + capacity / 2, count + amount + Self.slack))
        unsafe base = allocation.base
        capacity = allocation.size
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

    /// Begins to fetch what lies at a place of what is in use, to be written.
    @inlinable @inline(__always)
    public func prefetch(at offset: Int) {
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: count))
        unsafe clinux_prefetch_to_write(base + offset)
    }

    /// Copies octets from a view.
    @inlinable @inline(__always)
    public mutating func copy(_ source: FlatView, from start: Int, count length: Int, to offset: Int) {
        precondition(offset >= 0 && length >= 0 && offset <= count &- length)
        source.check(start, count: length)
        unsafe Self.copy(base + offset, source.base + start, length)
    }

    /// Copies octets from a span.
    @inlinable @inline(__always)
    public mutating func copy(_ source: RawSpan, to offset: Int) {
        let length = source.byteCount
        precondition(offset >= 0 && offset <= count &- length)
        unsafe source.withUnsafeBytes { bytes in
            if let address = bytes.baseAddress { unsafe Self.copy(base + offset, address, length) }
        }
    }

    /// Copies octets from an array.
    public mutating func copy(_ source: borrowing [UInt8], from start: Int, count length: Int, to offset: Int) {
        precondition(length >= 0 && start >= 0 && start + length <= source.count)
        unsafe copy(source.span.bytes.extracting(start..<(start + length)), to: offset)
    }

    /// Copies so many octets; most of what is copied is shorter than what a call costs: by two words that may overlap.
    @unsafe @inlinable @inline(__always)
    public static func copy(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ length: Int) {
        if length > 32 {
            unsafe target.copyMemory(from: source, byteCount: length)
        } else if length >= 16 {
            unsafe copyEnds(target, source, length, as: SIMD2<UInt64>.self)
        } else if length >= 8 {
            unsafe copyEnds(target, source, length, as: UInt64.self)
        } else if length >= 4 {
            unsafe copyEnds(target, source, length, as: UInt32.self)
        } else if length >= 2 {
            unsafe copyEnds(target, source, length, as: UInt16.self)
        } else if length == 1 {
            unsafe copyEnds(target, source, length, as: UInt8.self)
        }
    }

    @inlinable @inline(__always)
    static func copyEnds<Word: BitwiseCopyable>(
        _ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ length: Int, as word: Word.Type
    ) {
        let last = length &- MemoryLayout<Word>.size
        let head = unsafe source.loadUnaligned(as: Word.self)
        let tail = unsafe source.loadUnaligned(fromByteOffset: last, as: Word.self)
        unsafe target.storeBytes(of: head, as: Word.self)
        unsafe target.storeBytes(of: tail, toByteOffset: last, as: Word.self)
    }

    /// What is in use as elements of a plain type, to be used until the next change.
    @unsafe @inlinable @inline(__always)
    public func storage<Element: BitwiseCopyable>(of type: Element.Type) -> UnsafeMutablePointer<Element> {
        unsafe base.assumingMemoryBound(to: type)
    }

    /// What is in use, to look at until the next change.
    @inlinable public var view: FlatView {
        unsafe FlatView(base: UnsafeRawPointer(base), count: count)
    }

    fileprivate consuming func take() -> Allocation {
        let taken = allocation.trimmed(to: count + Self.slack)
        discard self
        return taken
    }
}
