import DNSWire
import Testing

@Suite("Validation of record data")
struct RecordDataValidationTests {
    /// Octets in hexadecimal, blanks among them.
    private func octets(_ hex: String) -> [UInt8] {
        let digits = hex.filter { $0 != " " }.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test(
        "Data that no record of the type can have is refused, with the offset",
        arguments: [
            (1, "c00002", 0), (1, "c000020100", 4), (28, "00", 0), (2, "", 0), (2, "0161", 2), (2, "c00c", 0),
            (2, "00 00", 1), (2, "40", 0), (15, "000a", 2), (15, "000a 0161 00 00", 5),
            (6, "00 00 00000001 00000002 00000003 00000004 000000", 18), (16, "", 0), (16, "0261", 1),
            (13, "0161", 2), (33, "0000 0000 0000", 6), (35, "0000 0000 00 00 00", 7), (257, "00 00 61", 2),
            (257, "00 01 2d 61", 3), (257, "00 05 6973", 2),
            // DS: SHA-256 makes 32 octets; SSHFP: SHA-1 makes 20; ZONEMD: SHA-384 makes 48.
            (43, "0001 08 02 00", 4), (44, "01 01 00", 2), (63, "00000001 01 01 000000000000000000000000", 6),
            // RFC 4034 §4.1.2: no empty window, no zeros at its end, windows ascend, at most 32 octets.
            (47, "00", 1), (47, "00 00 00", 3), (47, "00 00 01 00", 4), (47, "00 01 01 40 00 01 40", 5),
            (47, "00 00 21" + String(repeating: "01", count: 33), 3), (50, "01 00 0000 00 00", 6),
            // RFC 3123: 33 bits of IPv4, zeros at the end of the address, five octets of IPv4.
            (42, "0001 21 01 c0", 5), (42, "0001 08 02 0a00", 6), (42, "0001 20 05 0102030405", 9),
            // RFC 1876: version 1, a size of 10 × 10^0, latitude above 90 degrees.
            (29, "01 12 16 13 80000000 80000000 00989680", 16),
            (29, "00 a0 16 13 80000000 80000000 00989680", 16),
            (29, "00 12 16 13 ffffffff 80000000 00989680", 16),
            // RFC 4025: a gateway of type 4, and one of type 1 cut short.
            (45, "00 04 00", 3), (45, "00 01 00 c00002", 3), (260, "00 84", 2),
            // RFC 9460: keys out of order, twice, port of one octet, mandatory naming itself or what isn't there,
            // no-default-alpn without alpn, empty alpn, ipv4hint of three octets.
            (64, "0001 00 0003 0002 0001 0001 0003 026832", 11),
            (64, "0001 00 0003 0002 0001 0003 0002 0001", 11),
            (64, "0001 00 0003 0001 01", 8), (64, "0001 00 0000 0002 0000", 9),
            (64, "0001 00 0000 0002 0003", 9),
            (64, "0001 00 0002 0000", 7), (64, "0001 00 0001 0000", 7), (64, "0001 00 0004 0003 010203", 10),
            (55, "00 00 0001 00", 4), (55, "01 00 0001 00", 5), (38, "81", 1), (30, "00 80", 2),
            (34, "02 00", 1),
        ] as [(UInt16, String, Int)])
    func refuses(type: UInt16, hex: String, offset: Int) {
        let error = #expect(throws: RecordData.Invalid.self) {
            try RecordData.validate(RecordType(type), octets(hex))
        }
        #expect(error?.offset == offset, "\(error?.reason ?? "")")
    }

    @Test("A name of 255 octets is the longest (RFC 1035 §3.1)")
    func longestName() throws {
        let longest: [UInt8] = (0..<254).map { $0 % 2 == 0 ? 1 : 97 } + [0]
        try RecordData.validate(.ns, longest)
        #expect(throws: RecordData.Invalid.self) { try RecordData.validate(.ns, [1, 97] + longest) }
    }

    @Test("Data of unknown types is anything, up to 65535 octets (RFC 3597)")
    func unknown() throws {
        try RecordData.validate(RecordType(65280), [])
        try RecordData.validate(RecordType(65280), Array(repeating: 0, count: 65535))
        #expect(throws: RecordData.Invalid.self) {
            try RecordData.validate(RecordType(65280), Array(repeating: 0, count: 65536))
        }
    }

    @Test("Every type with data of every length from 0 to 300 is judged without a trap, as is its text")
    func everyLength() {
        var valid = 0
        for type in RecordLayout.types + [RecordType(0), RecordType(41), RecordType(255), RecordType(65535)] {
            for length in 0...300 {
                for fill in [0, 1, 0xC0] as [UInt8] {
                    var data = Array(repeating: fill, count: length)
                    if length > 2, fill == 1 { data[length - 1] = 0 }
                    if (try? RecordData.validate(type, data)) != nil { valid += 1 }
                    #expect(!RecordData.text(type, data).isEmpty)
                }
            }
        }
        // At least the four unknown types take all of it.
        #expect(valid > 4 * 301 * 3)
    }

    @Test("Data that isn't valid is written in the form of unknown types (RFC 3597 §5)")
    func opaque() {
        #expect(RecordData.text(.a, [192, 0, 2]) == "\\# 3 C00002")
        #expect(RecordData.text(.ns, []) == "\\# 0")
        #expect(RecordData.text(RecordType(65280), [10, 255]) == "\\# 2 0AFF")
    }

    @Test(
        "Types whose data holds names that may be compressed (RFC 3597 §4)",
        arguments: RecordLayout.types)
    func compressible(type: RecordType) {
        let known: Set<UInt16> = [2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15]
        #expect(RecordLayout.hasCompressibleName(type) == known.contains(type.rawValue))
    }

    @Test(
        "Times of signatures (RFC 4034 §3.2)",
        arguments: [
            (0, "19700101000000"), (1_048_354_263, "20030322173103"), (951_782_400, "20000229000000"),
            (4_107_542_399, "21000228235959"), (4_107_542_400, "21000301000000"),
            (4_294_967_295, "21060207062815"),
        ] as [(UInt32, String)])
    func times(seconds: UInt32, text: String) throws {
        #expect(SignatureTime.text(seconds) == text)
        let digits = Array(text)
        func part(_ range: Range<Int>) throws -> Int { try #require(Int(String(digits[range]))) }
        #expect(
            SignatureTime.seconds(
                year: try part(0..<4), month: try part(4..<6), day: try part(6..<8), hour: try part(8..<10),
                minute: try part(10..<12), second: try part(12..<14)) == seconds)
    }
}
