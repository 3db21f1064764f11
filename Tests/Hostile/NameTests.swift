import FuzzTargets
import Testing

@Suite("Names: compression, loops, and the limits of 63, 127 and 255")
struct NameTests {
    /// Names as octets, and whether a question may have them (RFC 1035 §3.1, §4.1.4: there is nothing before a
    /// question's name that it could point to).
    static let names: [(String, [UInt8], Bool)] = {
        func label(_ count: Int) -> [UInt8] { [UInt8(count)] + [UInt8](repeating: 97, count: count) }
        func labels(_ lengths: [Int]) -> [UInt8] { lengths.flatMap(label) + [0] }
        let tail: [UInt8] = [7] + Array("example".utf8) + [3] + Array("com".utf8) + [0]
        return [
            ("the root", [0], true), ("a pointer to itself", [0xC0, 12], false),
            ("a pointer ahead", [0xC0, 14, 1, 97, 0], false), ("a pointer into the header", [0xC0, 0], false),
            ("a pointer behind the end", [0xFF, 0xFF], false),
            ("two pointers at each other", [0xC0, 14, 0xC0, 12], false),
            ("a label, then a pointer to it", [1, 97, 0xC0, 12], false),
            ("half a pointer", [0xC0], false),
            ("a label of type 01", [0x40, 97, 0], false), ("a label of type 10", [0x80, 97, 0], false),
            ("an extended label (RFC 2673)", [0x41, 8, 97, 0], false),
            ("zero octets in a label", [3, 0, 0, 0] + tail, true),
            ("a dot in a label", [3, 97, 46, 98] + tail, true),
            ("every octet above 127", [4, 128, 200, 254, 255] + tail, true),
            ("a label that ends behind the message", [63, 97, 97, 97], false),
            ("no end", [1, 97, 1, 97], false),
            ("a label of 63", label(63) + tail, true), ("a label of 64", label(64) + tail, false),
            ("255 octets", labels([63, 63, 63, 61]), true), ("256 octets", labels([63, 63, 63, 62]), false),
            ("255 octets below a zone", label(63) + label(63) + label(63) + label(49) + tail, true),
            ("256 octets below a zone", label(63) + label(63) + label(63) + label(50) + tail, false),
            ("127 labels", labels([Int](repeating: 1, count: 127)), true),
            ("128 labels", labels([Int](repeating: 1, count: 128)), false),
            (
                "255 octets below an alias",
                label(63) + label(63) + label(63) + label(46) + [2, 100, 110] + tail, true
            ),
            ("4096 labels", labels([Int](repeating: 1, count: 4096)), false),
        ]
    }()

    @Test("As a question's name", arguments: names)
    func question(_ words: String, _ name: [UInt8], _ isName: Bool) throws {
        for world in [try Worlds.plain(), try Worlds.full(), try Worlds.signed()] {
            for more in [[0, 1, 0, 1], [0, 255, 0, 1], [0, 43, 0, 1]] as [[UInt8]] {
                let query = [0x1234, 0, 1, 0, 0, 0].flatMap(Queries.big) + name + more
                let answer = try #require(try Engine.check(query, in: world).udp)
                #expect((answer.code == 1) == !isName)
            }
        }
    }

    /// Records of a query are looked over, and no more; whatever their names are, the answer is one to the
    /// question, or FORMERR.
    @Test("As the owner of a record behind the question", arguments: names)
    func owner(_ words: String, _ name: [UInt8], _ isName: Bool) throws {
        let world = try Worlds.plain()
        let rest: [UInt8] = [0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4]
        for counts in [[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]] {
            let query = Queries.query("www.example.com", 1, counts: counts, then: name + rest)
            let answer = try #require(try Engine.check(query, in: world).udp)
            #expect([0, 1].contains(answer.code))
            if isName { #expect(answer.code == 0) }
        }
    }

    @Test("A DNAME that makes a name too long is YXDOMAIN (RFC 6672 §2.2), without a record that is none")
    func tooLong() throws {
        let world = try Worlds.plain()
        // dn → target: four octets more.
        for octets in 200...255 {
            let own = octets - "dn.example.com".utf8.count - 2
            var labels: [UInt8] = []
            var left = own
            while left > 0 {
                let count = left > 64 ? min(64, left - 2) : left
                labels += [UInt8(count - 1)] + [UInt8](repeating: 120, count: count - 1)
                left -= count
            }
            let query =
                [0x1234, 0, 1, 0, 0, 0].flatMap(Queries.big) + labels
                + Queries.query("dn.example.com", 1).dropFirst(12)
            let answer = try #require(try Engine.check(query, in: world).tcp)
            #expect(answer.question.count - 4 == octets)
            #expect((answer.code == 6) == (octets + 4 > 255))
        }
    }
}
