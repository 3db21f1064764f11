import DNSWire

/// A section of a message.
enum Section: Int, CaseIterable {
    case answer, authority, additional
}

/// An answer, taken apart by code that shares nothing with the code that wrote it, and strictly.
struct SeenAnswer: Hashable {
    /// With EDNS's bits.
    var code: UInt16
    /// QR, AA, TC, RD, RA, Z, AD, CD and the opcode.
    var flags: UInt16
    /// Whether there is a question in it, and it is the one asked.
    var repeatsQuestion: Bool
    /// The flags of the OPT record; nil without one.
    var edns: UInt16?
    /// Records by section, sorted, each once; OPT apart.
    private(set) var sections: [[SeenRecord]] = [[], [], []]
    /// Octets.
    private(set) var size: Int

    /// Records that are there twice, in one section or in two.
    private(set) var repeated: Set<SeenRecord> = []

    /// What is wrong with a message.
    struct Mistake: Error, CustomStringConvertible { let description: String }

    init(_ message: [UInt8], to query: Query) throws {
        var reader = MessageReader(message)
        let header = try (0..<6).map { _ in UInt16(try reader.number(2)) }
        size = message.count
        code = header[1] & 15
        flags = header[1] & 0xFFF0
        repeatsQuestion = false
        guard header[2] <= 1 else { throw Mistake(description: "\(header[2]) questions") }
        if header[2] == 1 {
            let name = try reader.name()
            let type = UInt16(try reader.number(2))
            let recordClass = UInt16(try reader.number(2))
            repeatsQuestion =
                name == query.name.wire && type == query.type.rawValue && recordClass == query.recordClass
        }
        var seen: Set<SeenRecord> = []
        for section in 0..<3 {
            for _ in 0..<header[3 + section] {
                let record = try reader.record()
                if record.type == .opt {
                    guard section == 2, edns == nil else { throw Mistake(description: "OPT out of place") }
                    edns = UInt16(record.ttl & 0xFFFF)
                    code |= UInt16(record.ttl >> 24) << 4
                } else {
                    if !seen.insert(record).inserted { repeated.insert(record) }
                    sections[section].append(record)
                }
            }
            sections[section] = Set(sections[section]).sorted()
        }
        if reader.place != size { throw Mistake(description: "\(size - reader.place) octets too many") }
    }

    /// A section's records.
    subscript(section: Section) -> [SeenRecord] {
        get { sections[section.rawValue] }
        set { sections[section.rawValue] = newValue }
    }

    var isAuthoritative: Bool { flags & 0x400 != 0 }
    var isTruncated: Bool { flags & 0x200 != 0 }

    static func == (a: Self, b: Self) -> Bool {
        // Compression makes the size differ.
        a.code == b.code && a.flags == b.flags && a.repeatsQuestion == b.repeatsQuestion && a.edns == b.edns
            && a.sections == b.sections
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(flags)
        hasher.combine(sections)
    }

    /// Code and flags in words.
    var head: String {
        let names: [(UInt16, String)] = [
            (0x400, "aa"), (0x200, "tc"), (0x100, "rd"), (0x80, "ra"), (0x40, "z"), (0x20, "ad"), (0x10, "cd"),
        ]
        let set = names.filter { flags & $0.0 != 0 }.map(\.1)
        let extra = edns.map { [$0 & 0x8000 != 0 ? "edns-do" : "edns"] } ?? []
        return (["\(Self.codes[code] ?? "CODE\(code)")"] + set + extra).joined(separator: " ")
    }

    /// Code, flags and records, a line each.
    var lines: [String] {
        [head]
            + zip(["an", "ns", "ad"], sections).flatMap { name, records in records.map { "\(name) \($0.text)" }
            }
    }

    private static let codes: [UInt16: String] = [
        0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN",
        9: "NOTAUTH", 16: "BADVERS",
    ]
}

