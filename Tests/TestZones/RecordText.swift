internal import Addresses
public import DNSWire
public import Zones

/// A record written shortly in a test: `www 300 A 192.0.2.1`. Names without a final dot are relative; the
/// TTL may be left out; `@` is the origin. Types beyond the usual take their data as hexadecimal: `TYPE64 # 0001…`.
public struct RecordText {
    /// The owner.
    public let owner: DomainName
    /// The type.
    public let type: RecordType
    /// The TTL in seconds.
    public let ttl: UInt32
    /// The data in wire form.
    public let data: [UInt8]

    /// What is wrong with a line; a mistake in the test.
    public struct Mistake: Error {
        /// The line.
        public let line: String
    }

    /// Reads a line.
    public init(_ line: String, origin: DomainName, ttl defaultTTL: UInt32 = 3600) throws {
        var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count >= 2 else { throw Mistake(line: line) }
        owner = try DomainName(words.removeFirst(), origin: origin)
        if let number = UInt32(words[0]) {
            ttl = number
            words.removeFirst()
        } else {
            ttl = defaultTTL
        }
        if words.first == "IN" { words.removeFirst() }
        guard let first = words.first, let type = RecordType(first) else { throw Mistake(line: line) }
        self.type = type
        words.removeFirst()
        data = try Self.data(type, words, origin: origin, line: line)
    }

    private static func data(
        _ type: RecordType, _ words: [String], origin: DomainName, line: String
    ) throws -> [UInt8] {
        func name(_ index: Int) throws -> [UInt8] { try DomainName(words[index], origin: origin).wire }
        func number(_ index: Int, octets: Int) throws -> [UInt8] {
            guard index < words.count, let value = UInt64(words[index]) else { throw Mistake(line: line) }
            return (0..<octets).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (octets - 1 - $0))) }
        }
        if words.first == "#" || words.first == "\\#" {
            let digits = Array(words.dropFirst().joined().utf8)
            return try stride(from: 0, to: digits.count, by: 2).map {
                guard let octet = UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
                else {
                    throw Mistake(line: line)
                }
                return octet
            }
        }
        switch type {
        case .a, .aaaa:
            guard let address = IPAddress(words[0]) else { throw Mistake(line: line) }
            return address.bytes
        case .ns, .cname, .ptr, .dname: return try name(0)
        case .mx: return try number(0, octets: 2) + name(1)
        case .srv:
            return try number(0, octets: 2) + number(1, octets: 2) + number(2, octets: 2) + name(3)
        case .soa:
            return try name(0) + name(1) + (2..<7).flatMap { try number($0, octets: 4) }
        case .txt:
            let text = Array(words.joined(separator: " ").utf8)
            return stride(from: 0, to: max(text.count, 1), by: 255).flatMap { start in
                let part = text[min(start, text.count)..<min(start + 255, text.count)]
                return [UInt8(part.count)] + part
            }
        default: throw Mistake(line: line)
        }
    }
}

/// Builds a zone of lines; see ``RecordText``. Empty lines and those after `;` are left out. The location of
/// a record is the number of its line.
public func compile(
    _ origin: String, _ text: String
) throws -> (zone: Zone?, issues: [ZoneIssue]) {
    let origin = try DomainName(origin)
    var builder = ZoneBuilder(origin: origin)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let content = line.split(separator: ";", omittingEmptySubsequences: false).first ?? ""
        if content.allSatisfy(\.isWhitespace) { continue }
        let record = try RecordText(String(content), origin: origin)
        builder.add(
            owner: record.owner, type: record.type, ttl: record.ttl, data: record.data,
            location: UInt64(index + 1))
    }
    return builder.compile()
}
