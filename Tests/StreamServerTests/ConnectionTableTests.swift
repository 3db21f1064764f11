import Addresses
import Testing

@testable import StreamServer

@Suite("Which connection makes room")
struct ConnectionTableTests {
    /// Takes a connection in that has been in a state since a moment; its place.
    private static func add(
        to table: inout ConnectionTable, _ address: String = "192.0.2.1", _ state: Connection.State = .idle,
        since: UInt64
    ) throws -> Int {
        let client = Endpoint(try #require(IPAddress(address)), port: 1)
        let index = table.insert(Connection(7, from: client), now: 0)
        table.move(index, to: state, now: since)
        return index
    }

    @Test(
        "the longest idle one; a busy one only if none is idle",
        arguments: [
            // the states of three connections, and since when; the one that goes
            ([(.idle, 3), (.idle, 4), (.idle, 5)], 0),
            ([(.silent, 3), (.idle, 4), (.keptAlive, 5)], 0),
            ([(.idle, 3), (.keptAlive, 4), (.silent, 5)], 0),
            ([(.busy, 3), (.keptAlive, 4), (.silent, 5)], 1),
            ([(.busy, 3), (.idle, 4), (.idle, 5)], 1),
            ([(.busy, 3), (.busy, 4), (.busy, 5)], 0),
            ([(.busy, 3), (.busy, 5), (.silent, 9)], 2),
        ] as [([(Connection.State, UInt64)], Int)])
    func order(connections: [(Connection.State, UInt64)], leaves: Int) throws {
        var table = ConnectionTable()
        for (state, since) in connections { _ = try Self.add(to: &table, state, since: since) }
        #expect(table.first(now: 1000) == leaves)
        let address = try #require(IPAddress("192.0.2.1"))
        #expect(table.first(of: address, beyond: 2) == leaves)
        #expect(table.first(of: address, beyond: 3) == nil)
    }

    @Test(
        "of clients with larger shares than others' one's own goes, also a busy one",
        arguments: [
            // busy connections of one client, and of another; the place of the one that goes, the idle one being 0:
            // where that has been idle for long, and where it hasn't
            // (with less than four a client's share is as any other's: the idle one goes; so it does with less than
            // eight where it has been idle for long)
            (3, 3, 0, 0), (4, 3, 0, 1), (7, 4, 0, 1), (4, 8, 5, 5), (8, 15, 1, 1), (20, 20, 1, 1),
            (3, 50, 4, 4),
        ])
    func shares(one: Int, other: Int, leaves: Int, leavesSoon: Int) throws {
        var table = ConnectionTable()
        let idle = try Self.add(to: &table, "192.0.2.1", .idle, since: 100)
        for since in 0..<one { _ = try Self.add(to: &table, "192.0.2.2", .busy, since: UInt64(200 + since)) }
        for since in 0..<other { _ = try Self.add(to: &table, "192.0.2.3", .busy, since: UInt64(300 + since)) }
        #expect(idle == 0 && table.first(now: Self.late) == leaves)
        #expect(table.first(now: Self.late - 1) == leavesSoon)
        // A loop with such a client comes before one that has none; without its connections it is as any other.
        var plain = ConnectionTable()
        _ = try Self.add(to: &plain, "192.0.2.4", .idle, since: 1)
        #expect((table.rank(now: Self.late) < plain.rank(now: Self.late)) == (leaves != 0))
        for index in 1..<table.count { #expect(table.remove(index) == 7) }
        #expect(table.first(now: Self.late) == idle && plain.rank(now: Self.late) < table.rank(now: Self.late))
    }

    /// Two seconds after 100.
    private static let late: UInt64 = 2_000_000_100

    @Test(
        "a client with many connections doesn't pay for those of others that lie idle",
        arguments: [
            // connections of the one, all busy; whether one of them goes, and not one of fifty others' three
            (3, false), (4, false), (7, false), (8, true), (20, true),
        ])
    func manyIdle(count: Int, leaves: Bool) throws {
        var table = ConnectionTable()
        var since: UInt64 = 100
        for _ in 0..<3 {
            for client in 1...50 {
                _ = try Self.add(to: &table, "198.51.100.\(client)", .idle, since: since)
                since += 1
            }
        }
        for _ in 0..<count {
            _ = try Self.add(to: &table, .busy, since: since)
            since += 1
        }
        #expect(table.first(now: Self.late) == (leaves ? 150 : 0))
    }

    @Test("of clients with the same share one that has an idle connection makes room") func idleFirst() throws {
        var table = ConnectionTable()
        _ = try Self.add(to: &table, "192.0.2.1", .idle, since: 100)
        for since in 200..<208 as Range<UInt64> {
            _ = try Self.add(to: &table, "192.0.2.2", .busy, since: since)
        }
        for since in 300..<308 as Range<UInt64> {
            _ = try Self.add(to: &table, "192.0.2.3", .busy, since: since)
        }
        #expect(table.first(now: Self.late) == 1)
        let busy = table.rank(now: Self.late)
        table.move(12, to: .idle, now: 400)
        #expect(table.first(now: Self.late) == 12)
        // For loops as well.
        #expect(table.rank(now: Self.late) < busy)
        table.move(12, to: .busy, now: 500)
        #expect(table.first(now: Self.late) == 1)
    }

    private static func add(
        to table: inout ConnectionTable, _ state: Connection.State, since: UInt64
    ) throws -> Int {
        try add(to: &table, "192.0.2.1", state, since: since)
    }

    @Test("what has been active since goes last, and what has left goes no more")
    func activity() throws {
        var table = ConnectionTable()
        let (one, two, three) = (
            try Self.add(to: &table, .idle, since: 1), try Self.add(to: &table, .idle, since: 2),
            try Self.add(to: &table, .idle, since: 3)
        )
        table.move(one, to: .idle, now: 4)
        #expect(table.first(now: 1000) == two)
        #expect(table.remove(two) == 7)
        #expect(table.first(now: 1000) == three)
        table.move(three, to: .busy, now: 5)
        #expect(table.first(now: 1000) == one)
        #expect(table.remove(one) == 7)
        #expect(table.first(now: 1000) == three)
        #expect(table.remove(three) == 7)
        #expect(table.first(now: 1000) == nil)
        #expect(table.count == 0)
    }

    @Test(
        "a client is an IPv4 address, or an IPv6 network of 64 bits",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::1", "2001:db8::2:3:4:5", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
        ])
    func clients(first: String, second: String, isSame: Bool) throws {
        var table = ConnectionTable()
        let index = try Self.add(to: &table, first, since: 1)
        #expect(table.first(of: try #require(IPAddress(second)), beyond: 0) == (isSame ? index : nil))
    }

    @Test(
        "every order of leaving leaves the others in their lists",
        arguments: [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
    func removal(order: [Int]) throws {
        var table = ConnectionTable()
        let address = try #require(IPAddress("192.0.2.1"))
        for since in 1...3 as ClosedRange<UInt64> { _ = try Self.add(to: &table, .idle, since: since) }
        var left = Set(0..<3)
        for index in order {
            #expect(table.first(of: address, beyond: left.count - 1) == left.min())
            #expect(table.client(beyond: left.count) == nil)
            #expect(table.client(beyond: left.count - 1) == address)
            _ = table.remove(index)
            left.remove(index)
            #expect(table.count == left.count)
        }
        // Its places are taken again.
        let index = try Self.add(to: &table, .idle, since: 9)
        #expect((0..<3).contains(index))
        #expect(table.client(beyond: 1) == nil)
    }

    @Test(
        "a connection is over after the time of its state",
        arguments: [
            // silent for 5 seconds, idle for 30, kept alive for 90, busy for 10
            (.silent, 5), (.idle, 30), (.keptAlive, 90), (.busy, 10),
        ] as [(Connection.State, UInt64)])
    func time(state: Connection.State, seconds: UInt64) throws {
        let limits = StreamLimits(
            initialTimeout: .seconds(5), idleTimeout: .seconds(30), keepaliveTimeout: .seconds(90),
            transferTimeout: .seconds(10))
        var patience = InlineArray<4, UInt64>(repeating: 0)
        for state in Connection.State.allCases { patience[state.rawValue] = limits.patience(state) }
        var table = ConnectionTable()
        let index = try Self.add(to: &table, state, since: 1_000_000_000)
        #expect(table.expired(now: (1 + seconds) * 1_000_000_000 - 1, patience) == nil)
        #expect(table.expired(now: (1 + seconds) * 1_000_000_000, patience) == index)
    }

    @Test("keepalive: no more is told than holds")
    func keepalive() {
        let limits = StreamLimits(
            idleTimeout: .seconds(30), keepaliveTimeout: .seconds(90), advertisedTimeout: .seconds(100))
        #expect(limits.advertisedTimeout == .seconds(90))
        #expect(StreamLimits(idleTimeout: .seconds(7)).advertisedTimeout == .seconds(7))
    }
}

@Suite("Messages in a stream (RFC 1035 §4.2.2)")
struct NextMessageTests {
    @Test(
        "what stands at the front",
        arguments: [
            ([], .incomplete(size: 2)), ([0], .incomplete(size: 2)), ([0, 0], .empty), ([0, 0, 1], .empty),
            ([0, 3], .incomplete(size: 5)), ([0, 3, 1, 2], .incomplete(size: 5)),
            ([0, 3, 1, 2, 3], .whole(length: 3)),
            ([0, 3, 1, 2, 3, 0], .whole(length: 3)), ([255, 255, 1], .incomplete(size: 65537)),
        ] as [([UInt8], NextMessage)])
    func front(octets: [UInt8], next: NextMessage) {
        let first = unsafe NextMessage(in: octets.span.bytes, at: 0)
        #expect(first == next)
        let later = unsafe NextMessage(in: ([9, 9, 9] + octets).span.bytes, at: 3)
        #expect(later == next)
    }
}

@Suite("Octets that wait")
struct HeldBytesTests {
    @Test("they stay the same through room made, octets added and let go")
    func held() {
        var held = HeldBytes()
        #expect(held.isEmpty)
        var expected: [UInt8] = []
        func hold(_ octets: [UInt8], size: Int) {
            unsafe octets.withUnsafeBytes { unsafe held.hold($0, size: size) }
            expected = octets
        }
        hold([1, 2, 3], size: 2)
        for size in [100, 700, 65537] {
            held.reserve(size)
            let room = unsafe held.room.count
            #expect(room >= size - expected.count)
            unsafe held.room.copyBytes(from: [UInt8(size & 255), 7, 8])
            held.append(3)
            expected += [UInt8(size & 255), 7, 8]
            held.skip(1)
            expected.removeFirst()
            let bytes = unsafe Array(held.bytes)
            #expect(bytes == expected)
        }
        held.skip(expected.count)
        #expect(held.isEmpty)
        let room = unsafe held.room.count
        #expect(room == 0)
    }
}
