/// The place where an answer is written; every write is checked against its end.
@safe @frozen public struct MessageBuffer {
    @usableFromInline let base: UnsafeMutableRawPointer
    /// Octets that fit.
    public let capacity: Int

    /// A place in memory that outlives this value; nil for none.
    @inlinable public init?(_ memory: UnsafeMutableRawBufferPointer) {
        guard let address = memory.baseAddress else { return nil }
        unsafe base = address
        capacity = memory.count
    }

    /// The same place, of which no more than the first 512 octets are used.
    @inlinable public var short: MessageBuffer {
        @inline(__always) get {
            precondition(capacity >= MessageSize.withoutEDNS)
            return unsafe MessageBuffer(base: base, capacity: MessageSize.withoutEDNS)
        }
    }

    @unsafe @inlinable init(base: UnsafeMutableRawPointer, capacity: Int) {
        unsafe self.base = base
        self.capacity = capacity
    }

    /// Writes one octet.
    @inlinable @inline(__always) public func store(octet: UInt8, at offset: Int) {
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: capacity))
        unsafe base.storeBytes(of: octet, toByteOffset: offset, as: UInt8.self)
    }

    /// Writes sixteen bits in network order.
    @inlinable @inline(__always) public func store(big16 value: UInt16, at offset: Int) {
        precondition(offset >= 0 && offset <= capacity &- 2)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// Writes thirty-two bits in network order.
    @inlinable @inline(__always) public func store(big32 value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset <= capacity &- 4)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// Writes sixty-four bits in network order.
    @inlinable @inline(__always) public func store(big64 value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset <= capacity &- 8)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt64.self)
    }

    /// Writes two words of 64 bits in the machine's order; the place has to be known to fit.
    @unsafe @inlinable @inline(__always) func uncheckedStore(_ words: (UInt64, UInt64), at offset: Int) {
        unsafe base.storeBytes(of: words.0, toByteOffset: offset, as: UInt64.self)
        unsafe base.storeBytes(of: words.1, toByteOffset: offset &+ 8, as: UInt64.self)
    }

    /// Writes a header, which is two numbers in network order.
    @inlinable @inline(__always) public func store(header first: UInt32, counts: UInt64) {
        precondition(capacity >= MessageSize.header)
        unsafe base.storeBytes(of: first.bigEndian, as: UInt32.self)
        unsafe base.storeBytes(of: counts.bigEndian, toByteOffset: 4, as: UInt64.self)
    }

    /// Adds to sixteen bits in network order.
    @inlinable @inline(__always) public func add(big16 amount: Int, at offset: Int) {
        let value = big16(at: offset) &+ UInt16(truncatingIfNeeded: amount)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// Reads one octet of what was written.
    @inlinable @inline(__always) public func octet(at offset: Int) -> UInt8 {
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: capacity))
        return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// Reads sixteen bits in network order.
    @inlinable @inline(__always) public func big16(at offset: Int) -> UInt16 {
        precondition(offset >= 0 && offset <= capacity &- 2)
        return UInt16(bigEndian: unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Reads sixty-four bits in the machine's order.
    @inlinable @inline(__always) public func word64(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= capacity &- 8)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Copies octets of a view.
    @inlinable @inline(__always)
    public func copy(_ source: FlatView, from start: Int, count length: Int, to offset: Int) {
        source.check(start, count: length)
        unsafe copy(unchecked: source, from: start, count: length, to: offset)
    }

    /// The same from a place that was checked.
    @unsafe @inlinable @inline(__always)
    public func copy(unchecked source: FlatView, from start: Int, count length: Int, to offset: Int) {
        // Short runs, as most rrsets are, go by words, the last of which may reach beyond the end: the view has
        // slack, and so has the place if there is room for more than the longest of them.
        if UInt(bitPattern: length) <= 128 && capacity >= 144
            && UInt(bitPattern: offset) <= UInt(bitPattern: capacity &- 144)
        {
            var from = unsafe source.base + start
            var to = unsafe base + offset
            let end = unsafe to + length
            repeat {
                let first = unsafe from.loadUnaligned(as: UInt64.self)
                let second = unsafe from.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                unsafe to.storeBytes(of: first, as: UInt64.self)
                unsafe to.storeBytes(of: second, toByteOffset: 8, as: UInt64.self)
                unsafe from += 16
                unsafe to += 16
            } while unsafe to < end
        } else {
            precondition(length >= 0 && offset >= 0 && length <= capacity &- offset)
            unsafe (base + offset).copyMemory(from: source.base + start, byteCount: length)
        }
    }

    /// Copies octets of a query.
    public func copy(_ source: RawSpan, from start: Int, count length: Int, to offset: Int) {
        precondition(start >= 0 && length >= 0 && offset >= 0 && length <= capacity - offset)
        for index in 0..<length {
            let octet = unsafe source.unsafeLoad(fromByteOffset: start + index, as: UInt8.self)
            unsafe base.storeBytes(of: octet, toByteOffset: offset + index, as: UInt8.self)
        }
    }
}
