import Addresses
import Director
import Testing

@testable import Relay

@Suite("The state of a relayed virtual server")
struct ServiceStateTests {
    let now = Duration.seconds(1000)
    let a = Endpoint(.v4(IPv4Address(10, 0, 0, 1)), port: 80)
    let b = Endpoint(.v4(IPv4Address(10, 0, 0, 2)), port: 80)

    func client(_ host: UInt8, port: UInt16 = 50000) -> Endpoint {
        Endpoint(.v4(IPv4Address(192, 0, 2, host)), port: port)
    }

    func state(_ options: ServiceOptions, _ destinations: [Destination]) throws -> ServiceState {
        var state = try #require(ServiceState(options, virtual: .v4(.loopback)))
        for destination in destinations { state.put(destination) }
        return state
    }

    func counts(_ state: ServiceState, at endpoint: Endpoint) -> ConnectionCounts? {
        state.counts(now: now)[endpoint]
    }

    @Test("connections are counted from their choice to their end")
    func counting() throws {
        var state = try state(ServiceOptions(scheduler: "rr"), [Destination(a), Destination(b)])
        for expected in [a, b, a] {
            #expect(state.claim(for: client(1), now: now)?.endpoint == expected)
        }
        #expect(counts(state, at: a) == ConnectionCounts(active: 2))
        state.halfClose(a)
        #expect(counts(state, at: a) == ConnectionCounts(active: 1, inactive: 1))
        state.release(a, wasHalfClosed: true)
        state.release(a)
        #expect(counts(state, at: a) == ConnectionCounts())
        #expect(counts(state, at: b) == ConnectionCounts(active: 1))
    }

    @Test("least connections go by what is counted")
    func leastConnections() throws {
        var state = try state(ServiceOptions(scheduler: "lc"), [Destination(a), Destination(b)])
        let chosen = (0..<4).map { _ in state.claim(for: client(1), now: now)?.endpoint }
        #expect(chosen == [a, b, a, b])
        state.release(b)
        #expect(state.claim(for: client(1), now: now)?.endpoint == b)
    }

    @Test("connections of a removed destination are counted when it comes back")
    func removed() throws {
        var state = try state(ServiceOptions(scheduler: "rr"), [Destination(a), Destination(b)])
        _ = state.claim(for: client(1), now: now)
        state.remove(a)
        #expect(counts(state, at: a) == nil)
        #expect(state.claim(for: client(1), now: now)?.endpoint == b)
        state.put(Destination(a))
        #expect(counts(state, at: a) == ConnectionCounts(active: 1))
        state.remove(a)
        state.release(a)
        state.put(Destination(a))
        #expect(counts(state, at: a) == ConnectionCounts())
    }

    @Test("what was tried, and what has weight 0, is not chosen")
    func excluded() throws {
        var state = try state(ServiceOptions(scheduler: "wrr"), [Destination(a), Destination(b)])
        #expect(state.claim(for: client(1), excluding: [a], now: now)?.endpoint == b)
        #expect(state.claim(for: client(1), excluding: [a, b], now: now) == nil)
        state.put(Destination(a, weight: 0))
        #expect(state.isServing)
        #expect(state.claim(for: client(1), now: now)?.endpoint == b)
        state.put(Destination(b, weight: 0))
        #expect(!state.isServing)
        #expect(state.claim(for: client(1), now: now) == nil)
    }

    @Test("at its upper threshold a destination gets no more, until it is below the lower one")
    func thresholds() throws {
        var state = try state(
            ServiceOptions(scheduler: "rr"), [Destination(a, upperThreshold: 3, lowerThreshold: 2)])
        let taken = (0..<4).map { _ in state.claim(for: client(1), now: now) != nil }
        #expect(taken == [true, true, true, false])
        state.release(a)
        #expect(state.claim(for: client(1), now: now) == nil)
        state.release(a)
        #expect(state.claim(for: client(1), now: now) != nil)
    }

    @Test("a client stays with its server for as long as the timeout says after its latest connection")
    func persistence() throws {
        var options = ServiceOptions(scheduler: "rr", flags: .persistent, timeout: 60)
        options.netmaskLength = 24
        var state = try state(options, [Destination(a), Destination(b)])
        func server(of client: Endpoint, after seconds: Int64) -> Endpoint? {
            state.claim(for: client, now: now + .seconds(seconds))?.endpoint
        }
        #expect(server(of: client(1), after: 0) == a)
        // The same /24, other hosts and ports
        #expect(server(of: client(2), after: 59) == a)
        #expect(server(of: client(200, port: 1), after: 118) == a)
        let other = Endpoint(.v4(IPv4Address(192, 0, 3, 1)), port: 1)
        #expect(server(of: other, after: 118) == b)
        #expect(state.counts(now: now + .seconds(118))[a]?.persistent == 1)
        // 118 + 60: over
        #expect(server(of: client(1), after: 178) == a)
        #expect(server(of: client(1), after: 178 + 60) == b)
    }

    @Test("a client whose server gets no new connections stays with another one from then on")
    func persistenceMoves() throws {
        let options = ServiceOptions(scheduler: "rr", flags: .persistent, timeout: 60)
        var state = try state(options, [Destination(a), Destination(b)])
        #expect(state.claim(for: client(1), now: now)?.endpoint == a)
        state.put(Destination(a, weight: 0))
        #expect(state.claim(for: client(1), now: now)?.endpoint == b)
        state.put(Destination(a))
        #expect(state.claim(for: client(1), now: now)?.endpoint == b)
        #expect(state.claim(for: client(1), excluding: [b], now: now)?.endpoint == a)
        state.remove(a)
        #expect(state.claim(for: client(1), now: now)?.endpoint == b)
    }

    @Test("clients that stay are bounded; those whose time is over make room")
    func persistenceBound() {
        var persistence = Persistence(capacity: 2)
        func address(_ host: UInt8) -> IPAddress { client(host).address }
        persistence.keep(address(1), with: a, until: now + .seconds(10), now: now)
        persistence.keep(address(2), with: a, until: now + .seconds(20), now: now)
        persistence.keep(address(3), with: a, until: now + .seconds(20), now: now)
        #expect(persistence.server(of: address(3), now: now) == nil)
        persistence.keep(address(2), with: b, until: now + .seconds(20), now: now)
        #expect(persistence.server(of: address(2), now: now) == b)
        let later = now + .seconds(10)
        persistence.keep(address(3), with: a, until: later + .seconds(5), now: later)
        #expect(persistence.server(of: address(3), now: later) == a)
        #expect(persistence.counts(now: later) == [a: 1, b: 1])
        // Room is not looked for again at once, or a crowd of new clients would cost a look each.
        let soon = later + .seconds(10) + .milliseconds(500)
        persistence.keep(address(4), with: a, until: soon + .seconds(60), now: later + .milliseconds(100))
        #expect(persistence.server(of: address(4), now: soon) == nil)
        persistence.keep(address(4), with: a, until: soon + .seconds(60), now: soon)
        #expect(persistence.server(of: address(4), now: soon) == a)
    }
}
