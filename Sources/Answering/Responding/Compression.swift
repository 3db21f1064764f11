internal import DNSWire

/// The names that an answer has, for those written later to point to (RFC 1035 §4.1.4). Only answers that
/// are put together from several parts need it.
@safe struct Compression: ~Copyable {
    struct Known {
        var hash: UInt64
        var place: UInt16
    }

    static let capacity = 128
    // Allocated in init, freed in deinit, never handed out.
    let known: UnsafeMutablePointer<Known>
    /// Names known; setting it back forgets the last ones.
    private(set) var count = 0
    private var hasQuestion = false

    init() {
        unsafe known = CacheLines.allocate(Self.capacity, of: Known.self)
        unsafe known.initialize(repeating: Known(hash: 0, place: 0), count: Self.capacity)
    }

    deinit {
        unsafe UnsafeMutableRawPointer(known).deallocate()
    }

    /// Forgets the names learned since there were so many.
    mutating func forget(downTo earlier: Int) {
        count = min(count, max(earlier, 0))
        if count == 0 { hasQuestion = false }
    }

    /// Forgets all names.
    @inline(__always)
    mutating func removeAll() {
        count = 0
        hasQuestion = false
    }

    /// Learns the question's name, once.
    mutating func learnQuestion(_ question: borrowing NameKey) {
        if hasQuestion { return }
        hasQuestion = true
        for labels in stride(from: question.labelCount, to: 0, by: -1) {
            add(question.hash(labels: labels), at: MessageSize.header + question.offset(labels: labels))
        }
    }

    /// Learns a name; beyond the reach of a pointer, or of the table, it is left out.
    mutating func add(_ hash: UInt64, at place: Int) {
        if count == Self.capacity || place > 0x3FFF { return }
        unsafe known[count] = Known(hash: hash, place: UInt16(place))
        count += 1
    }

    /// Where the message has the last labels of a name; 0 if nowhere.
    func place(of name: borrowing NameKey, labels: Int, in message: MessageBuffer) -> Int {
        let hash = name.hash(labels: labels)
        // The count never exceeds the capacity.
        for index in 0..<count where unsafe known[index].hash == hash {
            let place = Int(unsafe known[index].place)
            if Self.matches(name, from: name.offset(labels: labels), in: message, at: place) { return place }
        }
        return 0
    }

    /// Whether a name that we wrote is the end of another.
    static func matches(
        _ name: borrowing NameKey, from start: Int, in message: MessageBuffer, at place: Int
    ) -> Bool {
        var place = place
        var offset = start
        while true {
            var octet = message.octet(at: place)
            while octet >= 0xC0 {
                place = Int(message.big16(at: place)) & 0x3FFF
                octet = message.octet(at: place)
            }
            if octet != name.octet(at: offset) { return false }
            if octet == 0 { return true }
            for index in 1...Int(octet)
            where DomainName.lowercased(message.octet(at: place + index)) != name.octet(at: offset + index) {
                return false
            }
            place += Int(octet) + 1
            offset += Int(octet) + 1
        }
    }
}
