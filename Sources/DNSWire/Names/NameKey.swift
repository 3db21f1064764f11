/// A name made ready to be looked up: in lower case, with the place and the hash of every suffix.
///
/// One of it is made per worker and filled anew for each query.
@safe public struct NameKey: ~Copyable {
    // Where things lie in its memory. The name begins 16 octets behind the beginning, because the last word of a
    // message may begin before its question; 255 octets of name and a word's slack follow.
    @usableFromInline static var nameArea: Int { 16 }
    // An octet for each label, from the first to the root: where it begins.
    @usableFromInline static var labelArea: Int { 320 }
    // Two numbers, and what was allocated.
    @usableFromInline static var lengthPlace: Int { 448 }
    @usableFromInline static var labelCountPlace: Int { 456 }
    private static var basePlace: Int { 464 }
    // The hash of the last octets of the name, for each multiple of eight from none on; the first never changes.
    @usableFromInline static var stateArea: Int { 472 }
    @usableFromInline static var writtenArea: Int { 736 }
    private static var size: Int { 1088 }

    // Allocated in init, freed in deinit. It begins where a line of the cache does. (The allocator can align too, but
    // then leaves pieces between that it can't use again: with a key for each zone that is read they were two thirds
    // of the memory.)
    @usableFromInline let memory: UnsafeMutableRawPointer

    /// Octets in wire form, the root's included.
    @inlinable public var length: Int { unsafe memory.load(fromByteOffset: Self.lengthPlace, as: Int.self) }

    /// Labels without the root.
    @inlinable public var labelCount: Int {
        unsafe memory.load(fromByteOffset: Self.labelCountPlace, as: Int.self)
    }

    @inlinable @inline(__always) func set(length: Int, labelCount: Int) {
        unsafe memory.storeBytes(of: length, toByteOffset: Self.lengthPlace, as: Int.self)
        unsafe memory.storeBytes(of: labelCount, toByteOffset: Self.labelCountPlace, as: Int.self)
    }

    /// The key of the root.
    public init() {
        let base = UnsafeMutableRawPointer.allocate(byteCount: Self.size + 64, alignment: 16)
        unsafe memory = base.alignedUp(toMultipleOf: 64)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        unsafe memory.storeBytes(of: base, toByteOffset: Self.basePlace, as: UnsafeMutableRawPointer.self)
        unsafe memory.storeBytes(of: NameHash.root, toByteOffset: Self.stateArea, as: UInt64.self)
        finish(length: 1, labels: 0)
    }

    deinit {
        unsafe memory.load(fromByteOffset: Self.basePlace, as: UnsafeMutableRawPointer.self).deallocate()
    }

    /// The hash of the name.
    @inlinable public var hash: UInt64 {
        @inline(__always) get { hash(from: 0) }
    }

    /// The hash of the suffix of so many labels.
    @inlinable @inline(__always) public func hash(labels: Int) -> UInt64 {
        hash(from: offset(labels: labels))
    }

    /// The hash of what begins at an octet, which has to lie in the name: the words before the end, and what is left
    /// in front of them.
    @inlinable @inline(__always) public func hash(from start: Int) -> UInt64 {
        let count = length &- start
        precondition(UInt(bitPattern: start) < 256 && UInt(bitPattern: count) < 256)
        let state = unsafe memory.load(fromByteOffset: Self.stateArea &+ (count & ~7), as: UInt64.self)
        return NameHash.mix(state, NameHash.first(count & 7, of: word(at: start)))
    }

    /// Where the suffix of so many labels begins in the name.
    @inlinable @inline(__always) public func offset(labels: Int) -> Int {
        let index = labelCount &- labels
        precondition(UInt(bitPattern: index) < 128)
        return Int(unsafe memory.load(fromByteOffset: Self.labelArea &+ index, as: UInt8.self))
    }

    /// An octet of the name in lower case.
    @inlinable @inline(__always) public func octet(at offset: Int) -> UInt8 {
        precondition(UInt(bitPattern: offset) < 256)
        return unsafe memory.load(fromByteOffset: Self.nameArea &+ offset, as: UInt8.self)
    }

    /// The name in lower case, to look at until another one is read.
    @unsafe public var view: FlatView {
        unsafe FlatView(base: UnsafeRawPointer(memory + Self.nameArea), count: length)
    }

