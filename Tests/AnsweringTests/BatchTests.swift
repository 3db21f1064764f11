import Addresses
@testable import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("Batches") struct BatchTests {
    static let zone = """
        @ 300 SOA ns1 admin 1 3600 300 604800 300
        @ 300 NS ns1
        ns1 300 A 192.0.2.1
        www 300 A 192.0.2.80
        www 300 AAAA 2001:db8::80
        alias 300 CNAME www
        *.wild 300 TXT "any"
        sub 300 NS ns.sub
        ns.sub 300 A 192.0.2.9
        """

    /// What comes in one batch: plain queries, others, and what is no query.
    static func messages() throws -> [[UInt8]] {
        var messages = try [
            "www.example.org A", "WWW.Example.ORG AAAA", "alias.example.org A", "nx.example.org A",
            "a.b.wild.example.org TXT", "x.sub.example.org A", "example.org ANY", "elsewhere.example A", ". NS",
            "version.bind. TXT CH", "example.org SOA", "www.other.example.net A",
        ].map { try TestQuery($0).message }
        messages += try ["www.example.org A", "nx.example.org MX"].map { try TestQuery($0, edns: 1232).message }
        var cookie = try TestQuery("www.example.org A", edns: 1232)
        cookie.options = [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
        messages.append(cookie.message)
        var response = messages[0]
        response[2] |= 0x80
        var twice = messages[0]
        twice[5] = 2
        var pointer = messages[0]
        pointer[12] = 0xC0
        messages += [
            response, twice, pointer, [], [0], Array(messages[0].prefix(12)), Array(messages[0].prefix(20)),
        ]
        return messages
    }

    @Test("Each is answered as it is alone, whatever comes with it", arguments: 0..<8)
    func together(round: Int) throws {
        let zones = [
            "example.org": Self.zone, "example.net": "@ 60 SOA ns a 1 2 3 4 5\n@ 60 NS ns.example.org.",
        ]
        let options = AnswerOptions(cookies: CookieOptions(secrets: [.random()]))
        let fixture = try Fixture(zones, options: options)
        var messages = try Self.messages()
        // Another order each round, so that each follows another one in the same place.
        var state = UInt64(round)
        for index in messages.indices.reversed() {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            messages.swapAt(index, Int(state >> 33) % (index + 1))
        }
        let alone = messages.map { fixture.answer($0) }
        let counted = Counter.allCases.map { fixture.counters.value(of: $0) }

        let counters = WorkerCounters()
        var responder = Responder(store: fixture.store, counters: counters, seed: 1, width: messages.count)
        let room = 512
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * room * messages.count, alignment: 64)
        let batch = UnsafeMutableBufferPointer<Exchange>.allocate(capacity: messages.count)
        defer {
            memory.deallocate()
            batch.deallocate()
        }
        for (index, message) in messages.enumerated() {
            let query = UnsafeMutableRawBufferPointer(rebasing: memory[(2 * room * index)...].prefix(room))
            query.copyBytes(from: message)
            let output = UnsafeMutableRawBufferPointer(
                rebasing: memory[(room * (2 * index + 1))...].prefix(room))
            batch.initializeElement(at: index, to: Exchange(query: query.baseAddress!, room: output))
            batch[index].count = message.count
            batch[index].client = .v4(IPv4Address(192, 0, 2, 53))
            batch[index].port = 5353
        }
        // The same queries at the same places once more, with what is left of the first time.
        for _ in 0..<2 {
            responder.answer(batch, over: .udp)
            for index in messages.indices {
                let start = room * (2 * index + 1)
                let answer = Array(memory[start..<(start + batch[index].size)])
                #expect(answer == alone[index], "message \(messages[index])")
            }
        }
        #expect(Counter.allCases.map { counters.value(of: $0) } == counted.map { 2 * $0 })
    }

    @Test("What is shorter than a header, or comes from port 0, is counted") func nobody() throws {
        let fixture = try Fixture(["example.org": Self.zone])
        #expect(fixture.answer([], port: 5353).isEmpty)
        #expect(fixture.counters.value(of: .droppedShort) == 1)
        #expect(fixture.answer([], port: 0).isEmpty)
        #expect(fixture.counters.value(of: .droppedShort) == 2)
    }
}
