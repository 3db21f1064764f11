import Addresses
import DNSWire
import Steering
import Testing
import Zones

@Suite("What a steered set is answered with")
struct SteeringEntryTests {
    static let a = IPAddress("192.0.2.1")!
    static let b = IPAddress("192.0.2.2")!
    static let foreign = IPAddress("198.51.100.1")!

    static func entry(
        _ states: [IPAddress: VIPState], of addresses: [IPAddress], zoneTTL: UInt32 = 86400,
        recovery: Duration? = .seconds(1), servesAll: Bool = false, policy: SteeringPolicy = SteeringPolicy()
    ) -> SteeringEntry {
        let vips = states.mapValues { state in
            SteeredVIP(
                VIPStanding(
                    state: state, weight: state == .down ? 0 : 4, recovery: state == .up ? nil : recovery),
                isServedWhenAllDown: servesAll)
        }
        let set = SteeredSet(type: .a, addresses: addresses, timeToLive: zoneTTL, policy: 0)
        return SteeringEntry(of: set, vips: vips, policy: policy)
    }

    @Test(
        "its addresses (rule 1)",
        arguments: [
            ([VIPState.up, .up], [a, b]), ([.up, .degraded], [a]), ([.up, .down], [a]),
            ([.degraded, .up], [b]),
            ([.degraded, .down], [a]), ([.degraded, .degraded], [a, b]), ([.down, .down], []),
        ])
    func addresses(states: [VIPState], expected: [IPAddress]) {
        let entry = Self.entry([Self.a: states[0], Self.b: states[1]], of: [Self.a, Self.b])
        #expect(entry.addresses.map(\.address) == expected)
    }

    @Test("Addresses that are no VIP are answered whatever the VIPs do, with the mean weight")
    func foreignAddresses() {
        let down = Self.entry([Self.a: .down], of: [Self.a, Self.foreign])
        #expect(down.addresses == [WeightedAddress(address: Self.foreign, weight: 1)])
        let degraded = Self.entry([Self.a: .degraded], of: [Self.a, Self.foreign])
        #expect(degraded.addresses.map(\.address) == [Self.foreign])
        let up = Self.entry([Self.a: .up], of: [Self.a, Self.foreign])
        #expect(up.addresses.map(\.weight) == [4, 4])
    }

    @Test("when-all-down of the name goes before that of the VIP")
    func whenAllDown() {
        let down = [Self.a: VIPState.down, Self.b: .down]
        let both = [Self.a, Self.b]
        #expect(Self.entry(down, of: both, servesAll: true).addresses.count == 2)
        #expect(
            Self.entry(
                down, of: both, servesAll: true, policy: SteeringPolicy(servesAllWhenDown: false)
            ).addresses.isEmpty)
        #expect(
            Self.entry(down, of: both, policy: SteeringPolicy(servesAllWhenDown: true)).addresses.count == 2)
    }

    // zone TTL, steering ttl, recovery in ms, state → TTL of the addresses, bound for the absence
    @Test(
        "its TTL (rule 2)",
        arguments: [
            (86400, 30, 1000, VIPState.up, 30, 30), (10, 30, 1000, .up, 10, 30),
            (86400, 30, 1000, .down, 5, 5), (86400, 30, 12_000, .down, 12, 12),
            (86400, 30, 12_001, .down, 13, 13),
            (86400, 30, 60_000, .down, 30, 30), (86400, 3, 1000, .down, 3, 3),
            (86400, 30, 20_000, .degraded, 20, 20),
            (2, 30, 1000, .degraded, 2, 5),
        ])
    func timeToLive(
        zone: UInt32, ttl: UInt32, recovery: Int, state: VIPState, expected: UInt32, absence: UInt32
    ) {
        let entry = Self.entry(
            [Self.a: state], of: [Self.a], zoneTTL: zone, recovery: .milliseconds(recovery),
            policy: SteeringPolicy(timeToLive: ttl))
        #expect(entry.timeToLive == expected)
        #expect(entry.negativeTimeToLive == absence)
    }

    @Test("answers single is the policy's")
    func single() {
        #expect(Self.entry([Self.a: .up], of: [Self.a], policy: SteeringPolicy(isSingle: true)).isSingle)
        #expect(!Self.entry([Self.a: .up], of: [Self.a]).isSingle)
    }
}
