import Addresses
import Answering
import Control
import DNSWire
import Director
import Foundation
import Health
import Synchronization
import TestZones
import Testing
import Zones

/// Real servers that fail in all ways for a while, in compressed time: what is a day with checks every ten seconds is
/// 0.2 % of it with checks every 20 ms. `SWERVE_DAY` is how many seconds it takes.
@Suite("A long day", .timeLimit(.minutes(10)))
struct LongDayTests {
    /// How long a real server may stay named after it has died, or be lacking after it has come up: what its checks
    /// take (fall × interval + timeout = 160 ms), a look at the table (1 s), and what a busy machine takes.
    static let limit = Duration.seconds(4)

    @Test(
        "Nothing names a real server that has been down for longer than its limits, or lacks one that is up"
    )
    func day() async throws {
        let folder = try StartTests.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let day = Duration.seconds(
            Double(ProcessInfo.processInfo.environment["SWERVE_DAY"] ?? "") ?? 20)
        let world = World(seed: 7)
        let backend = FakeBackend()
        let store = SnapshotStore(Snapshot(catalog: ZoneCatalog([:])))
        let zone = try #require(try compile("example.com", World.zone).0)
        let end = ContinuousClock.now + day

        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await world.live(until: end) }
            tasks.addTask { try await world.judge(backend, store, until: end) }
            tasks.addTask {
                // Each life of the process ends without a word; the next begins with what was saved.
                var life = 0
                while ContinuousClock.now < end {
                    life += 1
                    let controller = Controller(store: store, stateFile: StateFile(directory: folder)) {
                        await world.outcome(of: $0)
                    }
                    await controller.take(
                        World.plan(life), backend: backend, zones: [zone.origin: .init(zone)],
                        options: AnswerOptions())
                    let length = min(ContinuousClock.now + day / 3, end)
                    await withTaskGroup(of: Void.self) { parts in
                        parts.addTask { await controller.run() }
                        await controller.settled()
                        var reload = life
                        while ContinuousClock.now < length {
                            try? await Task.sleep(for: .milliseconds(700))
                            reload += 1
                            await controller.take(
                                World.plan(reload), backend: backend, zones: [zone.origin: .init(zone)],
                                options: AnswerOptions())
                        }
                        parts.cancelAll()
                    }
                }
            }
            tasks.addTask {
                // The table is emptied by somebody, and twice the kernel does not answer for a moment.
                for part in 1...4 {
                    try await Task.sleep(for: day / 5)
                    if part % 2 == 0 {
                        await backend.set(Table())
                    } else {
                        await backend.break_(true)
                        try await Task.sleep(for: .milliseconds(300))
                        await backend.break_(false)
                    }
                }
            }
            try await tasks.waitForAll()
        }
        let (judged, violations) = world.result
        #expect(violations == [])
        // That something was looked at: dead and live ones, thousands of times where nothing else is done.
        #expect(judged.dead > 100 && judged.alive > 100, "\(judged)")
    }
}

/// Sixteen real servers behind four VIPs, and the truth about them.
private final class World: Sendable {
    enum Manner: CaseIterable { case well, refuses, hangs, loses }

    private struct Fate {
        var manner = Manner.well
        /// Since when nothing gets through, or everything does.
        var deadSince: ContinuousClock.Instant?
        var aliveSince: ContinuousClock.Instant? = .now
        var lackingSince: ContinuousClock.Instant?
    }

