import Answering
import FuzzTargets
import Testing

@Suite("Malformed messages: an answer that can be read, or silence")
struct FormTests {
    static let worlds: [@Sendable () throws -> World] = [Worlds.plain, Worlds.full, Worlds.signed]

    private static func check(_ query: [UInt8], _ words: String = "") throws {
        for make in worlds { try Engine.check(query, in: make()) }
    }

    /// Runs a check in each world, which is made once.
    private static func inWorlds(_ body: (World) throws -> Void) throws {
        for make in worlds { try body(make()) }
    }

    @Test("Cut at every octet, with something behind at every octet")
    func cuts() throws {
        try Self.inWorlds { world in
            for query in Queries.ordinary + Queries.odd {
                for count in 0...query.count {
                    let cut = Array(query.prefix(count))
                    #expect(throws: Never.self, "\(cut)") { try Engine.check(cut, in: world) }
                }
                for more in [[0], [0xC0, 12], [UInt8](repeating: 255, count: 500)] as [[UInt8]] {
                    #expect(throws: Never.self, "\(query)") { try Engine.check(query + more, in: world) }
                }
            }
        }
    }

    @Test("Counts that lie", arguments: [0, 1, 2, 255, 256, 65535])
    func counts(_ count: Int) throws {
        try Self.inWorlds { world in
            for section in 0..<4 {
                for query in Queries.ordinary.prefix(12) + Queries.odd {
                    var lie = query
                    if lie.count < 12 { continue }
                    lie.replaceSubrange((4 + 2 * section)..<(6 + 2 * section), with: Queries.big(count))
                    #expect(throws: Never.self, "\(lie)") { try Engine.check(lie, in: world) }
                }
            }
        }
    }

    /// OPT and TSIG in each section, among other records, several times.
    @Test("OPT and TSIG anywhere")
    func anywhere() throws {
        let address: [UInt8] = [1, 120, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]
        let pieces = [address, Queries.opt(flags: 0x8000), Queries.signature]
        try Self.inWorlds { world in
            for first in pieces {
                for second in pieces {
                    for third in pieces {
                        for counts in [
                            [1, 3, 0, 0], [1, 0, 3, 0], [1, 0, 0, 3], [1, 1, 1, 1], [1, 2, 0, 1],
                        ] {
                            let query = Queries.query(
                                "www.example.com", 1, counts: counts, then: first + second + third)
                            #expect(throws: Never.self, "\(query)") { try Engine.check(query, in: world) }
                        }
                    }
                }
            }
        }
    }

    @Test("Options of every length that they say, against every length that there is")
    func optionLengths() throws {
        let world = try Worlds.plain()
        for code in [3, 8, 9, 10, 11, 12, 15, 65001] {
            for said in Array(0...48) + [255, 256, 65535] {
                for there in 0...48 {
                    let option = Queries.big(code) + Queries.big(said) + [UInt8](repeating: 7, count: there)
                    let query = Queries.query(
                        "www.example.com", 1, counts: [1, 0, 0, 1], then: Queries.opt(options: option))
                    #expect(throws: Never.self, "\(code) \(said) \(there)") {
                        try Engine.check(query, in: world)
                    }
                }
            }
        }
    }

    @Test("An answer is never answered, nor is what comes from port 0, nor less than a header")
    func silence() throws {
        let world = try Worlds.plain()
        for query in Queries.ordinary + Queries.odd where query.count >= 12 {
            var answer = query
            answer[2] |= 0x80
            #expect(world.answer(answer, over: .udp).isEmpty)
            #expect(world.answer(query, over: .udp, port: 0).isEmpty)
            #expect(world.answer(Array(query.prefix(11)), over: .tcp).isEmpty)
        }
    }

    /// What an answer leaves behind in a responder (compression, names seen, notes on limits) is nothing to the
    /// next: a mixed sequence is answered as each query is by a responder that has seen none.
    @Test("An answer doesn't depend on the queries before it")
    func memory() throws {
        // One address of several is begun with by chance, and a cookie tells the time.
        let varying = [Array("vip".utf8), Array("mixed".utf8), [0, 10, 0, 8], [0, 10, 0, 24]]
        let queries = (Queries.ordinary + Queries.odd).filter { query in
            !varying.contains { $0.isInside(query) }
        }
        for make in Self.worlds {
            let used = try make()
            var packets = HostilePackets(seed: 5)
            var fresh: [[UInt8]: [UInt8]] = [:]
            for query in queries { fresh[query] = try make().answer(query, over: .udp) }
            for _ in 0..<4000 {
                _ = used.answer(packets.next(), over: packets.number(below: 2) == 0 ? .udp : .tcp)
                let query = queries[packets.number(below: queries.count)]
                let answer = used.answer(query, over: .udp)
                if answer != fresh[query] {
                    Issue.record("\(query) is answered with \(answer)")
                    return
                }
            }
        }
    }

    @Test("Mutated queries and random octets, seeded", arguments: 0..<4 as Range<UInt64>)
    func mutations(_ seed: UInt64) throws {
        try Self.inWorlds { world in
            var packets = HostilePackets(seed: seed)
            for _ in 0..<2500 {
                let packet = packets.next()
                #expect(throws: Never.self, "\(packet)") { try Engine.check(packet, in: world) }
            }
        }
    }
}

extension [UInt8] {
    /// Whether these octets are found in others.
    func isInside(_ others: [UInt8]) -> Bool {
        guard others.count >= count else { return false }
        return (0...(others.count - count)).contains { others[$0..<($0 + count)].elementsEqual(self) }
    }
}
