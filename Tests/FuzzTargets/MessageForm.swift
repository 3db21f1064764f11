/// A message taken apart by the letter of the RFCs, by none of the code that writes messages: an error for
/// whatever an answer may not be.
public struct MessageForm {
    /// A record, names in its data written out.
    public struct Record: Hashable {
        /// 0 answer, 1 authority, 2 additional.
        public var section: Int
        /// The owner in lower case, in wire form.
        public var owner: [UInt8]
        /// The type's number.
        public var type: Int
        /// The class's number.
        public var recordClass: Int
        /// The TTL; of an OPT record the code's upper part, the version and the flags.
        public var ttl: UInt32
        /// The data, names that may be compressed written out in lower case.
        public var data: [UInt8]
    }

    /// The message.
    public let octets: [UInt8]
    /// The header's six words.
    public let header: [Int]
    /// The octets of the question; empty without one.
    public private(set) var question: ArraySlice<UInt8> = []
    /// The records, the OPT record not among them.
    public private(set) var records: [Record] = []
    /// The OPT record.
    public private(set) var opt: Record?

    private var place = 12
    /// Whether a name or a label of one begins at an octet: what pointers may lead to.
    private var isLabel: [Bool]

    /// Takes a message apart.
    public init(_ octets: [UInt8]) throws(Finding) {
        self.octets = octets
        try require(octets.count >= 12, "\(octets.count) octets")
        header = (0..<6).map { Int(octets[2 * $0]) << 8 | Int(octets[2 * $0 + 1]) }
        isLabel = [Bool](repeating: false, count: min(octets.count, 0x4000))
        try require(header[2] <= 1, "\(header[2]) questions")
        if header[2] == 1 {
            _ = try name(mayPoint: false)
            _ = try number(4)
            question = octets[12..<place]
        }
        for section in 0..<3 {
            for _ in 0..<header[3 + section] {
                let record = try record(section)
                if record.type == 41 {
                    try require(section == 2 && opt == nil && record.owner == [0], "an OPT record out of place")
                    opt = record
                } else {
                    records.append(record)
                }
            }
        }
        try require(place == octets.count, "\(octets.count - place) octets after the last record")
        try checkSets()
    }

    /// The response code, with EDNS's part.
    public var code: Int { header[1] & 15 | Int((opt?.ttl ?? 0) >> 24) << 4 }

    /// Whether TC is set.
    public var isTruncated: Bool { header[1] & 0x200 != 0 }

    /// The records of a section.
    public func section(_ number: Int) -> [Record] { records.filter { $0.section == number } }

    /// No record twice, and one TTL in an rrset (RFC 2181 §5). But a signature comes with its rrset into the same section
    /// (RFC 4035 §3.1.1) also where it was asked for and so is in the answer section, as from BIND and NSD.
    private func checkSets() throws(Finding) {
        if records.count > 200 { return }
        let asksForSignatures = question.suffix(4).prefix(2).elementsEqual([0, 46])
        for (index, record) in records.enumerated() {
            for other in records[..<index] where other.type == record.type && other.owner == record.owner {
                let mayRepeat = asksForSignatures && record.type == 46 && other.section != record.section
                try require(
                    other.data != record.data || mayRepeat, "a record of type \(record.type) twice")
                try require(
                    other.ttl == record.ttl || record.type == 46, "TTLs \(other.ttl), \(record.ttl) in an rrset"
                )
            }
        }
    }

    private mutating func number(_ count: Int) throws(Finding) -> UInt32 {
        try require(place + count <= octets.count, "ends within a number")
        defer { place += count }
        return octets[place..<(place + count)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The name at the current place, in lower case; its labels become targets of pointers.
    private mutating func name(mayPoint: Bool = true) throws(Finding) -> [UInt8] {
        var wire: [UInt8] = []
        var next: Int?
        var place = self.place
        // A name that is nothing but a pointer may be pointed to as well.
        var starts = [place]
        while true {
            try require(place < octets.count, "ends within a name")
            let octet = Int(octets[place])
            if octet >= 0xC0 {
                try require(mayPoint, "a pointer where none may be")
                try require(place + 1 < octets.count, "ends within a pointer")
                let target = (octet & 0x3F) << 8 | Int(octets[place + 1])
                // Labels of this very name are no targets yet, so that every step leads back.
                try require(
                    target < place && target < isLabel.count && isLabel[target], "a pointer to \(target)")
                if next == nil { next = place + 2 }
                place = target
                continue
            }
            try require(octet < 64 && place + octet < octets.count, "a label of \(octet)")
            if next == nil && place > self.place { starts.append(place) }
            wire.append(UInt8(octet))
            for letter in octets[(place + 1)..<(place + 1 + octet)] {
                wire.append((65...90).contains(letter) ? letter + 32 : letter)
            }
            place += octet + 1
            try require(wire.count <= 255, "a name of more than 255 octets")
            if octet == 0 { break }
        }
        for start in starts where start < isLabel.count { isLabel[start] = true }
        self.place = next ?? place
        return wire
    }

    private mutating func record(_ section: Int) throws(Finding) -> Record {
        let owner = try name()
        let type = Int(try number(2))
        let recordClass = Int(try number(2))
        let ttl = try number(4)
        let end = Int(try number(2)) + place
        try require(end <= octets.count, "ends within data of type \(type)")
        try require(type == 41 || ttl < 1 << 31, "a TTL of \(ttl)")
        var data: [UInt8] = []
        if type == 35, place + 4 <= end {
            // Two numbers and three texts come before the name (RFC 3403 §4.1).
            let start = place
            place += 4
            for _ in 0..<3 where place < end { place += Int(octets[place]) + 1 }
            try require(place < end, "data of type 35 ends early")
            data += octets[start..<place]
            data += try name(mayPoint: false)
        } else if let layout = Self.names[type] {
            try require(place + layout.prefix <= end, "data of type \(type) ends early")
            data += octets[place..<(place + layout.prefix)]
            place += layout.prefix
            for _ in 0..<layout.count { data += try name(mayPoint: layout.mayPoint) }
            try require(place <= end, "a name beyond data of type \(type)")
        }
        data += octets[place..<end]
        place = end
        return Record(
            section: section, owner: owner, type: type, recordClass: recordClass, ttl: ttl, data: data)
    }

    /// Where names are in data, of RFC 1035's types, which may be compressed, and of some others, which may
    /// not (RFC 3597 §4).
    private static let names: [Int: (prefix: Int, count: Int, mayPoint: Bool)] = [
        2: (0, 1, true), 3: (0, 1, true), 4: (0, 1, true), 5: (0, 1, true), 6: (0, 2, true), 7: (0, 1, true),
        8: (0, 1, true), 9: (0, 1, true), 12: (0, 1, true), 14: (0, 2, true), 15: (2, 1, true),
        17: (0, 2, false), 18: (2, 1, false), 21: (2, 1, false), 26: (2, 2, false), 33: (6, 1, false),
        36: (2, 1, false), 39: (0, 1, false), 46: (18, 1, false), 47: (0, 1, false), 64: (2, 1, false),
        65: (2, 1, false), 107: (2, 1, false),
    ]
}
