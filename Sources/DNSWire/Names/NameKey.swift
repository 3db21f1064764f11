/// A name made ready to be looked up: in lower case, with the place and the hash of every suffix.
///
/// One of it is made per worker and filled anew for each query.
@safe public struct NameKey: ~Copyable {
    // Sizes of the areas, one after another. The name begins 16 octets into the first, because the last
    // word of a message may begin before its question; 255 octets of name and a word's slack follow.
    @usableFromInline static var nameArea: Int { 16 }
    @usableFromInline static var labelArea: Int { 320 }
    @usableFromInline static var hashArea: Int { 448 }
    @usableFromInline static var writtenArea: Int { 1488 }
    @usableFromInline static var size: Int { 1792 }

    // Allocated in init, freed in deinit.
    private let base: UnsafeMutableRawPointer
    // In it, where a line of the cache begins. (The allocator can align too, but then leaves pieces between that it
    // can't use again: with a key for each zone that is read they were two thirds of the memory.)
    @usableFromInline let memory: UnsafeMutableRawPointer
    /// Octets in wire form, the root's included.
    public private(set) var length = 1
    /// Labels without the root.
    public private(set) var labelCount = 0

    /// The key of the root.
    public init() {
        unsafe base = .allocate(byteCount: Self.size + 64, alignment: 16)
        unsafe memory = base.alignedUp(toMultipleOf: 64)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        setHash(NameHash.root, labels: 0)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// The hash of the suffix of so many labels.
    @inlinable @inline(__always) public func hash(labels: Int) -> UInt64 {
        precondition(UInt(bitPattern: labels) <= 128)
        return unsafe memory.load(fromByteOffset: Self.hashArea &+ labels &* 8, as: UInt64.self)
    }

    /// Where the suffix of so many labels begins in the name.
    @inlinable @inline(__always) public func offset(labels: Int) -> Int {
        if labels == 0 { return length &- 1 }
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
        // Both ends are looked at once; whole words may reach a little beyond, into the slack of both.
        precondition(UInt(bitPattern: start) <= 256 && UInt(bitPattern: count) <= 256)
        view.check(place, count: count)
        let name = unsafe memory + (Self.nameArea &+ start)
        if count < 8 {
            let difference =
                (unsafe name.loadUnaligned(as: UInt64.self)) ^ (unsafe view.uncheckedWord64(at: place))
            return count == 0 || difference & NameHash.mask(octets: count) == 0
        }
        // The last word may cover octets that the one before has covered.
        var done = 0
        let last = count &- 8
        while true {
            let own = unsafe name.loadUnaligned(fromByteOffset: done, as: UInt64.self)
            if own != (unsafe view.uncheckedWord64(at: place &+ done)) { return false }
            if done == last { return true }
            done = min(done &+ 8, last)
        }
    }

    /// Reads the name of a query's question, at octet 12, and copies the question with its type and class
    /// to the answer as it is written. Returns the name's length, or 0 if it isn't a whole name without
    /// compression that type and class follow.
    public mutating func readQuestion(of query: RawSpan, copyingTo output: MessageBuffer) -> Int {
        let end = query.byteCount
        // A name ends within 255 octets, so that no more than 127 labels, of two octets and more, can
        // begin before the limit: the labels' places need no further look.
        let limit = min(end, MessageSize.header &+ MessageSize.name)
        var place = MessageSize.header
        var labels = 0
        var octets = 0
        while true {
            if place >= limit { return 0 }
            octets = Int(query.octet(at: place))
            // 0 is the root. Beyond 63 lie compression, which has nothing to point to here, and forms that
            // never came to be (RFC 6891 §5).
            if octets &- 1 >= 63 || octets == 0 { break }
            unsafe memory.storeBytes(
                of: UInt8(truncatingIfNeeded: place &- MessageSize.header),
                toByteOffset: Self.labelArea &+ labels, as: UInt8.self)
            labels &+= 1
            place &+= octets &+ 1
        }
        let questionEnd = place &+ 5
        if octets != 0 || questionEnd > end { return 0 }
        length = place &+ 1 &- MessageSize.header
        labelCount = labels
        copyQuestion(of: query, end: questionEnd, to: output)
        computeHashes()
        return length
    }

    /// Copies the question from octet 12 to its end, as it is to the answer, and in lower case to the key.
    @inline(__always)
    private func copyQuestion(of query: RawSpan, end: Int, to output: MessageBuffer) {
        // At least 17 octets are there, so that the last two words may always begin 16 before the end; all
        // words lie before the end of the query, and so in the answer's place. The name begins at 12 and
        // ends before 267: in the key's area, which reaches from 16 before it to 304.
        let last = query.byteCount &- 16
        precondition(last >= 1 && end <= query.byteCount && end <= MessageSize.question)
        precondition(output.capacity >= MessageSize.question &+ 16)
        var place = MessageSize.header
        while place < end {
            let start = min(place, last)
            let words = unsafe query.uncheckedWords(at: start)
            unsafe output.uncheckedStore(words, at: start)
            let area = Self.nameArea &- MessageSize.header &+ start
            unsafe memory.storeBytes(of: NameHash.lowercased(words.0), toByteOffset: area, as: UInt64.self)
            unsafe memory.storeBytes(
                of: NameHash.lowercased(words.1), toByteOffset: area &+ 8, as: UInt64.self)
            place &+= 16
        }
    }

    /// Reads a name in wire form that may be compressed, in a message at hand; false if it is none.
    public mutating func read(in message: MessageBuffer, at start: Int, end: Int) -> Bool {
        var place = start
        // Each pointer must lead back, so that no loop is possible.
        var limit = start
        var index = 0
        var labels = 0
        while true {
            if place >= end { return false }
            let octets = Int(message.octet(at: place))
            if octets >= 0xC0 {
                if place &+ 1 >= end { return false }
                place = Int(message.big16(at: place)) & 0x3FFF
                if place >= limit { return false }
                limit = place
                continue
            }
            if octets == 0 { break }
            let next = index &+ octets &+ 1
            if octets > 63 || next > 254 || place &+ octets >= end { return false }
            setLabel(labels, at: index)
            labels &+= 1
            copyLabel(of: message, at: place, count: octets &+ 1, to: index)
            index = next
            place &+= octets &+ 1
        }
        setOctet(0, at: index)
        length = index &+ 1
        labelCount = labels
        computeHashes()
        return true
    }

    /// Copies a label with its length, as written and in lower case.
    @inline(__always)
    private func copyLabel(of message: MessageBuffer, at place: Int, count: Int, to index: Int) {
        // At most 64 octets at most 254 octets into the name, with a word's slack in both areas; what is
        // copied beyond the label is overwritten by the next one, or lies beyond the name.
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
        length = place &+ 1 &- start
        labelCount = labels
        // By words, the last of which may cover octets that the one before has covered.
        if length < 8 {
            for offset in 0..<length { setOctet(span.octet(at: start &+ offset), at: offset) }
        } else {
            var done = 0
            let last = length &- 8
            while true {
                setWord(UInt64(bigEndian: span.big64(at: start &+ done)), at: done)
                if done == last { break }
                done = min(done &+ 8, last)
            }
        }
        computeHashes()
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
        length = index + 1
        labelCount = labels
        computeHashes()
        return true
    }

    @inline(__always)
    private func computeHashes() {
        var hash = NameHash.root
        var end = length &- 1
        var labels = 0
        // Whoever has set the labels has seen to it that they are at most 127, within 255 octets.
        var label = unsafe memory + (Self.labelArea &+ labelCount)
        while labels < labelCount {
            unsafe label -= 1
            let start = Int(unsafe label.load(as: UInt8.self))
            var place = start
            while end &- place > 8 {
                hash = NameHash.mix(
                    hash, unsafe memory.loadUnaligned(fromByteOffset: Self.nameArea &+ place, as: UInt64.self))
                place &+= 8
            }
            let word = unsafe memory.loadUnaligned(fromByteOffset: Self.nameArea &+ place, as: UInt64.self)
            hash = NameHash.mix(hash, word & NameHash.mask(octets: end &- place))
            labels &+= 1
            unsafe memory.storeBytes(of: hash, toByteOffset: Self.hashArea &+ labels &* 8, as: UInt64.self)
            end = start
        }
    }

    @inline(__always)
    private func setHash(_ hash: UInt64, labels: Int) {
        precondition(UInt(bitPattern: labels) <= 128)
        unsafe memory.storeBytes(of: hash, toByteOffset: Self.hashArea &+ labels &* 8, as: UInt64.self)
    }

    @inline(__always)
    private func setLabel(_ index: Int, at offset: Int) {
        precondition(UInt(bitPattern: index) < 128)
        unsafe memory.storeBytes(
            of: UInt8(truncatingIfNeeded: offset), toByteOffset: Self.labelArea &+ index, as: UInt8.self)
    }

    @inline(__always)
    private func setWord(_ word: UInt64, at offset: Int) {
        precondition(UInt(bitPattern: offset) < 256)
        unsafe memory.storeBytes(of: word, toByteOffset: Self.writtenArea &+ offset, as: UInt64.self)
        unsafe memory.storeBytes(
            of: NameHash.lowercased(word), toByteOffset: Self.nameArea &+ offset, as: UInt64.self)
    }

    private func setOctet(_ octet: UInt8, at offset: Int) {
        precondition(UInt(bitPattern: offset) < 256)
        unsafe memory.storeBytes(of: octet, toByteOffset: Self.writtenArea &+ offset, as: UInt8.self)
        unsafe memory.storeBytes(
            of: DomainName.lowercased(octet), toByteOffset: Self.nameArea &+ offset, as: UInt8.self)
    }
}
