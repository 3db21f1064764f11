import DNSWire
import Diagnostics
import Testing
import ZoneFiles

/// Names are read by words of eight octets, so each place in a word and each length is of interest.
@Suite("Names at every place of a word")
struct NameReadingTests {
    /// The wire form of labels and of the origin `example.com.`, as hexadecimal digits.
    private func wire(_ labels: [[UInt8]], isAbsolute: Bool = false) -> String {
        let own = labels.flatMap { [UInt8($0.count)] + $0 }
        return hexadecimal(
            own + (isAbsolute ? [0] : [7] + Array("example".utf8) + [3] + Array("com".utf8) + [0]))
    }

    private func server(_ name: [UInt8]) throws -> (data: String?, diagnostics: [Diagnostic]) {
        let text = Array("x 1 NS ".utf8) + name
        let found = read(text, origin: try DomainName("example.com."))
        return (found.records.first?.data, found.diagnostics)
    }

    // Word ends have rows of their own, and so have the dot and the backslash.
    static let plain = (33...255).map { UInt8($0) }.filter { !Array("\"();.\\\u{7F}".utf8).contains($0) }

    @Test("A byte that stands for itself does so at every place", arguments: plain)
    func literal(_ byte: UInt8) throws {
        for place in 0..<17 {
            var label = Array("abcdefghijklmnopq".utf8)
            label[place] = byte
            #expect(try server(label).data == wire([label]), "\(place)")
        }
    }

    @Test(
        "What ends a name ends it at every place",
        arguments: [" ", "\t", ";", "(", "\n", "\r\n", " ;\u{FF}", ""])
    func end(_ end: String) throws {
        for length in 1...63 {
            let label = Array(repeating: UInt8(ascii: "n"), count: length)
            let close = end == "(" ? ")" : ""
            #expect(try server(label + Array((end + close).utf8)).data == wire([label]), "\(length)")
        }
    }

    @Test("Control bytes and quotes are refused at every place", arguments: [0, 1, 11, 13, 31, 34, 41, 127])
    func refused(_ byte: UInt8) throws {
        for place in 1..<16 {
            var label = Array("abcdefghijklmnopq".utf8)
            label[place] = byte
            let found = try server(label)
            #expect(found.data == nil, "\(place)")
            #expect(found.diagnostics.contains { $0.severity == .error }, "\(place)")
        }
    }

    @Test(
        "Labels have 63 octets at most, whatever stands before them", arguments: [1, 7, 8, 9, 62, 63, 64, 65])
    func labels(_ length: Int) throws {
        for first in 1...17 {
            let labels = [first, length].map { Array(repeating: UInt8(ascii: "n"), count: $0) }
            let isGood = length < 64
            let text = labels[0] + [UInt8(ascii: ".")] + labels[1]
            #expect(try server(text).data == (isGood ? wire(labels) : nil), "\(first)")
            #expect(
                try server(text + [UInt8(ascii: ".")]).data == (isGood ? wire(labels, isAbsolute: true) : nil),
                "\(first)")
        }
    }

    @Test("Names have 255 octets at most, the origin counted", arguments: 40...63)
    func names(_ length: Int) throws {
        let labels = [63, 63, 63, length].map { Array(repeating: UInt8(ascii: "n"), count: $0) }
        let text = Array(labels.joined(separator: [UInt8(ascii: ".")]))
        // Three labels of 64 octets with their lengths, the last one; and the origin's 13, or the root's one.
        let octets = 3 * 64 + 1 + length
        #expect(try server(text).data == (octets + 13 <= 255 ? wire(labels) : nil))
        #expect(
            try server(text + [UInt8(ascii: ".")]).data
                == (octets + 1 <= 255 ? wire(labels, isAbsolute: true) : nil))
    }

    @Test("A name of 127 labels is the longest")
    func manyLabels() throws {
        for count in 119...128 {
            let labels = Array(repeating: [UInt8(ascii: "n")], count: count)
            let text = Array(labels.joined(separator: [UInt8(ascii: ".")])) + [UInt8(ascii: ".")]
            // Two octets each, and the root.
            #expect(try server(text).data == (count * 2 + 1 <= 255 ? wire(labels, isAbsolute: true) : nil))
        }
    }
}

@Suite("Owners of addresses (RFC 952, RFC 1123 §2.1)")
struct HostNameTests {
    /// The owners whose address is warned about.
    private func warned(_ owners: [String]) throws -> [String] {
        let head = "$TTL 1\n@ SOA . . 1 1 1 1 1\n@ NS a.\n"
        let text = head + owners.map { "\($0) A 192.0.2.1\n" }.joined()
        let loaded = ZoneFile.parse(SourceText(file: "zone", text), origin: try DomainName("example.com."))
        return loaded.diagnostics.filter { $0.message.contains("bad owner name") }.compactMap { diagnostic in
            diagnostic.position.map { owners[$0.line - 4] }
        }
    }

    @Test("Hyphens stand inside a label, underscores nowhere", arguments: 1...24)
    func labels(_ length: Int) throws {
        func label(_ octet: Character, at place: Int) -> String {
            String((0..<length).map { $0 == place ? octet : "a" })
        }
        let underscores = (0..<length).map { label("_", at: $0) }
        #expect(try warned(underscores) == underscores)
        let hyphens = (0..<length).map { label("-", at: $0) }
        #expect(try warned(hyphens) == (length == 1 ? hyphens : [hyphens[0], hyphens[length - 1]]))
        // Each place of a word has each of them.
        let good = (0..<length).flatMap { place in ["z", "A", "Z", "0", "9"].map { label($0, at: place) } }
        #expect(try warned(good) == [])
        // The neighbours of letters and digits.
        for octet in ["`", "{", "[", "/", ":"] as [Character] {
            let others = (0..<length).map { label(octet, at: $0) }
            #expect(try warned(others) == others)
        }
    }

    @Test(
        "However many warnings there are, they don't hide a delegation that leads nowhere",
        arguments: [("h_", "A 192.0.2.1", "bad owner name"), ("h", "MX 1 missing", "has no address records")])
    func order(_ owner: String, _ data: String, _ words: String) throws {
        let head = "$TTL 1\n@ SOA . . 1 1 1 1 1\n@ NS a.\n"
        let owners = (0..<2000).map { "\(owner)\($0) \(data)\n" }.joined()
        let loaded = ZoneFile.parse(
            SourceText(file: "zone", head + owners + "sub NS ns.sub\n"), origin: try DomainName("example.com."))
        #expect(loaded.zone != nil)
        #expect(loaded.diagnostics.contains { $0.position?.line == 2004 && $0.message.contains("glue") })
        #expect(loaded.diagnostics.filter { $0.message.contains(words) }.count > 10)
    }

    @Test(
        "All labels below the zone's name count, a wildcard only where it is one",
        arguments: [
            ("www._tcp", true), ("_tcp.www", true), ("a.b.c", false), ("*", false), ("*.a", false),
            ("*._a", true), ("a.*", true), ("a.*.b", true),
        ])
    func names(_ owner: String, _ isWarned: Bool) throws {
        #expect(try warned([owner]) == (isWarned ? [owner] : []))
    }
}