    /// Eight octets of the name in lower case; beyond its end they are anything.
    @inlinable @inline(__always) public func word(at offset: Int) -> UInt64 {
        precondition(UInt(bitPattern: offset) < 256)
        return unsafe memory.loadUnaligned(fromByteOffset: Self.nameArea &+ offset, as: UInt64.self)
    }

    /// An octet of the name as it was written; only after a reading that isn't the question's.
    @inlinable public func writtenOctet(at offset: Int) -> UInt8 {
        precondition(UInt(bitPattern: offset) < 256)
        return unsafe memory.load(fromByteOffset: Self.writtenArea &+ offset, as: UInt8.self)
    }

    /// Whether octets of the name are those of a view.
    @inlinable @inline(__always)
    public func matches(_ view: FlatView, at place: Int, from start: Int, count: Int) -> Bool {
        view.check(place, count: count)
        return unsafe matches(unchecked: view, at: place, from: start, count: count)
    }

    /// The same for a place of the view that was checked.
    @unsafe @inlinable @inline(__always)
    public func matches(unchecked view: FlatView, at place: Int, from start: Int, count: Int) -> Bool {
        // Our own area is longer than both together; whole words may reach a little beyond, into the slack of both.
        precondition(UInt(bitPattern: start) <= 256 && UInt(bitPattern: count) <= 256)
        var name = unsafe memory + (Self.nameArea &+ start)
        var place = place
        var rest = count
        while rest > 16 {
            if (unsafe name.loadUnaligned(as: UInt64.self)) != (unsafe view.uncheckedWord64(at: place)) {
                return false
            }
            unsafe name += 8
            place &+= 8
            rest &-= 8
        }
        // Two words, which may overlap, or a part of one.
        let first = (unsafe name.loadUnaligned(as: UInt64.self)) ^ (unsafe view.uncheckedWord64(at: place))
        if rest < 8 { return NameHash.first(rest, of: first) == 0 }
        let last =
            (unsafe name.loadUnaligned(fromByteOffset: rest &- 8, as: UInt64.self))
            ^ (unsafe view.uncheckedWord64(at: place &+ rest &- 8))
        return first | last == 0
    }

    /// Reads the name of a query's question, at octet 12, and copies the question with its type and class
    /// to the answer as it is written. Returns the name's length, or 0 if it isn't a whole name without
    /// compression that type and class follow; the key is the root's then.
    @inlinable @inline(__always)
    public mutating func readQuestion(of query: RawSpan, copyingTo output: MessageBuffer) -> Int {
        // Room for the root with type and class.
        if query.byteCount < MessageSize.header &+ 5 { return becomeRoot() }
        let memory = unsafe memory
        // A name ends within 255 octets, so that no more than 127 labels, of two octets and more, can
        // begin before the limit: neither it nor the labels' places need a further look.
        let limit = min(query.byteCount &- MessageSize.header, MessageSize.name)
        var place = 0
        var label = unsafe memory + Self.labelArea
        var octets: UInt8
        repeat {
            unsafe label.storeBytes(of: UInt8(truncatingIfNeeded: place), as: UInt8.self)
            octets = unsafe query.uncheckedOctet(at: MessageSize.header &+ place)
            // 0 is the root. Beyond 63 lie compression, which has nothing to point to here, and forms that
            // never came to be (RFC 6891 §5).
            if octets &- 1 >= 63 { break }
            unsafe label += 1
            place &+= Int(octets) &+ 1
        } while place < limit
        let end = place &+ MessageSize.header &+ 5
        // Places of labels that belong to no name must not stay.
        if octets != 0 || end > query.byteCount { return becomeRoot() }
        set(length: place &+ 1, labelCount: unsafe label - (memory + Self.labelArea))
        copyQuestion(of: query, end: end, to: output)
        computeStates()
        return place &+ 1
    }

    @usableFromInline @inline(never)
    mutating func becomeRoot() -> Int {
        setOctet(0, at: 0)
        finish(length: 1, labels: 0)
        return 0
    }

