internal import DNSWire

/// Octets in the making, in memory that is taken once and used for every record.
///
/// The only owner of raw memory in this room. Appending beyond the capacity drops octets and is
/// remembered in `isOverfull`; nothing here traps but an index that was never written, and a place beyond the capacity.
@safe
struct WireBuffer: ~Copyable {
    private let storage: UnsafeMutablePointer<UInt8>
    let capacity: Int
    private(set) var count = 0
    /// Whether more was appended than there was room for.
    private(set) var isOverfull = false

    init(capacity: Int) {
        self.capacity = capacity
        unsafe storage = .allocate(capacity: capacity)
    }

    deinit {
        unsafe storage.deallocate()
    }

    /// The octets, valid until the next change.
    var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = unsafe RawSpan(_unsafeStart: storage, byteCount: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The octets as numbers.
    var octets: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let span = unsafe Span(_unsafeStart: storage, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The octet at an index below `count`.
    subscript(index: Int) -> UInt8 {
        @inline(__always)
        get {
            precondition(index >= 0 && index < count)
            return unsafe storage[index]
        }
        @inline(__always)
        set {
            precondition(index >= 0 && index < count)
            unsafe storage[index] = newValue
        }
    }

    mutating func clear() {
        count = 0
        isOverfull = false
    }

    /// Drops what lies behind the first `count` octets.
    mutating func truncate(to count: Int) {
        self.count = min(max(count, 0), self.count)
    }

    @inline(__always)
    mutating func append(_ octet: UInt8) {
        if count < capacity {
            unsafe storage[count] = octet
            count &+= 1
        } else {
            isOverfull = true
        }
    }

    /// Appends a number in network order.
    @inline(__always)
    mutating func append<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(_ number: Number) {
        let length = MemoryLayout<Number>.size
        if length <= capacity &- count {
            unsafe UnsafeMutableRawPointer(storage + count).storeBytes(of: number.bigEndian, as: Number.self)
            count &+= length
        } else {
            isOverfull = true
        }
    }

    /// Appends the lowest octets of a word, the lowest first.
    @inline(__always)
    mutating func append(_ word: UInt64, count added: Int) {
        if capacity &- count >= 8 {
            unsafe UnsafeMutableRawPointer(storage + count).storeBytes(of: word.littleEndian, as: UInt64.self)
            count &+= added
        } else {
            isOverfull = true
        }
    }

    /// Writes a value at a place within the capacity, which mostly is beyond what counts until ``extend(to:)`` says so.
    @inline(__always)
    mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at place: Int) {
        precondition(place >= 0 && place <= capacity &- MemoryLayout<Value>.size)
        unsafe UnsafeMutableRawPointer(storage + place).storeBytes(of: value.littleEndian, as: Value.self)
    }

    /// Counts what has been put before a place.
    @inline(__always)
    mutating func extend(to place: Int) {
        precondition(place >= count && place <= capacity)
        count = place
    }

    @inline(__always)
    mutating func append(contentsOf octets: Span<UInt8>) {
        if octets.count > capacity - count {
            isOverfull = true
            return
        }
        unsafe octets.withUnsafeBytes { source in
            if let base = source.baseAddress { unsafe FlatBuffer.copy(storage + count, base, source.count) }
        }
        count += octets.count
    }

    mutating func append(contentsOf octets: [UInt8]) {
        append(contentsOf: octets.span)
    }

    /// The octets as an array of their own.
    var copy: [UInt8] { unsafe Array(UnsafeBufferPointer(start: storage, count: count)) }

    /// Holds these octets and no others.
    mutating func replace(with octets: [UInt8]) {
        clear()
        append(contentsOf: octets)
    }
}