/// Reads a message.
private struct MessageReader {
    private let message: [UInt8]
    private(set) var place = 0

    init(_ message: [UInt8]) {
        self.message = message
    }

    mutating func number(_ octets: Int) throws -> UInt32 {
        try require(octets)
        var value: UInt32 = 0
        for offset in 0..<octets { value = value << 8 | UInt32(message[place + offset]) }
        place += octets
        return value
    }

    private func require(_ octets: Int) throws {
        if place + octets > message.count { throw SeenAnswer.Mistake(description: "ends too early") }
    }

    /// A name, written out, as it is written.
    mutating func name() throws -> [UInt8] {
        var wire: [UInt8] = []
        var at = place
        var next: Int?
        while true {
            guard at < message.count else { throw SeenAnswer.Mistake(description: "ends within a name") }
            let octet = Int(message[at])
            if octet >= 0xC0 {
                guard at + 1 < message.count else {
                    throw SeenAnswer.Mistake(description: "ends within a pointer")
                }
                let target = (octet & 0x3F) << 8 | Int(message[at + 1])
                guard target < at, target >= 12 else {
                    throw SeenAnswer.Mistake(description: "pointer to \(target)")
                }
                if next == nil { next = at + 2 }
                at = target
                continue
            }
            guard octet < 64, at + octet < message.count else {
                throw SeenAnswer.Mistake(description: "a label of \(octet)")
            }
            wire.append(contentsOf: message[at...(at + octet)])
            at += octet + 1
            if wire.count > 255 { throw SeenAnswer.Mistake(description: "a name of more than 255 octets") }
            if octet == 0 {
                place = next ?? at
                return wire
            }
        }
    }

    private mutating func lowercasedName() throws -> [UInt8] {
        try name().map { $0 &- 65 < 26 ? $0 | 0x20 : $0 }
    }

    mutating func record() throws -> SeenRecord {
        let owner = try lowercasedName()
        let type = RecordType(UInt16(try number(2)))
        let recordClass = UInt16(try number(2))
        let ttl = try number(4)
        let length = Int(try number(2))
        try require(length)
        let end = place + length
        var data: [UInt8] = []
        for part in NamesInData.layout(type) {
            switch part {
            case .octets(let count):
                try require(count)
                data.append(contentsOf: message[place..<(place + count)])
                place += count
            case .string:
                try require(1)
                let count = Int(message[place]) + 1
                try require(count)
                data.append(contentsOf: message[place..<(place + count)])
                place += count
            case .name: data.append(contentsOf: try lowercasedName())
            }
        }
        guard place <= end else { throw SeenAnswer.Mistake(description: "data of \(type) is too short") }
        data.append(contentsOf: message[place..<end])
        place = end
        return SeenRecord(owner: owner, type: type, recordClass: recordClass, ttl: ttl, data: data)
    }
}

/// Where data has names: what comes in front of them; the rest is octets.
private enum NamesInData {
    enum Part {
        case octets(Int)
        case string
        case name
    }

    static func layout(_ type: RecordType) -> [Part] {
        switch type.rawValue {
        // NS, MD, MF, CNAME, MB, MG, MR, PTR, NSAP-PTR, DNAME; NXT and NSEC begin with a name
        case 2, 3, 4, 5, 7, 8, 9, 12, 23, 39, 30, 47: [.name]
        // SOA, MINFO, RP, TALINK
        case 6, 14, 17, 58: [.name, .name]
        // MX, AFSDB, RT, KX, SVCB, HTTPS, LP
        case 15, 18, 21, 36, 64, 65, 107: [.octets(2), .name]
        // PX
        case 26: [.octets(2), .name, .name]
        // SRV
        case 33: [.octets(6), .name]
        // NAPTR
        case 35: [.octets(4), .string, .string, .string, .name]
        // SIG, RRSIG
        case 24, 46: [.octets(18), .name]
        default: []
        }
    }
}
