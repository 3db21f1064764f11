import Addresses
import Director
import Testing

@Suite("A pool of real servers")
struct PoolTests {
    static func server(_ index: Int, _ standing: Standing, weight: Int32 = 1, share: Int = 1000) -> RealServer {
        RealServer(
            Destination(Endpoint(.v4(IPv4Address(10, 0, 0, UInt8(index))), port: 80), weight: weight),
            standing: standing, isAcknowledged: true, share: share)
    }

    static func virtual(_ servers: [RealServer], quorum: Int = 1, low: Int? = nil, scale: Int32 = 1)
        -> VirtualServer
    {
        VirtualServer(
            .endpoint(.tcp, Endpoint(.v4(IPv4Address(192, 0, 2, 1)), port: 80)), options: ServiceOptions(),
            quorum: quorum, lowQuorum: low, weightScale: scale, isQuiescent: true, realServers: servers)
    }

    // How many of five serve, one after another; U up, D not.
    @Test(
        "A quorum with a low one has hysteresis",
        arguments: [
            (4, 2, [3, 4, 3, 2, 1, 2, 3, 4], "DUUUDDDU"), (3, 3, [3, 2, 3], "UDU"), (1, 1, [0, 1, 0], "DUD"),
        ])
    func hysteresis(quorum: Int, low: Int, serving: [Int], seen: String) {
        var wasUp = false
        var result = ""
        for count in serving {
            var virtual = Self.virtual(
                (1...5).map { Self.server($0, $0 <= count ? .up : .down) }, quorum: quorum, low: low)
            virtual.wasUp = wasUp
            wasUp = virtual.reachesQuorum
            result += wasUp ? "U" : "D"
        }
        #expect(result == seen)
    }

    // Weight 1 scaled to 100: a tenth of it is 10. At least 1 stays of whatever is above 0.
    @Test(
        "The table has the share of the scaled weight",
        arguments: [(1, 100, 100, 10), (1, 100, 1000, 100), (3, 34, 500, 51), (1, 1, 100, 1), (0, 100, 500, 0)])
    func shares(weight: Int32, scale: Int32, share: Int, inTable: Int32) {
        let entry = Self.virtual([Self.server(1, .up, weight: weight, share: share)], scale: scale)
            .desiredEntry(actual: nil)
        #expect(entry.destinations.values.map(\.weight) == [inTable])
    }

    // With 65535 as the largest: 1 to 2 stays 1 to 2, also where one alone would be above it.
    @Test(
        "Weights that the scale would make too large keep their proportions",
        arguments: [
            ([100, 300], [1000, 1000], 100, [10_000, 30_000]),
            ([1000, 2000], [1000, 1000], 100, [32_767, 65_535]),
            ([1000, 2000], [1000, 500], 100, [32_767, 32_767]),
            ([1, 60_000], [1000, 1000], 2, [1, 65_535]),
            // More than its own weight has one up to the largest, whatever the others have.
            ([10, 10], [1000, 10_000], 100, [1000, 10_000]),
            ([10_000, 10_000], [1000, 10_000], 1, [10_000, 65_535]),
            ([20_000, 40_000], [1000, 2000], 1, [20_000, 65_535]),
            ([65_535, 1], [1000, 1000], 100, [65_535, 1]),
            // What is above by itself stays.
            ([100_000, 10], [1000, 1000], 10, [100_000, 100]),
        ] as [([Int32], [Int], Int32, [Int32])])
    func proportions(weights: [Int32], shares: [Int], scale: Int32, inTable: [Int32]) {
        let servers = weights.indices.map { Self.server($0, .up, weight: weights[$0], share: shares[$0]) }
        let entry = Self.virtual(servers, scale: scale).desiredEntry(actual: nil)
        #expect(servers.map { entry.destinations[$0.destination.endpoint]?.weight } == inTable)
    }

    @Test("The live weight counts in weights as written, with what each has of them, rounded up")
    func liveWeight() {
        let servers = [
            Self.server(1, .up, weight: 4), Self.server(2, .up, weight: 4, share: 300),
            Self.server(3, .down, weight: 9),
        ]
        #expect(Self.virtual(servers, scale: 25).liveWeight == 4 + 2)
    }

    // What is drained keeps its entry without weight, what is withdrawn all of it; neither serves for answers.
    @Test("A drained real server is quiet, a withdrawn one only out of the answers, one that is out is gone")
    func drained() {
        let virtual = Self.virtual([
            Self.server(1, .draining), Self.server(2, .withdrawing), Self.server(3, .out),
            Self.server(4, .down),
        ])
        let weights = virtual.desiredEntry(actual: nil).destinations.values
            .sorted { $0.endpoint < $1.endpoint }.map { "\($0.endpoint.address) \($0.weight)" }
        #expect(weights == ["10.0.0.1 0", "10.0.0.2 1", "10.0.0.4 0"])
        #expect(virtual.servingCount == 0)
    }
}
