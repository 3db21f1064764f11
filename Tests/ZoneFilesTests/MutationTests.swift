import DNSWire
import Diagnostics
import Testing

@testable import ZoneFiles

@Suite("Hostile zone text")
struct MutationTests {
    /// A generator of numbers whose sequence its seed decides (SplitMix64).
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let seedText: [UInt8] = {
        var text = "$TTL 1h\n@ SOA ns1 admin (\n 1 1h ; serial\n 5M 7D\n 1D )\n\tNS ns1\n$ORIGIN sub\n"
        for row in EveryTypeTests.rows { text += "host 60 IN \(row.text)\n" }
        text += "$GENERATE 1-3 h${0,3,n} A 192.0.2.$\n$INCLUDE /nonexistent\nlast AAAA ::1"
        return Array(text.utf8)
    }()

    private static let spice: [UInt8] = Array("\"\\();$@.\n\r\t 0z:#{}-=,\0\u{7F}".utf8) + [0x80, 0xFF]

    @Test("Text changed at random is read without a trap, and all that it gives is valid", arguments: 0..<30)
    func mutated(seed: Int) throws {
        var numbers = Numbers(state: UInt64(seed))
        let origin = try DomainName("example.com.")
        for _ in 0..<25 {
            var text = Self.seedText
            for _ in 0..<Int.random(in: 1...60, using: &numbers) {
                let index = Int.random(in: 0..<text.count, using: &numbers)
                switch Int.random(in: 0..<5, using: &numbers) {
                case 0: text[index] = Self.spice[Int.random(in: 0..<Self.spice.count, using: &numbers)]
                case 1: text[index] = UInt8.random(in: 0...255, using: &numbers)
                case 2: text.remove(at: index)
                case 3:
                    let spice = Self.spice[Int.random(in: 0..<Self.spice.count, using: &numbers)]
                    text.insert(spice, at: index)
                default:
                    let end = min(index + Int.random(in: 1...12, using: &numbers), text.count)
                    text.insert(
                        contentsOf: text[index..<end], at: Int.random(in: 0..<text.count, using: &numbers))
                }
                if text.isEmpty { text = [0] }
            }
            try check(text, origin)
        }
    }

    @Test("Text cut short anywhere is read without a trap")
    func cutShort() throws {
        let origin = try DomainName("example.com.")
        for length in stride(from: 0, to: Self.seedText.count, by: 17) {
            try check(Array(Self.seedText.prefix(length)), origin)
        }
    }

    @Test("Each single byte, alone and where something is expected")
    func singleBytes() throws {
        for byte in UInt8.min...UInt8.max {
            for (before, after) in [("", ""), ("a", ""), ("a 1 A ", "\n"), ("a 1 TXT \"", "\"\n"), ("\\", "")] {
                try check(Array(before.utf8) + [byte] + Array(after.utf8), .root)
            }
        }
    }

    private func check(_ text: [UInt8], _ origin: DomainName) throws {
        let (records, diagnostics) = read(text, origin: origin)
        for record in records {
            #expect(!record.owner.hasPrefix("invalid"))
            try RecordData.validate(record.type, octets(record.data))
        }
        for diagnostic in diagnostics { #expect(!diagnostic.description.isEmpty) }
    }

    private func octets(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
