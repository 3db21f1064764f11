import Addresses
import NIOCore
import Testing

@testable import StreamServer

@Suite("Which connection makes room")
struct ConnectionTableTests {
    fileprivate static func activity(_ since: UInt64, busy: Bool = false) -> ConnectionActivity {
        let activity = ConnectionActivity(now: 0)
        activity.note(now: since, isBusy: busy)
        return activity
    }

    @Test(
        "the longest idle one; a busy one only if none is idle",
        arguments: [
            // (last active, busy) of three connections; the one that goes
            ([(5, false), (3, false), (4, false)], 1),
            ([(5, false), (3, true), (4, false)], 2),
            ([(5, true), (3, true), (4, true)], 1),
            ([(5, true), (3, true), (9, false)], 2),
        ] as [([(UInt64, Bool)], Int)])
    func order(connections: [(UInt64, Bool)], leaves: Int) {
        var table = ConnectionTable<Int>(limits: StreamLimits(connections: 3))
        for (index, connection) in connections.enumerated() {
            let activity = Self.activity(connection.0, busy: connection.1)
            #expect(table.admit(index, from: .v4(.loopback), activity: activity).evicted == nil)
        }
        #expect(table.admit(3, from: .v4(.loopback), activity: Self.activity(10)).evicted == leaves)
        #expect(table.count == 3)
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
        var table = ConnectionTable<Int>(limits: StreamLimits(connections: 9, connectionsPerClient: 1))
        let (first, second) = (try #require(IPAddress(first)), try #require(IPAddress(second)))
        _ = table.admit(1, from: first, activity: Self.activity(1))
        #expect(table.admit(2, from: second, activity: Self.activity(2)).evicted == (isSame ? 1 : nil))
    }

    @Test("what has left makes room, once")
    func removal() {
        var table = ConnectionTable<Int>(limits: StreamLimits(connections: 9, connectionsPerClient: 2))
        let address = IPAddress.v4(.loopback)
        let first = table.admit(1, from: address, activity: Self.activity(1)).id
        _ = table.admit(2, from: address, activity: Self.activity(2))
        table.remove(first)
        table.remove(first)
        #expect(table.admit(3, from: address, activity: Self.activity(3)).evicted == nil)
        #expect(table.admit(4, from: address, activity: Self.activity(4)).evicted == 2)
        #expect(table.connections.sorted() == [3, 4])
    }
}

extension ConnectionTableTests {
    @Test(
        "other limits: the longest idle go, of each client that has too many, then of all",
        arguments: [
            // limits of all and of each client; who leaves, of 1 to 3 of one client and 4 to 6 of another
            (9, 9, []), (6, 3, []), (5, 9, [1]), (3, 9, [1, 2, 4]), (9, 2, [1, 4]), (3, 2, [1, 2, 4]),
            (1, 1, [1, 2, 3, 4, 5]),
        ] as [(Int, Int, [Int])])
    func otherLimits(connections: Int, perClient: Int, leave: [Int]) throws {
        var table = ConnectionTable<Int>(limits: StreamLimits(connections: 9, connectionsPerClient: 9))
        // By the time since when they are idle: 1, 2, 4, 3, 5, 6.
        let since: [Int: UInt64] = [1: 10, 2: 20, 3: 40, 4: 30, 5: 50, 6: 60]
        for number in 1...6 {
            let client = try #require(IPAddress(number <= 3 ? "192.0.2.1" : "192.0.2.2"))
            _ = table.admit(number, from: client, activity: Self.activity(since[number] ?? 0))
        }
        let limits = StreamLimits(connections: connections, connectionsPerClient: perClient)
        #expect(table.take(limits).sorted() == leave)
        #expect(table.count == 6 - leave.count)
        // And from now on.
        let newcomer = table.admit(7, from: try #require(IPAddress("192.0.2.3")), activity: Self.activity(70))
        #expect((newcomer.evicted != nil) == (6 - leave.count >= connections))
    }
}

@Suite("When a connection is over")
struct ConnectionDeadlineTests {
    private static let limits = StreamLimits(
        initialTimeout: .seconds(5), idleTimeout: .seconds(30), transferTimeout: .seconds(10))

