import DNSWire
import Testing

/// Types and quoted texts are read by words of eight octets too.
@Suite("Types and quoted texts at every place of a word")
struct WordReadingTests {
    private func records(_ line: [UInt8]) throws -> [FoundRecord] {
        read(line, origin: try DomainName("example.com.")).records
    }

    static let writtenTypes: [(String, RecordType, String)] = [
        ("A", .a, "192.0.2.1"), ("NS", .ns, "a."), ("MX", .mx, "1 a."), ("TXT", .txt, "a"),
        ("SOA", .soa, "a. a. 1 1 1 1 1"), ("SRV", .srv, "1 1 1 a."), ("PTR", .ptr, "a."),
        ("AAAA", .aaaa, "2001:db8::1"), ("CNAME", .cname, "a."), ("NSEC", .nsec, "a. A NSEC"),
        ("NSEC3", .nsec3, "1 0 0 - 0123456789ABCDEFGHIJKLMNOPQRSTUV A"), ("DNSKEY", .dnskey, "256 3 8 AAAA"),
        ("SSHFP", RecordType(44), "1 1 0123456789abcdef0123456789abcdef01234567"), ("SPF", RecordType(99), "a"),
        ("TYPE1", .a, "192.0.2.1"),
    ]

    @Test("In any case, before and behind any blank, with the class and without", arguments: writtenTypes)
    func types(_ word: String, _ type: RecordType, _ data: String) throws {
        let mixed = String(word.enumerated().map { $0 % 2 == 0 ? Character($1.lowercased()) : $1 })
        for spelling in [word, word.lowercased(), mixed] {
            for (before, behind) in [
                (" ", " "), ("\t", "\t"), (" IN ", "\t "), ("\tin\t", " (\n "), (" 1 In (", " "),
            ] {
                let close = (before + behind).contains("(") ? ")" : ""
                let found = try records(Array("$TTL 1\nx\(before)\(spelling)\(behind)\(data)\(close)\n".utf8))
                #expect(found.map(\.type) == [type], "\(before)\(spelling)\(behind)")
            }
        }
    }

    @Test("No other byte stands for a letter")
    func otherLetters() throws {
        for byte in 0...255 as ClosedRange<UInt8> where byte | 0x20 != UInt8(ascii: "a") {
            #expect(try records(Array("x 1 ".utf8) + [byte] + Array(" 192.0.2.1\n".utf8)) == [], "\(byte)")
            #expect(
                try records(Array("x 1 A".utf8) + [byte] + Array("AAA 2001:db8::1\n".utf8)) == [], "\(byte)")
        }
    }

    @Test("The class stands once")
    func classes() throws {
        #expect(try records(Array("x 1 IN IN A 192.0.2.1\n".utf8)) == [])
        #expect(try records(Array("x 1 in class1 A 192.0.2.1\n".utf8)) == [])
        #expect(try records(Array("x IN 1 A 192.0.2.1\n".utf8)).count == 1)
    }

    static let writtenSpecials: [(String, [UInt8])] = [
        (#"\""#, [34]), (#"\\"#, [92]), (#"\065"#, [65]), (#"\255"#, [255]), ("\u{1}", [1]), ("\u{1F}", [31]),
        ("\t", [9]), ("\u{7F}", [127]), (" ", [32]), ("!", [33]), ("#", [35]), ("]", [93]), (";", [59]),
        ("(", [40]),
        ("\u{FF}", [195, 191]),
    ]

    @Test("What stands in quotes belongs to the text at every place", arguments: writtenSpecials)
    func specials(_ written: String, _ octets: [UInt8]) throws {
        for place in 0...18 {
            for rest in 0...10 {
                let (head, tail) = (String(repeating: "a", count: place), String(repeating: "z", count: rest))
                let text = Array(head.utf8) + octets + Array(tail.utf8)
                let found = try records(Array("x 1 TXT \"\(head)\(written)\(tail)\"\n".utf8))
                #expect(found.map(\.data) == [hexadecimal([UInt8(text.count)] + text)], "\(place) \(rest)")
            }
        }
    }

    @Test("A record is full to its last octet")
    func fullRecord() throws {
        // 255 texts of 256 octets with their lengths leave room for one of 254, or one more that fills the rest.
        let texts = String(repeating: "\"\(String(repeating: "a", count: 255))\" ", count: 255)
        for length in 245...255 {
            let found = try records(
                Array("x 1 TXT \(texts)\"\(String(repeating: "b", count: length))\"\n".utf8))
            #expect(found.map { $0.data.utf8.count / 2 } == (length > 254 ? [] : [65280 + 1 + length]))
        }
    }
}
