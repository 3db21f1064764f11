internal import DNSWire

/// What the engine reads messages with, by itself: an input is a message, and also data of every type.
enum Messages {
    static func run(_ input: [UInt8]) throws(Finding) {
        try readQuestion(input)
        try readName(input)
        try readExtras(input)
        try readData(input)
    }

    static var seeds: [[UInt8]] {
        let name: [UInt8] = [3, 119, 119, 119, 7, 101, 120, 97, 109, 112, 108, 101, 3, 99, 111, 109, 0]
        // Data, behind its type.
        let data: [[UInt8]] = [
            [0, 1, 192, 0, 2, 1], [0, 28] + [UInt8](repeating: 1, count: 16), [0, 15, 0, 10] + name,
            [0, 6] + name + name + [UInt8](repeating: 1, count: 20), [0, 16, 3, 97, 98, 99, 0],
            [0, 33, 0, 1, 0, 2, 0, 53] + name, [0, 35, 0, 1, 0, 2, 1, 115, 1, 65, 0] + name,
            [0, 64, 0, 1] + name + [0, 0, 0, 2, 0, 1, 0, 1, 0, 3, 2, 104, 50, 0, 4, 0, 4, 192, 0, 2, 1],
            [0, 47] + name + [0, 7, 98, 1, 128, 8, 0, 3, 128], [0, 43, 1, 1, 8, 2] + [UInt8](0..<32),
            [0, 46, 0, 1, 8, 2, 0, 0, 1, 44, 97, 0, 0, 0, 96, 0, 0, 0, 18, 52] + name + [UInt8](0..<64),
            [0, 50, 1, 0, 0, 10, 4, 1, 2, 3, 4, 20] + [UInt8](0..<20) + [0, 1, 64],
            [0, 42, 0, 1, 24, 3, 192, 0, 2],
            [0, 29, 0, 18, 22, 19, 128, 0, 0, 0, 128, 0, 0, 0, 0, 152, 150, 128],
            [0, 55, 4, 2, 0, 3, 1, 2, 3, 4, 5, 6, 7] + name, [0, 45, 10, 1, 2, 192, 0, 2, 1, 1, 2, 3],
        ]
        return Queries.ordinary + Queries.odd + data
    }

    /// A question that is read is a name of the message, and what is copied is what was there.
    private static func readQuestion(_ input: [UInt8]) throws(Finding) {
        if input.count < MessageSize.header { return }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 8)
        defer { memory.deallocate() }
        guard let output = MessageBuffer(memory) else { throw Finding("no buffer") }
        var key = NameKey()
        let length = input.withUnsafeBytes { key.readQuestion(of: $0.bytes, copyingTo: output) }
        let expected = Self.name(in: input, at: MessageSize.header)
        guard length > 0 else {
            try require(
                expected == nil || MessageSize.header + (expected?.count ?? 0) + 4 > input.count,
                "a question is not read")
            return
        }
        guard let expected else { throw Finding("a question of no name is read") }
        try require(length == expected.count && key.length == length, "a name of \(length) octets")
        for offset in 0..<length {
            try require(
                key.octet(at: offset) == DomainName.lowercased(expected[offset]),
                "octet \(offset) in lower case")
        }
        let end = MessageSize.header + length + 4
        let copied = memory[MessageSize.header..<end].elementsEqual(input[MessageSize.header..<end])
        try require(copied, "the question is not copied")
    }

    /// A name read from its start, by the three that can.
    private static func readName(_ input: [UInt8]) throws(Finding) {
        let expected = name(in: input, at: 0)
        var key = NameKey()
        let isRead = input.withUnsafeBytes { key.read($0.bytes) }
        try require(isRead == (expected != nil), "read: \(isRead)")
        guard let expected else { return }
        guard let name = DomainName(wire: expected) else { throw Finding("no DomainName") }
        var other = NameKey()
        other.read(name)
        try require(other.length == key.length && other.labelCount == key.labelCount, "lengths differ")
        for labels in 0...key.labelCount {
            try require(key.hash(labels: labels) == other.hash(labels: labels), "hashes differ")
        }
        guard let again = try? DomainName(name.description) else { throw Finding("\(name) can't be read") }
        try require(again.wire == name.wire, "\(name) is read as \(again)")
    }

    /// A name without pointers, by the letter of RFC 1035 §3.1.
    private static func name(in input: [UInt8], at start: Int) -> [UInt8]? {
        var place = start
        while place < input.count, input[place] != 0 {
            if input[place] > 63 { return nil }
            place += Int(input[place]) + 1
        }
        return place < input.count && place - start < 255 ? Array(input[start...place]) : nil
    }

    private static func readExtras(_ input: [UInt8]) throws(Finding) {
        if input.count < MessageSize.header { return }
        let counts = (Int(input[7]), Int(input[8]) << 8 | Int(input[9]), Int(input[10]) << 8 | Int(input[11]))
        var extras = QueryExtras()
        let isRead = input.withUnsafeBytes {
            extras.read($0.bytes, after: MessageSize.header, counts: counts)
        }
        if !isRead { return }
        let (start, count) = extras.cookie
        try require(start >= 0 && count >= 0 && start + count <= input.count, "a cookie at \(start), \(count)")
        try require(extras.signature < input.count, "a signature at \(extras.signature)")
    }

    /// The first two octets are a type; the rest is data of it, and of every other.
    private static func readData(_ input: [UInt8]) throws(Finding) {
        if input.count < 2 { return }
        let type = RecordType(UInt16(input[0]) << 8 | UInt16(input[1]))
        let data = Array(input.dropFirst(2))
        try? RecordData.validate(type, data)
        try require(!RecordData.text(type, data).isEmpty, "no text for \(type)")
    }
}
