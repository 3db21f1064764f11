internal import DNSWire

/// The table of a zone in the making, in the heap that its nodes are written to: which line of it has how many names,
/// and which still has room for a node.
///
/// A name's slot is the first that is free from the beginning of the line that its hash leads to. Lines have few names,
/// so that they are hardly ever full, and that some have room for a node of one of them, at their end: that name then
/// takes one cache line and not two.
struct SlotTable: ~Copyable {
    /// Octets of a line, and of a slot.
    static let lineSize = 64
    static let slotSize = lineSize / lineSlots
    private static let lineSlots = Int(CompiledZone.lineSlots)

    /// Where the table begins in the heap: with a cache line, if the heap does.
    let start: Int
    /// Lines.
    let lineCount: Int
    // Names that each line will have in the end; full, too, is one that has a node.
    private var names: Column<UInt8>

    /// A table for so many names at a place of the heap. A line has three names in a large table, and two in a small one.
    init(nameCount: Int, at start: Int) {
        self.start = start
        lineCount = Self.lineCount(nameCount: nameCount)
        names = Column(zeros: lineCount)
    }

    private static func lineCount(nameCount: Int) -> Int {
        max(2, nameCount < 64 ? nameCount / 2 : nameCount / 3)
    }

    /// The octets that a table takes which is to have at most so many names, with what lies in front of it: the apex's
    /// name, and a salt.
    static func mostSize(nameCount: Int) -> Int { (nameCount / 2 + 12) * lineSize }

    /// Octets.
    var size: Int { lineCount * Self.lineSize }

    /// The line that a hash leads to.
    @inline(__always)
    private func line(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(lineCount)).high)
    }

    /// Where the line lies that a hash leads to.
    @inline(__always)
    func place(of hash: UInt64) -> Int { start &+ line(of: hash) &* Self.lineSize }

    /// Says that there will be a name of this hash. All are to be said before the first is entered.
    @inline(__always)
    mutating func expect(_ hash: UInt64) {
        var line = line(of: hash)
        while Int(names[line]) == Self.lineSlots { line = line + 1 == lineCount ? 0 : line + 1 }
        names[line] &+= 1
    }

    /// The place for a node of so many octets, a multiple of a slot's, in the line of its own hash; 0 if it has none.
    /// The node has to begin with a word whose upper half is zero: it ends a search, as a free slot does.
    @inline(__always)
    mutating func room(for size: Int, of hash: UInt64) -> Int {
        let line = line(of: hash)
        if Int(names[line]) &* Self.slotSize &+ size > Self.lineSize { return 0 }
        names[line] = UInt8(Self.lineSlots)
        return start &+ (line &+ 1) &* Self.lineSize &- size
    }

    /// Enters the place of a node, in units of eight octets.
    @inline(__always)
    func enter(_ place: UInt32, of hash: UInt64, in heap: inout FlatBuffer) {
        var slot = self.place(of: hash)
        while heap.word64(at: slot) != 0 {
            slot &+= Self.slotSize
            if slot == start &+ size { slot = start }
        }
        heap.store(UInt64(CompiledZone.mark(ofHash: hash)) << 32 | UInt64(place), at: slot)
    }
}
