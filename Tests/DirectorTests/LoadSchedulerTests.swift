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

/// Loads of these active connections.
private func active(_ counts: [Int]) -> [DestinationLoad] { counts.map { DestinationLoad(active: $0) } }

@Suite("Shortest expected delay, never queue, failover, overflow")
struct LoadSchedulerTests {
    @Test(
        arguments: [
            // (0+1)/1 against (0+1)/3; (1+1)/1 against (4+1)/3, (6+1)/3; equal at (5+1)/3.
            (.shortestExpectedDelay, [1, 3], [0, 0], 1), (.shortestExpectedDelay, [1, 3], [1, 4], 1),
            (.shortestExpectedDelay, [1, 3], [1, 6], 0), (.shortestExpectedDelay, [1, 3], [1, 5], 0),
            (.shortestExpectedDelay, [0, 3], [0, 9], 1), (.shortestExpectedDelay, [0, 0], [0, 0], nil),
            // The first idle one, however slow; without an idle one as sed.
            (.neverQueue, [1, 9], [0, 0], 0), (.neverQueue, [9, 1, 1], [3, 0, 0], 1),
            (.neverQueue, [1, 3], [1, 4], 1), (.neverQueue, [0, 3], [0, 4], 1), (.neverQueue, [], [], nil),
            (.failover, [1, 3, 3], [0, 99, 0], 1), (.failover, [0, 0], [0, 0], nil),
            (.failover, [5, 0], [9, 0], 0),
            // As many active ones as the weight are not too many yet.
            (.overflow, [1, 3, 2], [0, 3, 0], 1), (.overflow, [1, 3, 2], [0, 4, 0], 2),
            (.overflow, [1, 3, 2], [0, 4, 3], 0), (.overflow, [1, 3, 2], [2, 4, 3], nil),
        ] as [(LeastLoaded.Rule, [Int32], [Int], Int?)])
    func choices(rule: LeastLoaded.Rule, weights: [Int32], counts: [Int], choice: Int?) {
        var scheduler = LeastLoaded(rule, servers(weights))
        #expect(scheduler.choose(for: client, loads: active(counts)) == choice)
    }
}

@Suite("Locality")
struct LocalityTests {
    @Test("the choice stays until it has too much while another has less than half")
    func staying() {
        var scheduler = Locality(servers([2, 4]), isReplicated: false)
        #expect(scheduler.choose(for: client, loads: active([0, 0])) == 0)
        #expect(scheduler.choose(for: client, loads: active([2, 0])) == 0)
        // 3 > 2, but 2 x 2 is not less than 4.
        #expect(scheduler.choose(for: client, loads: active([3, 2])) == 0)
        #expect(scheduler.choose(for: client, loads: active([3, 1])) == 1)
        // Moved: the first is idle again, and the second is kept.
        #expect(scheduler.choose(for: client, loads: active([0, 1])) == 1)
        scheduler.update(servers([2]))
        #expect(scheduler.choose(for: client, loads: active([0])) == 0)
        scheduler.update(servers([0]))
        #expect(scheduler.choose(for: client, loads: active([0])) == nil)
    }

    @Test("with replication the set grows, and its least loaded is chosen")
    func replication() {
        var scheduler = Locality(servers([2, 4, 4]), isReplicated: true)
        #expect(scheduler.choose(for: client, loads: active([0, 0, 0])) == 0)
        #expect(scheduler.choose(for: client, loads: active([3, 1, 0])) == 2)
        // 3/2 against 2/4; the second is not in the set although it has less.
        #expect(scheduler.choose(for: client, loads: active([3, 0, 2])) == 2)
        // Both are in the set: 1/2 against 3/4.
        #expect(scheduler.choose(for: client, loads: active([1, 0, 3])) == 0)
    }
}

/// The kernel's own choices: Tests/IPVSTests/KernelSchedulerTests.swift.
@Suite("Locality with replication, as time goes by")
struct LocalitySetTests {
    /// Has all three in its set, the newest first: 1, 2, 0; the last one since an hour.
    private static func full() -> Locality {
        var scheduler = Locality(servers([2, 4, 4]), isReplicated: true)
        scheduler.advance(to: .seconds(1000))
        #expect(scheduler.choose(for: client, loads: active([0, 1, 1])) == 0)
        #expect(scheduler.choose(for: client, loads: active([3, 1, 0])) == 2)
        scheduler.advance(to: .seconds(3600))
        #expect(scheduler.choose(for: client, loads: active([3, 0, 5])) == 1)
        return scheduler
    }

    @Test(
        "a day after the last change the busiest leaves, and no other before another day is over",
        arguments: [
            // 6/2 against 4/4 and 8/4: the first leaves, and is not taken although it is idle.
            (3600 + 86_400, [6, 4, 8], [0, 4, 3], 0), (3600 + 86_401, [6, 4, 8], [0, 4, 3], 2),
            // 2/2 against 8/4 and 6/4: the second.
            (3600 + 86_401, [2, 8, 6], [2, 0, 3], 2), (3600 + 86_401, [2, 8, 6], [1, 0, 3], 0),
            // The day is counted from the newest change, not from the first.
            (1000 + 86_401, [6, 4, 8], [0, 4, 3], 0),
        ])
    func shrinking(_ time: Int, _ then: [Int], _ after: [Int], _ choice: Int) {
        var scheduler = Self.full()
        scheduler.advance(to: .seconds(time))
        _ = scheduler.choose(for: client, loads: active(then))
        #expect(scheduler.choose(for: client, loads: active(after)) == choice)
    }

