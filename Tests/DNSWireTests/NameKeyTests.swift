import DNSWire
import Testing

@Suite("A name's key: lower case, places and hashes of its suffixes")
struct NameKeyTests {
    static func key(_ name: DomainName) -> (hashes: [UInt64], offsets: [Int], length: Int) {
        var key = NameKey()
        key.read(name)
        return (
            (0...key.labelCount).map { key.hash(labels: $0) },
            (0...key.labelCount).map { key.offset(labels: $0) },
            key.length
        )
    }

    static let names = [
        ".", "com", "example.com", "www.example.com", "a.b.c.d.e.f.g.h.i.j", "seven77.eight888.nine99999.x",
        "\\000\\255\\127.binary", String(repeating: "x", count: 63) + ".y",
    ]

    @Test("The hash of a suffix is that of the name that it is", arguments: names)
    func suffixes(_ text: String) throws {
        var name = try DomainName(text, origin: .root)
        let hashes = Self.key(name).hashes
        for hash in hashes.reversed() {
            #expect(Self.key(name).hashes.last == hash)
            name = name.parent ?? .root
        }
    }

    @Test("Case doesn't matter, whatever a letter's place", arguments: 1...63) func letterCase(_ count: Int)
        throws
    {
        for place in 0..<count {
            var small = Array(repeating: UInt8(ascii: "m"), count: count)
            let lower = Self.key(DomainName(uncheckedWire: [UInt8(count)] + small + [0]))
            small[place] = UInt8(ascii: "M")
            let upper = Self.key(DomainName(uncheckedWire: [UInt8(count)] + small + [0]))
            #expect(lower == upper)
            small[place] = UInt8(ascii: "n")
            #expect(Self.key(DomainName(uncheckedWire: [UInt8(count)] + small + [0])).hashes != lower.hashes)
        }
    }

    @Test("Words are made small as octets are, in every lane") func lowercased() {
        for octet in UInt8.min...UInt8.max {
            for lane in 0..<8 as Range<UInt64> {
                let others: UInt64 = 0x5A41_5B40_7A61_FF80
                let mask = UInt64(0xFF) << (lane * 8)
                let word = others & ~mask | UInt64(octet) << (lane * 8)
                let expected = (0..<8).reduce(UInt64(0)) { sum, index in
                    let each = UInt8(truncatingIfNeeded: word >> (UInt64(index) * 8))
                    return sum | UInt64(DomainName.lowercased(each)) << (UInt64(index) * 8)
                }
                #expect(NameHash.lowercased(word) == expected)
            }
        }
    }

    @Test("Labels that are cut differently are different names") func boundaries() throws {
        let texts = [
            "ab.c", "a.bc", "abc", "a.b.c", "abcdefgh.i", "abcdefg.hi", "abcdefghi", "a\\000", "a",
            "a\\000\\000",
        ]
        let hashes = try texts.map { Self.key(try DomainName($0, origin: .root)).hashes.last }
        #expect(Set(hashes).count == texts.count)
    }

    @Test("No two of a million names have one hash") func spread() {
        var seen: Set<UInt64> = []
        var slots: [Int: Int] = [:]
        var key = NameKey()
        for number in 0..<1_000_000 {
            let digits = Array("h\(number)".utf8)
            _ = key.fill { index, _ in
                index == 0 ? UInt8(digits.count) : index <= digits.count ? digits[index - 1] : 0
            }
            let hash = key.hash(labels: 1)
            seen.insert(hash)
            slots[Int(hash.multipliedFullWidth(by: 1000).high), default: 0] += 1
        }
        #expect(seen.count == 1_000_000)
        // A thousand a slot, with a standard deviation of 32.
        #expect(slots.values.allSatisfy { (800...1200).contains($0) })
    }

    @Test(
        "A compressed name in a message; pointers only lead back",
        arguments: [
            ([3, 99, 111, 109, 0, 1, 97, 0xC0, 0], 5, [1, 97, 3, 99, 111, 109, 0]),
            ([3, 99, 111, 109, 0, 0xC0, 0], 5, [3, 99, 111, 109, 0]),
            // Octets of a label that look like pointers.
            ([2, 0xC0, 0xC0, 0], 0, [2, 0xC0, 0xC0, 0]),
            ([0xC0, 0], 0, nil), ([1, 97, 0xC0, 0], 0, nil), ([0xC0, 2, 0xC0, 0], 0, nil),
            ([0xC0, 9, 0], 0, nil),
            ([1, 97], 0, nil), ([1], 0, nil), ([], 0, nil), ([0xC0], 0, nil), ([0x40, 0], 0, nil),
            ([0, 0xC0, 3, 0xC0, 1], 3, nil),
        ] as [([UInt8], Int, [UInt8]?)])
    func compressed(_ message: [UInt8], _ start: Int, _ expected: [UInt8]?) {
        var octets = message
        let count = octets.count
        let wire: [UInt8]? = octets.withUnsafeMutableBytes { bytes in
            guard let buffer = MessageBuffer(bytes) else { return nil }
            var key = NameKey()
            guard key.read(in: buffer, at: start, end: count) else { return nil }
            return (0..<key.length).map { key.writtenOctet(at: $0) }
        }
        #expect(wire == expected)
    }
}
