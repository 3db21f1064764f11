import Netlink
import Testing

@Suite("Attributes") struct AttributesTests {
    @Test("what is written is read back")
    func roundTrip() throws {
        var writer = AttributeWriter(after: [9])
        writer.append(1, u8: 0xAB)
        writer.append(2, u16: 0xABCD)
        writer.append(3, networkU16: 0xABCD)
        writer.append(4, u32: 0xDEAD_BEEF)
        writer.append(5, networkU32: 0xDEAD_BEEF)
        writer.append(6, string: "wlc")
        writer.append(7) { inner in inner.append(1) { $0.append(2, u8: 1) } }
        #expect(writer.bytes.count % 4 == 0)

        let attributes = try Attributes(writer.bytes[4...])
        #expect(attributes[1]?.u8 == 0xAB)
        #expect(attributes[2]?.u16 == 0xABCD)
        #expect(attributes[3].map { Array($0.payload) } == [0xAB, 0xCD])
        #expect(attributes[3]?.networkU16 == 0xABCD)
        #expect(attributes[4]?.u32 == 0xDEAD_BEEF)
        #expect(attributes[5].map { Array($0.payload) } == [0xDE, 0xAD, 0xBE, 0xEF])
        #expect(attributes[5]?.networkU32 == 0xDEAD_BEEF)
        #expect(attributes[6]?.string == "wlc")
        #expect(attributes[6]?.payload.count == 4)
        let nest = try #require(attributes[7])
        #expect(nest.isNested)
        #expect(try nest.nested()[1]?.nested()[2]?.u8 == 1)
        #expect(attributes[8] == nil)
    }

    @Test("a value of another size is no value")
    func sizes() throws {
        var writer = AttributeWriter()
        writer.append(1, bytes: [1, 2, 3])
        let attribute = try #require(try Attributes(writer.bytes[...])[1])
        #expect(attribute.u8 == nil && attribute.u16 == nil && attribute.u32 == nil && attribute.u64 == nil)
        #expect(attribute.networkU16 == nil && attribute.networkU32 == nil)
    }

    @Test("of two of one type the last counts, as in the kernel")
    func twice() throws {
        var writer = AttributeWriter()
        writer.append(1, u8: 1)
        writer.append(1, u8: 2)
        #expect(try Attributes(writer.bytes[...])[1]?.u8 == 2)
    }

    @Test("the last one need not be padded")
    func unpadded() throws {
        #expect(try Attributes(Attribute.sample(length: 5)[...])[1]?.u8 == 7)
    }

    @Test(
        "a length that does not fit is an error",
        arguments: [
            [1], [4, 0], [4, 0, 1], Attribute.sample(length: 0), Attribute.sample(length: 3),
            Attribute.sample(length: 6), Attribute.sample(length: 0xFFFF),
        ])
    func lengths(bytes: [UInt8]) {
        #expect(throws: NetlinkError.self) { try Attributes(bytes[...]) }
    }

    @Test("no octets are read as anything but attributes or an error", arguments: 0..<100)
    func noise(seed: UInt64) {
        var noise = Noise(state: seed)
        for length in 0..<100 {
            var bytes = noise.bytes(length)
            // Half of the lengths plausible, so that more than the first attribute is read.
            for offset in stride(from: 1, to: length, by: 4) { bytes[offset] = 0 }
            guard let attributes = try? Attributes(bytes[...]) else { continue }
            #expect(attributes.all.map(\.payload.count).reduce(0, +) + 4 * attributes.all.count <= length)
            for attribute in attributes.all { _ = try? attribute.nested() }
        }
    }
}

extension Attribute {
    /// Type 1 and the octet 7, under a length that may be wrong.
    static func sample(length: UInt16) -> [UInt8] { length.hostBytes + UInt16(1).hostBytes + [7] }
}

/// SplitMix64, so that a failing seed fails again.
struct Noise {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