    /// Copies the question from octet 12 to its end, as it is to the answer, and in lower case to the key.
    @inlinable @inline(__always)
    func copyQuestion(of query: RawSpan, end: Int, to output: MessageBuffer) {
        // At least 17 octets are there, so that the last two words may always begin 16 before the end; all
        // words lie before the end of the query, and so in the answer's place. The name begins at 12 and
        // ends before 267: in the key's area, which reaches from 16 before it to 304.
        let last = query.byteCount &- 16
        precondition(output.capacity >= MessageSize.question &+ 16)
        let memory = unsafe memory
        var place = MessageSize.header
        repeat {
            let start = min(place, last)
            let words = unsafe query.uncheckedWords(at: start)
            unsafe output.uncheckedStore(words, at: start)
            let area = Self.nameArea &- MessageSize.header &+ start
            unsafe memory.storeBytes(of: NameHash.lowercased(words.0), toByteOffset: area, as: UInt64.self)
            unsafe memory.storeBytes(
                of: NameHash.lowercased(words.1), toByteOffset: area &+ 8, as: UInt64.self)
            place &+= 16
        } while place < end
    }

    /// Reads a name in wire form that may be compressed, in a message at hand; false if it is none.
    public mutating func read(in message: MessageBuffer, at start: Int, end: Int) -> Bool {
        var place = start
        // Each pointer must lead back, so that no loop is possible.
        var limit = start
        // Labels that lie together are copied at once, from here on.
        var run = start
        var index = 0
        var labels = 0
        while true {
            if place >= end { return false }
            let octets = Int(message.octet(at: place))
            if octets >= 0xC0 {
                if place &+ 1 >= end { return false }
                copyRun(of: message, at: run, count: place &- run, to: index &- (place &- run))
                place = Int(message.big16(at: place)) & 0x3FFF
                if place >= limit { return false }
                limit = place
                run = place
                continue
            }
            if octets == 0 { break }
            let next = index &+ octets &+ 1
            if octets > 63 || next > 254 || place &+ octets >= end { return false }
            setLabel(labels, at: index)
            labels &+= 1
            index = next
            place &+= octets &+ 1
        }
        copyRun(of: message, at: run, count: place &- run &+ 1, to: index &- (place &- run))
        finish(length: index &+ 1, labels: labels)
        return true
    }

    /// Copies labels with their lengths, as written and in lower case.
    private func copyRun(of message: MessageBuffer, at place: Int, count: Int, to index: Int) {
        // Both areas have a word's slack; what is copied beyond the run is overwritten by the next one, or lies
        // beyond the name.
        precondition(index >= 0 && count >= 0 && index &+ count <= 256)
        if place &+ count &+ 8 > message.capacity {
            for offset in 0..<count { setOctet(message.octet(at: place &+ offset), at: index &+ offset) }
            return
        }
        var done = 0
        while done < count {
            setWord(message.word64(at: place &+ done), at: index &+ done)
            done &+= 8
        }
    }

    /// Reads an uncompressed name that begins at an octet of a span; false if it is none. Octets after it
    /// are left alone.
    @inlinable @inline(__always)
    public mutating func read(_ span: RawSpan, at start: Int = 0) -> Bool {
        let limit = min(span.byteCount, start &+ MessageSize.name)
        var place = start
        var labels = 0
        var octets = 0
        while true {
            if place >= limit { return false }
            octets = Int(span.octet(at: place))
            if octets == 0 { break }
            if octets > 63 { return false }
            setLabel(labels, at: place &- start)
            labels &+= 1
            place &+= octets &+ 1
        }
        let length = place &+ 1 &- start
        setLabel(labels, at: place &- start)
        set(length: length, labelCount: labels)
        copy(span, at: start, count: length)
        return true
    }

    /// Reads an uncompressed name that begins at an octet of a view; false if it is none.
    public mutating func read(_ view: FlatView, at start: Int) -> Bool {
        view.check(start, count: 0)
        let rest = unsafe RawSpan(
            _unsafeStart: view.base + start, byteCount: min(view.count &- start, MessageSize.name))
        return read(rest)
    }

    /// Reads a name of which one view has the first octets and another the rest.
    public mutating func read(_ view: FlatView, at start: Int, count: Int, then rest: FlatView, at next: Int) {
        _ = fill { index, _ in
            UInt8(index < count ? view.octet(at: start &+ index) : rest.octet(at: next &+ index &- count))
        }
    }

