import Addresses
import Director
import Testing

/// Destinations of these weights at 10.0.0.1, 10.0.0.2 and so on.
private func servers(_ weights: [Int32]) -> [Destination] {
    weights.enumerated().map { index, weight in
        Destination(
            Endpoint(.v4(IPv4Address(rawValue: 0x0A00_0001 + UInt32(index))), port: 80), weight: weight)
    }
}

private let client = Endpoint(.v4(IPv4Address(192, 0, 2, 1)), port: 50000)
private let letters = Array("ABCDEFGH")

extension Scheduler {
    /// The letters of the next choices, `-` for none; those in `unavailable` are.
    fileprivate mutating func letters(_ count: Int, unavailable: String = "") -> String {
        let loads = DirectorTests.letters.prefix(destinations.count).map {
            DestinationLoad(isUnavailable: unavailable.contains($0))
        }
        return String(
            (0..<count).map { _ in choose(for: client, loads: loads).map { DirectorTests.letters[$0] } ?? "-" })
    }
}

@Suite("Round robin")
struct RoundRobinTests {
    @Test(
        arguments: [
            ([1, 1], "", "ABAB"), ([1, 9, 1], "", "ABCA"), ([1, 0, 1], "", "ACAC"), ([1, 1, 1], "B", "ACAC"),
            ([1], "", "AAAA"), ([0, 0], "", "----"), ([], "", "----"), ([1, 1], "AB", "----"),
        ] as [([Int32], String, String)])
    func turns(weights: [Int32], unavailable: String, choices: String) {
        var scheduler = RoundRobin(servers(weights))
        #expect(scheduler.letters(4, unavailable: unavailable) == choices)
    }

    @Test("the turn survives a change of the list")
    func update() {
        let all = servers([1, 1, 1, 1])
        var scheduler = RoundRobin(all)
        #expect(scheduler.letters(2) == "AB")
        // B is gone: C is next, now the second of three.
        scheduler.update([all[0], all[2], all[3]])
        #expect(scheduler.letters(1) == "B")
        scheduler.update(all)
        #expect(scheduler.letters(2) == "DA")
        scheduler.update([])
        #expect(scheduler.letters(1) == "-")
        scheduler.update(all)
        #expect(scheduler.letters(1) == "A")
    }
}

@Suite("Weighted round robin")
struct WeightedRoundRobinTests {
    /// The first row is the kernel documentation's own example; the others are worked out by hand from the
    /// rounds: the bar is lowered by the greatest common divisor.
    @Test(
        arguments: [
            ([4, 3, 2], "", "AABABCABCAABABCABC"),
            ([1, 1], "", "ABABAB"),
            ([4, 2], "", "AABAAB"),
            ([2, 4], "", "BABBAB"),
            ([300, 200, 100], "", "AABABCAABABC"),
            ([3, 0, 1], "", "AAACAAAC"),
            ([5, 0], "", "AAAA"),
            ([0, 0], "", "----"),
            ([], "", "----"),
            ([4, 3, 2], "A", "BBCBCBBCBC"),
            ([4, 3, 2], "AB", "CCCC"),
            ([4, 3, 2], "ABC", "----"),
        ] as [([Int32], String, String)])
    func rounds(weights: [Int32], unavailable: String, choices: String) {
        var scheduler = WeightedRoundRobin(servers(weights))
        #expect(scheduler.letters(choices.count, unavailable: unavailable) == choices)
    }

    @Test("shares are the weights exactly", arguments: [[7, 3, 5, 1], [100, 1], [6, 4, 10]] as [[Int32]])
    func shares(weights: [Int32]) {
        var scheduler = WeightedRoundRobin(servers(weights))
        let choices = scheduler.letters(Int(weights.reduce(0, +)) * 3)
        for (index, weight) in weights.enumerated() {
            // Weights with a common divisor repeat sooner; the share is the same.
            #expect(choices.filter { $0 == letters[index] }.count == Int(weight) * 3)
        }
    }

    @Test("a huge weight that is unavailable costs nothing", .timeLimit(.minutes(1)))
    func hugeWeight() {
        var scheduler = WeightedRoundRobin(servers([.max, 2, 1]))
        #expect(scheduler.letters(6, unavailable: "A") == "BBCBBC")
    }