    private struct State {
        var random: SplitMix
        var fates = Array(repeating: Fate(), count: 16)
        var judged = (dead: 0, alive: 0)
        var violations: [String] = []
        var vipLackingSince: [ContinuousClock.Instant?] = [nil, nil, nil, nil]
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(random: SplitMix(state: seed)))
    }

    var result: (judged: (dead: Int, alive: Int), violations: [String]) {
        state.withLock { ($0.judged, $0.violations) }
    }

    static func endpoint(_ index: Int) -> Endpoint {
        Endpoint(.v4(IPv4Address(10, 0, 0, UInt8(index))), port: 80)
    }
    static func vip(_ index: Int) -> IPAddress { .v4(IPv4Address(192, 0, 2, UInt8(index + 1))) }
    static func key(_ index: Int) -> VirtualServerKey {
        .endpoint(.tcp, Endpoint(vip(index), port: 80))
    }
    /// Each VIP has four real servers of its own, and shares one with the next.
    static func members(_ vip: Int) -> [Int] { Array(vip * 4..<vip * 4 + 4) + [(vip * 4 + 4) % 16] }

    static let zone = """
        @ 3600 SOA ns.example.net. admin 1 3600 300 604800 300
        @ 3600 NS ns.example.net.
        a 3600 A 192.0.2.1
        b 3600 A 192.0.2.2
        c 3600 A 192.0.2.3
        d 3600 A 192.0.2.4
        all 3600 A 192.0.2.1
        all 3600 A 192.0.2.2
        all 3600 A 192.0.2.3
        all 3600 A 192.0.2.4
        """

    /// The plan after some reloads: intervals and policies change, and a real server comes and goes.
    static func plan(_ reload: Int) -> ControlPlan {
        let services = (0..<4).map { vip in
            var members = members(vip).map {
                ControlPlan.Member(
                    Destination(endpoint($0)),
                    check: Check(
                        .connect, target: endpoint($0), interval: .milliseconds(20 + reload % 2 * 10),
                        timeout: .milliseconds(100), rise: 1, fall: 2))
            }
            if reload % 3 == vip % 3 { members.swapAt(0, 3) }
            return ControlPlan.Service(
                key(vip), options: ServiceOptions(scheduler: reload % 4 < 2 ? "wrr" : "wlc"),
                isQuiescent: reload % 5 < 2, members: members)
        }
        return ControlPlan(
            services: services, vips: (0..<4).map { .init(vip($0), virtualServers: [key($0)]) })
    }

    /// What a probe finds.
    func outcome(of check: Check) async -> Outcome {
        guard case .v4(let address) = check.target.address else { return .failure("?") }
        let index = Int(address.rawValue & 255)
        let (manner, chance) = state.withLock { ($0.fates[index].manner, $0.random.next() % 100) }
        switch manner {
        case .well:
            if chance < 5 { try? await Task.sleep(for: .milliseconds(30)) }
            return .success("fine")
        case .refuses: return .failure("connection refused")
        case .loses where chance >= 30: return .success("fine")
        case .hangs, .loses:
            try? await Task.sleep(for: check.timeout)
            return .failure("timed out")
        }
    }

    /// Changes fates: now and then one at a time, now and then all behind a VIP; for moments, or for long.
    func live(until end: ContinuousClock.Instant) async {
        while ContinuousClock.now < end {
            let (pause, _) = state.withLock { state in
                let vip = Int(state.random.next() % 4)
                let first = Int(state.random.next() % 16)
                let some = state.random.next() % 5 == 0 ? Self.members(vip) : [first]
                let manner = Manner.allCases[Int(state.random.next() % 4)]
                let now = ContinuousClock.now
                for index in some where state.fates[index].manner != manner {
                    let wasDead = state.fates[index].deadSince
                    state.fates[index].manner = manner
                    state.fates[index].aliveSince = manner == .well ? now : nil
                    state.fates[index].deadSince =
                        manner == .refuses || manner == .hangs ? wasDead ?? now : nil
                }
                return (state.random.next() % 10 == 0 ? 1500 : state.random.next() % 300, 0)
            }
            try? await Task.sleep(for: .milliseconds(Int(pause)))
        }
    }

    /// Looks at table and answers without an end.
    func judge(_ backend: FakeBackend, _ store: SnapshotStore, until end: ContinuousClock.Instant)
        async throws
    {
        while ContinuousClock.now < end {
            let held = await backend.held
            let entries = store.current.view.entries
            let now = ContinuousClock.now
            state.withLock { state in
                for index in 0..<16 { Self.judge(index, held, now, &state) }
                for vip in 0..<4 { Self.judge(vip: vip, entries, now, &state) }
            }
            try await Task.sleep(for: .milliseconds(3))
        }
    }

    private static func judge(
        _ index: Int, _ held: Table, _ now: ContinuousClock.Instant, _ state: inout State
    ) {
        let weights = (0..<4).filter { members($0).contains(index) }.map {
            held[key($0)]?.destinations[endpoint(index)]?.weight ?? 0
        }
        let fate = state.fates[index]
        if let since = fate.deadSince, since.duration(to: now) > LongDayTests.limit {
            state.judged.dead += 1
            if weights.contains(where: { $0 > 0 }) {
                state.violations.append(
                    "\(endpoint(index)) stands in the table, dead for \(since.duration(to: now))")
            }
        }
        let lacks = weights.contains(0) && fate.aliveSince != nil
        state.fates[index].lackingSince = lacks ? fate.lackingSince ?? now : nil
        guard let since = fate.aliveSince, since.duration(to: now) > LongDayTests.limit else { return }
        state.judged.alive += 1
        if let lacking = state.fates[index].lackingSince, lacking.duration(to: now) > LongDayTests.limit {
            state.violations.append("\(endpoint(index)) is lacking, alive for \(since.duration(to: now))")
        }
    }

    private static func judge(
        vip: Int, _ entries: [SteeringEntry], _ now: ContinuousClock.Instant, _ state: inout State
    ) {
        let fates = members(vip).map { state.fates[$0] }
        let isNamed = entries.contains { $0.addresses.contains { $0.address == Self.vip(vip) } }
        let deadSince = fates.compactMap(\.deadSince)
        if deadSince.count == fates.count, let last = deadSince.max(),
            last.duration(to: now) > LongDayTests.limit,
            isNamed
        {
            state.violations.append("\(Self.vip(vip)) is named, dead for \(last.duration(to: now))")
        }
        let alive = fates.compactMap(\.aliveSince).min()
        let lacks =
            alive != nil
            && entries.filter { $0.addresses.contains { $0.address == Self.vip(vip) } }.count < 2
        state.vipLackingSince[vip] = lacks ? state.vipLackingSince[vip] ?? now : nil
        if let alive, alive.duration(to: now) > LongDayTests.limit,
            let since = state.vipLackingSince[vip],
            since.duration(to: now) > LongDayTests.limit
        {
            state.violations.append("\(Self.vip(vip)) is not named, alive for \(alive.duration(to: now))")
        }
    }
}

/// The same chances every time.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