    /// Whether the name as written is what a span has.
    @inlinable @inline(__always)
    public func isWritten(_ span: RawSpan) -> Bool {
        if span.byteCount != length { return false }
        if length < 8 {
            for offset in 0..<length where writtenOctet(at: offset) != span.octet(at: offset) { return false }
            return true
        }
        var done = 0
        let last = length &- 8
        while true {
            let own = unsafe memory.loadUnaligned(fromByteOffset: Self.writtenArea &+ done, as: UInt64.self)
            if own.bigEndian != span.big64(at: done) { return false }
            if done == last { return true }
            done = min(done &+ 8, last)
        }
    }

    /// Takes a name.
    public mutating func read(_ name: DomainName) {
        _ = fill { index, _ in name.wire[index] }
    }

    /// Takes a name that is given octet by octet; false if it is none. Only the octets of one name are
    /// asked for, each once and in order, and it is said which ones are lengths of labels.
    @inline(__always)
    public mutating func fill(_ next: (_ index: Int, _ isLength: Bool) -> UInt8?) -> Bool {
        var index = 0
        var labels = 0
        while true {
            guard let octets = next(index, true) else { return false }
            if octets > 63 || index + Int(octets) + 1 > 254 && octets != 0 { return false }
            setOctet(octets, at: index)
            if octets == 0 { break }
            setLabel(labels, at: index)
            labels += 1
            for offset in (index + 1)...(index + Int(octets)) {
                guard let octet = next(offset, false) else { return false }
                setOctet(octet, at: offset)
            }
            index += Int(octets) + 1
        }
        finish(length: index + 1, labels: labels)
        return true
    }

    /// Ends the reading of a name.
    @inlinable @inline(__always)
    func finish(length: Int, labels: Int) {
        set(length: length, labelCount: labels)
        setLabel(labels, at: length &- 1)
        computeStates()
    }

    /// Takes over the octets of a name as written and in lower case, by words from its end, the first of which may cover
    /// octets of the one behind.
    @inlinable @inline(__always)
    func copy(_ span: RawSpan, at start: Int, count: Int) {
        if count < 8 {
            for offset in 0..<count { setOctet(span.octet(at: start &+ offset), at: offset) }
            return
        }
        makeStates(of: count) { setWord(UInt64(bigEndian: span.big64(at: start &+ $0)), at: $0) }
        if count & 7 != 0 { setWord(UInt64(bigEndian: span.big64(at: start)), at: 0) }
    }

    @inlinable @inline(__always)
    func computeStates() {
        let name = unsafe memory + Self.nameArea
        makeStates(of: length) { unsafe name.loadUnaligned(fromByteOffset: $0, as: UInt64.self) }
    }

    /// Keeps the state after each word of a name of so many octets, from its end. Of 255 there are 31 words at most,
    /// and the state before the first.
    @inlinable @inline(__always)
    func makeStates(of count: Int, word: (_ offset: Int) -> UInt64) {
        var place = unsafe memory + Self.stateArea
        var state = unsafe place.load(as: UInt64.self)
        var end = count
        while end >= 8 {
            end &-= 8
            unsafe place += 8
            state = NameHash.mix(state, word(end))
            unsafe place.storeBytes(of: state, as: UInt64.self)
        }
    }

    @inlinable @inline(__always)
    func setLabel(_ index: Int, at offset: Int) {
        precondition(UInt(bitPattern: index) < 128)
        unsafe memory.storeBytes(
            of: UInt8(truncatingIfNeeded: offset), toByteOffset: Self.labelArea &+ index, as: UInt8.self)
    }

    /// Writes eight octets; what they are in lower case.
    @discardableResult @inlinable @inline(__always)
    func setWord(_ word: UInt64, at offset: Int) -> UInt64 {
        precondition(UInt(bitPattern: offset) < 256)
        let lowercased = NameHash.lowercased(word)
        unsafe memory.storeBytes(of: word, toByteOffset: Self.writtenArea &+ offset, as: UInt64.self)
        unsafe memory.storeBytes(of: lowercased, toByteOffset: Self.nameArea &+ offset, as: UInt64.self)
        return lowercased
    }

    @inlinable @inline(__always)
    func setOctet(_ octet: UInt8, at offset: Int) {
        precondition(UInt(bitPattern: offset) < 256)
        unsafe memory.storeBytes(of: octet, toByteOffset: Self.writtenArea &+ offset, as: UInt8.self)
        unsafe memory.storeBytes(
            of: DomainName.lowercased(octet), toByteOffset: Self.nameArea &+ offset, as: UInt8.self)
    }
}