    @Test("a changed weight counts from the next round on")
    func update() {
        var scheduler = WeightedRoundRobin(servers([4, 3, 2]))
        #expect(scheduler.letters(3) == "AAB")
        // The bar is 3; only B reaches it, then 2: B C, then 1: all.
        scheduler.update(servers([1, 3, 2]))
        #expect(scheduler.letters(6) == "BBCABC")
        scheduler.update(servers([0, 0, 0]))
        #expect(scheduler.letters(1) == "-")
        scheduler.update(servers([1, 0, 2]))
        #expect(scheduler.letters(6) == "CACCAC")
    }
}

@Suite("Least connections")
struct LeastConnectionTests {
    /// Loads as (active, inactive) of each.
    @Test(
        arguments: [
            ([1, 1], [(0, 0), (0, 0)], 0),
            ([1, 1], [(1, 0), (0, 0)], 1),
            // 256 inactive ones weigh what an active one does.
            ([1, 1], [(1, 0), (0, 255)], 1),
            ([1, 1], [(1, 0), (0, 256)], 0),
            ([1, 1], [(1, 0), (0, 257)], 0),
            ([1, 9], [(1, 0), (2, 0)], 0),
            ([0, 1], [(0, 0), (2, 0)], 1),
            ([0, 0], [(0, 0), (2, 0)], nil),
            ([], [], nil),
        ] as [([Int32], [(Int, Int)], Int?)])
    func unweighted(weights: [Int32], loads: [(Int, Int)], choice: Int?) {
        var scheduler = LeastLoaded(.leastConnection, servers(weights))
        #expect(
            scheduler.choose(for: client, loads: loads.map { DestinationLoad(active: $0.0, inactive: $0.1) })
                == choice)
    }

    @Test(
        arguments: [
            ([1, 1], [(0, 0), (0, 0)], 0),
            // 2/1 against 4/3, 3/1 against 9/3, 2/1 against 7/3
            ([1, 3], [(2, 0), (4, 0)], 1),
            ([1, 3], [(3, 0), (9, 0)], 0),
            ([1, 3], [(2, 0), (7, 0)], 0),
            ([1, 3], [(0, 2), (0, 5)], 1),
            ([0, 3], [(0, 0), (7, 0)], 1),
            ([0, 0], [(0, 0), (7, 0)], nil),
            ([.max, .max], [(1_000_000, 0), (999_999, 0)], 1),
        ] as [([Int32], [(Int, Int)], Int?)])
    func weighted(weights: [Int32], loads: [(Int, Int)], choice: Int?) {
        var scheduler = LeastLoaded(.weightedLeastConnection, servers(weights))
        #expect(
            scheduler.choose(for: client, loads: loads.map { DestinationLoad(active: $0.0, inactive: $0.1) })
                == choice)
    }

    @Test("an unavailable one is passed over")
    func unavailable() {
        let loads = [DestinationLoad(isUnavailable: true), DestinationLoad(active: 5)]
        var least = LeastLoaded(.leastConnection, servers([1, 1]))
        var weighted = LeastLoaded(.weightedLeastConnection, servers([1, 1]))
        #expect(least.choose(for: client, loads: loads) == 1)
        #expect(weighted.choose(for: client, loads: loads) == 1)
    }
}

@Suite("Source hash")
struct SourceHashTests {
    /// Places are 0x61C88647 x address modulo 2^32, its highest eight bits: for 10.0.0.0 + n (0x0A000000)
    /// that is 0xC6000000 (10 x 0x47 = 0x2C6) + n x 0x61C88647, so n = 0 to 3 have 0xC6, 0x27, 0x89 and 0xEB.
    @Test(arguments: [(0, 0xC6), (1, 0x27), (2, 0x89), (3, 0xEB)])
    func places(host: UInt8, place: Int) {
        var scheduler = SourceHash(servers(Array(repeating: 1, count: 256)))
        let client = Endpoint(.v4(IPv4Address(10, 0, 0, host)), port: 1)
        let loads = Array(repeating: DestinationLoad(), count: 256)
        #expect(scheduler.choose(for: client, loads: loads) == place)
    }

    @Test("the port counts with sh-port only, and IPv6 is folded")
    func keys() throws {
        let loads = Array(repeating: DestinationLoad(), count: 256)
        var plain = SourceHash(servers(Array(repeating: 1, count: 256)))
        var byPort = SourceHash(servers(Array(repeating: 1, count: 256)), usesPort: true)
        let first = Endpoint(.v4(IPv4Address(10, 0, 0, 0)), port: 1)
        let second = Endpoint(.v4(IPv4Address(10, 0, 0, 0)), port: 2)
        #expect(plain.choose(for: first, loads: loads) == plain.choose(for: second, loads: loads))
        // The address plus the port: as 10.0.0.1 and 10.0.0.2 above.
        #expect(byPort.choose(for: first, loads: loads) == 0x27)
        #expect(byPort.choose(for: second, loads: loads) == 0x89)
        // 0x0A000000 ^ 0 ^ 5 ^ 4 = 0x0A000001
        let folded = Endpoint(
            .v6(IPv6Address(high: 0x0A00_0000_0000_0000, low: 0x0000_0005_0000_0004)), port: 1)
        #expect(plain.choose(for: folded, loads: loads) == 0x27)
    }

