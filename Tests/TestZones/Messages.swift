public import DNSWire

/// A query, octet by octet.
public struct TestQuery {
    /// The header's second word.
    public var flags: UInt16 = 0
    /// The name in wire form.
    public var name: [UInt8]
    /// The type.
    public var type: UInt16
    /// The class.
    public var recordClass: UInt16 = 1
    /// The size to offer by EDNS; nil: no EDNS.
    public var ednsSize: UInt16?
    /// EDNS's version.
    public var ednsVersion: UInt8 = 0
    /// The DO bit.
    public var wantsDNSSEC = false
    /// What the OPT record holds.
    public var options: [UInt8] = []

    /// A question, `example.com A`.
    public init(_ question: String, edns: UInt16? = nil) throws {
        let words = question.split(separator: " ")
        name = try DomainName(words[0]).wire
        type = RecordType(words[1])?.rawValue ?? 0
        ednsSize = edns
    }

    /// The message.
    public var message: [UInt8] {
        var message: [UInt8] = [0x12, 0x34]
        message += Self.big(flags) + [0, 1, 0, 0, 0, 0, 0, ednsSize == nil ? 0 : 1]
        message += name + Self.big(type) + Self.big(recordClass)
        if let ednsSize {
            message += [0, 0, 41] + Self.big(ednsSize) + [0, ednsVersion, wantsDNSSEC ? 0x80 : 0, 0]
            message += Self.big(UInt16(options.count)) + options
        }
        return message
    }

    /// Sixteen bits in network order.
    public static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
}

/// An answer taken apart, independent of the code that wrote it, and strict: whatever a message may not be
/// is a mistake.
public struct TestAnswer {
    /// What is wrong with a message.
    public struct Mistake: Error, CustomStringConvertible {
        /// In words.
        public let description: String
    }

    /// A record.
    public struct Record: Hashable {
        /// The owner, its case as written.
        public var owner: String
        /// The type.
        public var type: RecordType
        /// The class.
        public var recordClass: UInt16
        /// The TTL.
        public var ttl: UInt32
        /// The data, names in it written out.
        public var data: [UInt8]
    }

    /// The header's six words.
    public private(set) var header: [UInt16] = []
    /// The question as `name TYPE`, its case as written; nil without one.
    public private(set) var question: String?
    /// The sections: answer, authority, additional without OPT.
    public private(set) var sections: [[Record]] = [[], [], []]
    /// The OPT record.
    public private(set) var opt: Record?
    /// Octets of the message.
    public let size: Int

    private let message: [UInt8]
    private var place = 12

    /// Takes a message apart.
    public init(_ message: [UInt8]) throws {
        self.message = message
        size = message.count
        guard size >= 12 else { throw Mistake(description: "\(size) octets") }
        header = (0..<6).map { UInt16(message[$0 * 2]) << 8 | UInt16(message[$0 * 2 + 1]) }
        if header[2] > 1 { throw Mistake(description: "\(header[2]) questions") }
        if header[2] == 1 {
            let name = try readName()
            question = "\(name) \(RecordType(UInt16(try number(2))))"
            _ = try number(2)
        }
        for section in 0..<3 {
            for _ in 0..<header[3 + section] {
                let record = try readRecord()
                if record.type == .opt {
                    guard section == 2, opt == nil else { throw Mistake(description: "OPT out of place") }
                    opt = record
                } else {
                    sections[section].append(record)
                }
            }
        }
        if place != size { throw Mistake(description: "\(size - place) octets too many") }
    }

    /// The response code, EDNS's bits included.
    public var code: ResponseCode {
        ResponseCode(rawValue: header[1] & 15 | UInt16((opt?.ttl ?? 0) >> 24) << 4)
    }

    /// The flags.
    public var flags: HeaderFlags { HeaderFlags(rawValue: header[1]) }

    /// The flags AA, TC, RD, RA, AD, CD that are set, by name.
    public var flagText: String {
        let names: [(HeaderFlags, String)] = [
            (.authoritative, "aa"), (.truncated, "tc"), (.recursionDesired, "rd"),
            (.recursionAvailable, "ra"), (.authenticData, "ad"), (.checkingDisabled, "cd"),
        ]
        return names.filter { flags.contains($0.0) }.map(\.1).joined(separator: " ")
    }

    /// A section's records as text, in the order of the message: `www.example.com. 300 A 192.0.2.1`.
    public func text(_ section: Int) -> [String] { sections[section].map(Self.text) }

    /// All: code, flags, and the records with the section's first letter, sorted within a section.
    public var lines: [String] {
        let records = ["an", "ns", "ad"].enumerated().flatMap { index, name in
            text(index).sorted().map { "\(name) \($0)" }
        }
        return ["\(code) \(flagText)".trimmed] + records
    }

    private mutating func number(_ octets: Int) throws -> UInt32 {
        guard place + octets <= size else { throw Mistake(description: "ends within a number") }
        defer { place += octets }
        return message[place..<(place + octets)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func readName() throws -> DomainName {
        let (wire, next) = try name(at: place)
        place = next
        return DomainName(uncheckedWire: wire)
    }

    private func name(at start: Int) throws -> (wire: [UInt8], next: Int) {
        var wire: [UInt8] = []
        var place = start
        var next: Int?
        while true {
            guard place < size else { throw Mistake(description: "ends within a name") }
            let octet = Int(message[place])
            if octet >= 0xC0 {
                guard place + 1 < size else { throw Mistake(description: "ends within a pointer") }
                let target = (octet & 0x3F) << 8 | Int(message[place + 1])
                guard target < place, target >= 12 else { throw Mistake(description: "pointer to \(target)") }
                if next == nil { next = place + 2 }
                place = target
                continue
            }
            guard octet < 64, place + octet < size else { throw Mistake(description: "label of \(octet)") }
            wire += message[place...(place + octet)]
            place += octet + 1
            if wire.count > 255 { throw Mistake(description: "a name of more than 255 octets") }
            if octet == 0 { return (wire, next ?? place) }
        }
    }

    private mutating func readRecord() throws -> Record {
        let owner = try readName().description
        let type = RecordType(UInt16(try number(2)))
        let recordClass = UInt16(try number(2))
        let ttl = try number(4)
        let end = Int(try number(2)) + place
        guard end <= size else { throw Mistake(description: "ends within data of \(type)") }
        var data: [UInt8] = []
        let layout = CompressibleNames(in: type)
        if layout.count > 0 {
            data += message[place..<(place + layout.prefix)]
            place += layout.prefix
            for _ in 0..<layout.count { data += try readName().wire }
        }
        guard place <= end else { throw Mistake(description: "a name beyond the data of \(type)") }
        data += message[place..<end]
        place = end
        return Record(owner: owner, type: type, recordClass: recordClass, ttl: ttl, data: data)
    }
}
