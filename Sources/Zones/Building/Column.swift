internal import DNSWire

/// A growing run of plain values in flat memory: as an array, without the reference count, without a copy where it grows
/// large, and gone from the process when its owner is.
struct Column<Element: BitwiseCopyable>: ~Copyable {
    private var buffer: FlatBuffer
    private(set) var count = 0

    init(capacity: Int) {
        buffer = FlatBuffer(capacity: capacity * MemoryLayout<Element>.stride)
    }

    /// Elements of zero bits.
    init(zeros count: Int) {
        self.init(capacity: count)
        _ = buffer.extend(by: count * MemoryLayout<Element>.stride)
        self.count = count
    }

    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe elements[index]
        }
        @inline(__always) _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            yield unsafe &elements[index]
        }
    }

    /// Begins to fetch an element.
    @inline(__always)
    func prefetch(_ index: Int) { buffer.prefetch(at: index * MemoryLayout<Element>.stride) }

    @inline(__always)
    mutating func append(_ element: Element) {
        // Elements that were forgotten have left their place.
        if (count &+ 1) &* MemoryLayout<Element>.stride > buffer.count {
            _ = buffer.extend(by: MemoryLayout<Element>.stride)
        }
        unsafe (elements + count).initialize(to: element)
        count &+= 1
    }

    /// Forgets all elements, keeps the room.
    mutating func removeAll() { count = 0 }

    /// Sorts what mostly is in order already.
    mutating func sort(by isBefore: (Element, Element) -> Bool) {
        if (1..<max(count, 1)).allSatisfy({ !isBefore(self[$0], self[$0 &- 1]) }) { return }
        var elements = unsafe UnsafeMutableBufferPointer(start: elements, count: count)
        unsafe elements.sort(by: isBefore)
    }

    @inline(__always)
    private var elements: UnsafeMutablePointer<Element> {
        unsafe buffer.storage(of: Element.self)
    }
}