    @Test("the last one stays, and without replication the one is never taken away")
    func last() {
        var scheduler = Self.full()
        for (day, loads) in [[9, 4, 4], [9, 9, 4], [9, 9, 4]].enumerated() {
            scheduler.advance(to: .seconds(3600 + 86_401 * (day + 1)))
            _ = scheduler.choose(for: client, loads: active(loads))
        }
        // Only the third is left of the set, so it is chosen although both others are idle.
        #expect(scheduler.choose(for: client, loads: active([0, 0, 4])) == 2)
        var single = Locality(servers([2, 4]), isReplicated: false)
        #expect(single.choose(for: client, loads: active([0, 0])) == 0)
        single.advance(to: .seconds(1_000_000))
        #expect(single.choose(for: client, loads: active([1, 0])) == 0)
        #expect(single.choose(for: client, loads: active([1, 0])) == 0)
    }
}

@Suite("Hashes over addresses")
struct AddressHashTests {
    /// 10.0.0.0 to 10.0.0.3 have the places 0xC6, 0x27, 0x89 and 0xEB (see the source hash's tests): modulo
    /// three destinations 0, 0, 2 and 1.
    @Test(arguments: [(0, 0), (1, 0), (2, 2), (3, 1)])
    func destinationHash(host: UInt8, choice: Int) {
        let virtual = IPAddress.v4(IPv4Address(10, 0, 0, host))
        var scheduler = DestinationHash(servers([1, 9, 1]), virtual: virtual)
        #expect(scheduler.choose(for: client, loads: active([0, 0, 0])) == choice)
        scheduler.update(servers([0, 0, 0]))
        #expect(scheduler.choose(for: client, loads: active([0, 0, 0])) == nil)
        scheduler.update([])
        #expect(scheduler.choose(for: client, loads: []) == nil)
    }

    private func choices(_ scheduler: inout Maglev, _ count: Int) -> [Int?] {
        let loads = active(Array(repeating: 0, count: count))
        return (UInt32(0)..<4000).map {
            scheduler.choose(
                for: Endpoint(.v4(IPv4Address(rawValue: 0x0A0A_0000 + $0 * 7)), port: 1), loads: loads)
        }
    }

    @Test("Maglev: shares follow the weights, and few clients move when one leaves")
    func maglev() {
        let all = servers([1, 1, 2])
        var scheduler = Maglev(all)
        let before = choices(&scheduler, 3)
        // A quarter, a quarter and a half of 4000, within a tenth.
        for (index, share) in [1000, 1000, 2000].enumerated() {
            #expect(abs(before.count { $0 == index } - share) < share / 10)
        }
        scheduler.update([all[0], all[2]])
        let after = choices(&scheduler, 2).map { $0 == 1 ? 2 : $0 }
        let moved = zip(before, after).count { $0 != 1 && $0 != $1 }
        // The paper sees a few per cent; plain hashing would move half of the 3000.
        #expect(moved < 300)
    }

    @Test("Maglev: weights far apart are cut to turns of 63 at most")
    func maglevTurns() {
        // 300 has nine bits, so all are shifted by three: 37 turns against 1 and 1.
        var scheduler = Maglev(servers([1, 2, 300]))
        let drawn = choices(&scheduler, 3)
        #expect(drawn.count { $0 == 2 } > 4000 * 9 / 10)
        #expect(drawn.contains(0) && drawn.contains(1))
    }

    @Test("Maglev: a weight that became 0 moves nobody, and its clients fall back only where that is asked")
    func maglevWeight() {
        var strict = Maglev(servers([1, 1, 1]))
        let before = choices(&strict, 3)
        strict.update(servers([1, 0, 1]))
        #expect(choices(&strict, 3) == before.map { $0 == 1 ? nil : $0 })
        var lenient = Maglev(servers([1, 1, 1]), fallsBack: true)
        lenient.update(servers([1, 0, 1]))
        let after = choices(&lenient, 3)
        #expect(zip(before, after).allSatisfy { $0 == 1 ? $1 == 0 || $1 == 2 : $0 == $1 })
        lenient.update(servers([0, 0, 0]))
        #expect(choices(&lenient, 3).allSatisfy { $0 == nil })
        lenient.update([])
        #expect(lenient.choose(for: client, loads: []) == nil)
        // One that never had a weight has no place.
        var fresh = Maglev(servers([1, 0]))
        #expect(choices(&fresh, 2).allSatisfy { $0 == 0 })
    }
}

@Suite("The better of two")
struct TwoChoicesTests {
    @Test("shares follow the weights, and of two the less loaded is taken")
    func shares() {
        var scheduler = TwoChoices(servers([1, 3, 0]), seed: 1)
        let drawn = (0..<4000).map { _ in scheduler.choose(for: client, loads: active([0, 0, 0])) }
        // Of equals the first drawn: a quarter and three quarters, within a tenth.
        #expect(abs(drawn.count { $0 == 0 } - 1000) < 100)
        #expect(drawn.allSatisfy { $0 == 0 || $0 == 1 })
        // The first is taken only when both draws are it: one in sixteen.
        let loaded = (0..<4000).map { _ in scheduler.choose(for: client, loads: active([9, 0, 0])) }
        #expect(abs(loaded.count { $0 == 0 } - 250) < 75)
        scheduler.update(servers([0]))
        #expect(scheduler.choose(for: client, loads: active([0])) == nil)
    }
}