    @Test("keepalive: what the client was told holds, and no more is told than holds")
    func keepalive() {
        let limits = StreamLimits(
            idleTimeout: .seconds(30), keepaliveTimeout: .seconds(90), advertisedTimeout: .seconds(100))
        #expect(limits.advertisedTimeout == .seconds(90))
        #expect(StreamLimits(idleTimeout: .seconds(7)).advertisedTimeout == .seconds(7))
        var deadline = ConnectionDeadline(now: Self.at(0))
        deadline.wasActive(now: Self.at(0))
        deadline.isKeptAlive = true
        #expect(deadline.end(limits) == Self.at(90))
        deadline.isPartial(now: Self.at(1))
        #expect(deadline.end(limits) == Self.at(11))
        deadline.wasActive(now: Self.at(5))
        #expect(deadline.end(limits) == Self.at(95))
    }

    private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    @Test("an idle one after the idle timeout, from the last query")
    func idle() {
        var deadline = ConnectionDeadline(now: Self.at(0))
        // Before the first one, after the initial timeout.
        #expect(deadline.end(Self.limits) == Self.at(5))
        deadline.wasActive(now: Self.at(0))
        #expect(deadline.end(Self.limits) == Self.at(30))
        deadline.wasActive(now: Self.at(7))
        #expect(deadline.end(Self.limits) == Self.at(37))
    }

    @Test("part of a query has the transfer timeout from its first octet")
    func partial() {
        var deadline = ConnectionDeadline(now: Self.at(0))
        deadline.isPartial(now: Self.at(5))
        deadline.isPartial(now: Self.at(14))
        #expect(deadline.end(Self.limits) == Self.at(15))
        deadline.wasActive(now: Self.at(14))
        #expect(deadline.end(Self.limits) == Self.at(44))
        deadline.isPartial(now: Self.at(14))
        #expect(deadline.end(Self.limits) == Self.at(24))
    }

    @Test("answers have the transfer timeout to be read; a query waits meanwhile")
    func blocked() {
        var deadline = ConnectionDeadline(now: Self.at(0))
        deadline.isPartial(now: Self.at(1))
        deadline.isBlocked(true, now: Self.at(3))
        deadline.isBlocked(true, now: Self.at(8))
        #expect(deadline.end(Self.limits) == Self.at(13))
        deadline.isBlocked(false, now: Self.at(12))
        #expect(deadline.end(Self.limits) == Self.at(22))
    }
}

@Suite("Messages in a stream (RFC 1035 §4.2.2)")
struct MessageFramingTests {
    @Test("a stream falls into the same messages wherever it is cut", arguments: 1...12)
    func cuts(size: Int) {
        let stream: [UInt8] = [0, 3, 1, 2, 3, 0, 1, 9, 1, 0] + [UInt8](repeating: 7, count: 256)
        var framing = MessageFraming()
        var messages: [[UInt8]] = []
        var rest = stream[...]
        while !rest.isEmpty {
            framing.append(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
            while case .message(let length) = framing.next() {
                messages.append(Array(framing.buffer.readableBytesView.dropFirst(2).prefix(length)))
                framing.skip(length: length)
            }
        }
        #expect(messages == [[1, 2, 3], [9], [UInt8](repeating: 7, count: 256)])
        #expect(!framing.isPartial)
    }

    @Test("a message of no octets is told from the beginning of one")
    func empty() {
        var framing = MessageFraming()
        #expect(framing.next() == .incomplete)
        framing.append(ByteBuffer(bytes: [0]))
        #expect(framing.next() == .incomplete)
        framing.append(ByteBuffer(bytes: [0]))
        #expect(framing.next() == .empty)
    }
}
