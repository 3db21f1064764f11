import Diagnostics
import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import ZoneFiles
import Zones

@Suite("Every type with data of every length")
struct EveryLengthTests {
    /// A type, octets that its data may begin with, and the least length of all: from there on any rest is its data.
    struct Open: CustomTestStringConvertible, Sendable {
        let type: RecordType
        let start: [UInt8]
        let least: Int

        init(_ type: UInt16, _ start: [UInt8], _ least: Int) {
            self.type = RecordType(type)
            self.start = start
            self.least = least
        }

        var testDescription: String { "\(type)" }
    }

    /// Types that end with octets of any number: fixed fields first, by their RFCs.
    static let open = [
        Open(10, [], 0), Open(22, [], 1), Open(25, [1, 0, 3, 8], 5), Open(31, [], 1), Open(32, [], 1),
        Open(34, [0], 2), Open(37, [0, 1, 0, 0, 8], 6), Open(40, [1, 0, 0], 3), Open(43, [0, 1, 8, 9], 5),
        Open(44, [1, 9], 3), Open(45, [1, 0, 0], 3), Open(48, [1, 0, 3, 8], 5), Open(49, [], 1),
        Open(52, [3, 1, 1], 4),
        Open(53, [3, 1, 1], 4), Open(57, [1, 0, 3, 8], 5), Open(59, [0, 1, 8, 9], 5),
        Open(60, [1, 0, 3, 8], 5),
        Open(61, [], 1), Open(63, [0, 0, 0, 1, 240, 240], 18), Open(256, [0, 1, 0, 1], 5),
        Open(257, [0, 5] + Array("issue".utf8), 7), Open(259, Array(repeating: 0, count: 9) + [0], 10),
        Open(46, [0, 1, 8, 2] + Array(repeating: 0, count: 14) + [0], 20), Open(32768, [0, 1, 8, 9], 5),
        Open(32769, [0, 1, 8, 9], 5), Open(65280, [], 0), Open(0xFFFE, [], 0),
    ]

    /// Types whose data has one length.
    static let fixed: [(type: UInt16, length: Int)] = [
        (1, 4), (28, 16), (29, 16), (104, 10), (105, 6), (106, 10), (108, 6), (109, 8),
    ]

    static let lengths = Array(0...300) + [1000, 4096, 16383, 16384, 32767, 32768, 60000, 64000, 65535]

    @Test("Well-formed data is accepted in the form of RFC 3597, and no other", arguments: open)
    func judged(_ row: Open) throws {
        let origin = try DomainName("example.com.")
        for length in Self.lengths {
            let data = Self.filled(row.start, length)
            let isValid = (try? RecordData.validate(row.type, data)) != nil
            #expect(isValid == (length >= row.least), "\(length)")
            if length > 70, length != 300 { continue }
            let text =
                "$TTL 1\n@ SOA . . 1 1 1 1 1\n@ NS a.\nx \(row.type) \\# \(length) \(Self.hexadecimal(data))\n"
            let loaded = ZoneFile.parse(SourceText(file: "zone", text), origin: origin)
            #expect((loaded.zone != nil) == isValid, "\(length)")
            guard let zone = loaded.zone, row.type != .rrsig else { continue }
            #expect(zone.records(of: try DomainName("x.example.com."), type: row.type).map(\.data) == [data])
        }
    }

    @Test("Data of one length is accepted with no other", arguments: fixed)
    func exact(_ type: UInt16, _ length: Int) {
        let accepted = Self.lengths.filter {
            let data = Array(repeating: 0 as UInt8, count: $0)
            // The middle of the globe.
            let place = $0 == 16 && type == 29 ? [0, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0] : data
            return (try? RecordData.validate(RecordType(type), place)) != nil
        }
        #expect(accepted == [length])
    }

    @Test("What is accepted can be answered, whole, or the zone is refused", arguments: lengths)
    func answered(_ length: Int) throws {
        let origin = try DomainName("example.com.")
        var types: [(type: RecordType, data: [UInt8])] = []
        for type in RecordLayout.types + [RecordType(65280)]
        where !type.isMeta && type != .soa && type != .rrsig {
            let starts = Self.open.filter { $0.type == type }.map(\.start) + [[], [length > 1 ? 1 : 0]]
            for (index, start) in starts.enumerated() {
                let data =
                    index < starts.count - 1
                    ? Self.filled(start, length, with: index == 0 ? 0x41 : 0)
                    : Self.strings(length)
                if (try? RecordData.validate(type, data)) == nil { continue }
                types.append((type, data))
                break
            }
        }
        // Unknown types at least, and TXT from one octet on.
        #expect(types.contains { $0.type.rawValue == 65280 })
        #expect(types.contains { $0.type == .txt } == (length > 0))
        for (type, data) in types {
            var builder = ZoneBuilder(origin: origin)
            let owner = try DomainName("x.example.com.")
            builder.add(
                owner: origin, type: .soa, ttl: 1, data: [0, 0] + Array(repeating: 0, count: 20), location: 1)
            builder.add(owner: origin, type: .ns, ttl: 1, data: [1, 97, 0], location: 2)
            builder.add(owner: owner, type: type, ttl: 1, data: data, location: 3)
            let (zone, issues) = builder.compile()
            guard let zone else {
                #expect(
                    issues.contains { $0.kind == .tooLarge } && length > 64000, "\(type) \(length): \(issues)")
                continue
            }
            let answer = try Self.answer(zone, origin, "x.example.com \(type)")
            // A delegation and an alias of a subtree are answered in other ways.
            if type == .ns { continue }
            #expect(answer.sections[0].map(\.data) == [data], "\(type) \(length)")
            #expect(answer.header[1] & 0x020F == 0, "\(type) \(length)")
        }
    }

    private static func answer(_ zone: Zone, _ origin: DomainName, _ question: String) throws -> TestAnswer {
        let store = SnapshotStore(
            Snapshot(
                catalog: ZoneCatalog([origin: ServedZone(zone: zone, marks: .none)]), view: .empty,
                options: AnswerOptions()))
        var responder = Responder(store: store, counters: WorkerCounters(), seed: 1)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 65535, alignment: 64)
        defer { output.deallocate() }
        let message = try TestQuery(question).message
        let count = message.withUnsafeBytes {
            responder.answer($0.bytes, from: .v4(.loopback), port: 5353, over: .tcp, into: output)
        }
        return try TestAnswer(Array(output[..<count]))
    }

    private static func filled(_ start: [UInt8], _ length: Int, with octet: UInt8 = 0x41) -> [UInt8] {
        Array(start.prefix(length)) + Array(repeating: octet, count: max(0, length - start.count))
    }

    /// Character-strings of so many octets together.
    private static func strings(_ length: Int) -> [UInt8] {
        var data: [UInt8] = []
        while data.count < length {
            let count = min(255, length - data.count - 1)
            data.append(UInt8(count))
            data += Array(repeating: 0x61, count: count)
        }
        return data
    }

    private static func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