    @Test("places are shared out in proportion to weight")
    func weights() {
        // 256 places in runs of A A A B: 64 rounds of 4.
        var scheduler = SourceHash(servers([3, 1]), usesPort: true)
        let loads = [DestinationLoad(), DestinationLoad()]
        var counts = [0, 0]
        for port in UInt16.min...UInt16.max {
            let client = Endpoint(.v4(.any), port: port)
            if let index = scheduler.choose(for: client, loads: loads) { counts[index] += 1 }
        }
        // The hash spreads 65536 keys over 256 places almost evenly.
        #expect(counts[0] + counts[1] == 65536)
        #expect(abs(counts[0] - 49152) < 1000)
    }

    @Test("a client whose server takes none is refused, or falls back if that is asked for")
    func fallback() {
        let loads = [DestinationLoad(), DestinationLoad()]
        let busy = [DestinationLoad(isUnavailable: true), DestinationLoad()]
        // 10.0.0.0 has place 0xC6 = 198, an even one: the first of two.
        let client = Endpoint(.v4(IPv4Address(10, 0, 0, 0)), port: 1)
        var strict = SourceHash(servers([1, 1]))
        var lenient = SourceHash(servers([1, 1]), fallsBack: true)
        #expect(strict.choose(for: client, loads: loads) == 0)
        #expect(strict.choose(for: client, loads: busy) == nil)
        #expect(lenient.choose(for: client, loads: busy) == 1)
        strict.update(servers([0, 1]))
        lenient.update(servers([0, 1]))
        #expect(strict.choose(for: client, loads: loads) == nil)
        #expect(lenient.choose(for: client, loads: loads) == 1)
        lenient.update(servers([0, 0]))
        #expect(lenient.choose(for: client, loads: loads) == nil)
        lenient.update([])
        #expect(lenient.choose(for: client, loads: []) == nil)
    }
}

@Suite("Schedulers by name")
struct SchedulerNameTests {
    @Test("every name has one, and no other has", arguments: ServiceOptions.schedulerNames)
    func known(name: String) throws {
        var scheduler = try #require(
            ServiceOptions(scheduler: name).makeScheduler(servers([1]), virtual: .v4(.loopback)))
        #expect(scheduler.choose(for: client, loads: [DestinationLoad()]) == 0)
    }

    @Test(arguments: ["", "RR", "none"])
    func unknown(name: String) {
        #expect(ServiceOptions(scheduler: name).makeScheduler([], virtual: .v4(.loopback)) == nil)
    }
}

@Suite("Thresholds")
struct OverloadTests {
    /// The upper and the lower threshold, and up to how many connections it must fall again.
    @Test(arguments: [(10, 0, 7), (4, 0, 2), (10, 5, 4), (10, 10, 9)] as [(UInt32, UInt32, Int)])
    func hysteresis(upper: UInt32, lower: UInt32, relief: Int) {
        let server = Destination(
            Endpoint(.v4(.loopback), port: 80), upperThreshold: upper, lowerThreshold: lower)
        var overload = Overload()
        for connections in 1...Int(upper) {
            #expect(!overload.isOverloaded)
            overload.connectionOpened(connections: connections, of: server)
        }
        #expect(overload.isOverloaded)
        for connections in stride(from: Int(upper) - 1, to: relief, by: -1) {
            overload.connectionClosed(connections: connections, of: server)
            #expect(overload.isOverloaded)
        }
        overload.connectionClosed(connections: relief, of: server)
        #expect(!overload.isOverloaded)
    }

    @Test("a raised or removed upper threshold ends it, a lowered one does not")
    func edits() {
        func server(_ upper: UInt32) -> Destination {
            Destination(Endpoint(.v4(.loopback), port: 80), upperThreshold: upper)
        }
        for (new, isOverloaded) in [(0, false), (3, true), (4, true), (5, false)] as [(UInt32, Bool)] {
            var overload = Overload()
            overload.connectionOpened(connections: 4, of: server(4))
            overload.thresholdsChanged(from: server(4), to: server(new))
            #expect(overload.isOverloaded == isOverloaded)
        }
    }
}
