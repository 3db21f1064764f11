import Addresses
import DNSWire
import Steering
import Testing
import Zones

@Suite("Answers of many steered sets, as verdicts come in")
struct SteeringRendererTests {
    static let policies = [
        SteeringPolicy(), SteeringPolicy(timeToLive: 7, isSingle: true, servesAllWhenDown: true),
    ]
    static let vips = (1...4).map { IPAddress.v4(IPv4Address(192, 0, 2, $0)) } + [IPAddress("2001:db8::1")!]
    static let sets =
        (0..<40).map { number in
            // Which of the VIPs are in it says its number; one more address is its own.
            let members = (0..<4).filter { number & 1 << $0 != 0 }.map { vips[$0] }
            let own = IPAddress.v4(IPv4Address(198, 51, 100, UInt8(number)))
            return SteeredSet(
                type: .a, addresses: number < 20 ? members + [own] : members, timeToLive: 300,
                policy: UInt16(number % 3 / 2))
        } + [SteeredSet(type: .aaaa, addresses: [vips[4]], timeToLive: 300, policy: 0)]

    @Test("After any sequence of verdicts, each set is answered as it is alone", arguments: [true, false])
    func sequence(isViewHeld: Bool) throws {
        var random = Numbers()
        var standings: [IPAddress: SteeredVIP] = [:]
        func standing() -> SteeredVIP {
            let state = VIPState.allCases[random.next(3)]
            let recovery: Duration? = random.next(2) == 0 ? nil : .milliseconds(random.next(40000))
            return SteeredVIP(
                VIPStanding(state: state, weight: random.next(5), recovery: recovery),
                isServedWhenAllDown: random.next(2) == 0)
        }
        for vip in Self.vips { standings[vip] = standing() }
        var renderer = SteeringRenderer(sets: Self.sets, vips: standings, policies: Self.policies)
        func expected() -> [SteeringEntry] {
            Self.sets.map {
                SteeringEntry(of: $0, vips: standings, policy: Self.policies[Int($0.policy)])
            }
        }
        var view = renderer.view()
        #expect(view.entries == expected())
        // With views that somebody still has, none of their memory may be written to.
        var held: [(view: SteeringView, entries: [SteeringEntry])] = []
        for _ in 0..<200 {
            let changed = Self.vips.shuffled(using: &random).prefix(random.next(3) + 1)
            for vip in changed {
                let next = standing()
                standings[vip] = next
                renderer.note(next, of: vip)
            }
            let before = view.entries
            let next = renderer.view(after: view, changesOf: Array(changed))
            #expect((next == nil) == (before == expected()))
            if let next { view = next }
            try #require(view.entries == expected())
            if isViewHeld { held.append((view, view.entries)) }
        }
        for (view, entries) in held { #expect(view.entries == entries) }
    }
}

/// A generator that gives the same sequence in every run.
private struct Numbers: RandomNumberGenerator {
    private var state: UInt64 = 3

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state &>> 29
    }

    mutating func next(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % bound }
}
