import DNSWire
import Testing

@Suite("Names and types in presentation form")
struct PresentationTests {
    @Test(
        "A name is read and written (RFC 1035 §5.1)",
        arguments: [
            (".", [0], "."), ("a.", [1, 97, 0], "a."), ("a.b.", [1, 97, 1, 98, 0], "a.b."),
            ("a", [1, 97, 1, 122, 0], "a.z."), ("@", [1, 122, 0], "z."), ("A.", [1, 65, 0], "A."),
            ("a\\.b.", [3, 97, 46, 98, 0], "a\\.b."), ("\\097.", [1, 97, 0], "a."),
            ("\\000.", [1, 0, 0], "\\000."), ("\\255.", [1, 255, 0], "\\255."),
            ("\\\\.", [1, 92, 0], "\\\\."), ("\\@.", [1, 64, 0], "\\@."), ("*.", [1, 42, 0], "*."),
            ("\\ .", [1, 32, 0], "\\032."), ("\\(\\).", [2, 40, 41, 0], "\\(\\)."),
            ("\u{E4}.", [2, 0xC3, 0xA4, 0], "\\195\\164."),
        ] as [(String, [UInt8], String)])
    func names(text: String, wire: [UInt8], written: String) throws {
        let name = try DomainName(text, origin: try DomainName("z."))
        #expect(name.wire == wire)
        #expect(name.description == written)
        #expect(try DomainName(written).wire == wire)
    }

    @Test(
        "What is no name is refused, with the reason",
        arguments: [
            ("", .empty), ("..", .emptyLabel), (".a", .emptyLabel), ("a..b", .emptyLabel), ("a\\", .badEscape),
            ("a\\2", .badEscape), ("a\\25", .badEscape), ("a\\256", .badEscape), ("a\\1b2", .badEscape),
            (String(repeating: "a", count: 64), .labelTooLong),
            (String(repeating: "a", count: 64) + ".", .labelTooLong),
            // 128 labels of one octet are 257 octets with the root.
            (String(repeating: "a.", count: 128), .nameTooLong),
        ] as [(String, DomainName.TextError)])
    func refuses(text: String, reason: DomainName.TextError) {
        #expect(throws: reason) { try DomainName(text) }
    }

    @Test(
        "A label that ends with an octet of 0 doesn't end a name in data",
        arguments: [
            (.mx, [0, 10, 1, 0, 1, 97, 0], "10 \\000.a."), (.soa, soa, "\\000. a\\000. 1 2 3 4 5"),
            (.https, [0, 1, 2, 97, 0, 0, 0, 3, 0, 2, 0, 53], "1 a\\000. port=53"),
        ] as [(RecordType, [UInt8], String)])
    func zeros(type: RecordType, data: [UInt8], text: String) {
        #expect(RecordData.text(type, data) == text)
    }

    private static let soa: [UInt8] =
        [1, 0, 0, 2, 97, 0, 0] + (1...5).flatMap { [0, 0, 0, $0] as [UInt8] }

    @Test("Labels of 63 octets and names of 255 are the longest, the origin counted")
    func longest() throws {
        let label = String(repeating: "a", count: 63)
        #expect(try DomainName(label).wire.count == 65)
        // 3 × 64 + 62 + 1 = 255
        let most = "\(label).\(label).\(label).\(label.dropLast(2))."
        #expect(try DomainName(most).wire.count == 255)
        let relative = "\(label).\(label).\(label)"
        #expect(try DomainName(relative, origin: try DomainName("\(label.dropLast(2)).")).wire.count == 255)
        #expect(throws: DomainName.TextError.nameTooLong) {
            try DomainName(relative, origin: try DomainName("\(label.dropLast())."))
        }
    }

    @Test(
        "A type is a mnemonic in any case, or TYPE and its number (RFC 3597 §5)",
        arguments: [
            ("A", 1), ("aaaa", 28), ("NSEC3PARAM", 51), ("TYPE1", 1), ("type65535", 65535), ("TYPE0", 0),
            ("HTTPS", 65), ("NSAP-PTR", 23), ("DLV", 32769),
        ] as [(String, UInt16)])
    func types(text: String, number: UInt16) {
        #expect(RecordType(text) == RecordType(number))
    }

    @Test(
        "Other words are no types",
        arguments: ["", "TYPE", "TYPE65536", "TYPE-1", "TYPE+1", "TYPE 1", "B", "A ", "IN", "\u{17F}OA"])
    func noTypes(text: String) {
        #expect(RecordType(text) == nil)
    }

    @Test("Every type's text reads back as the type")
    func returns() {
        for number in UInt16.min...UInt16.max {
            #expect(RecordType(RecordType(number).description)?.rawValue == number)
        }
    }
}
