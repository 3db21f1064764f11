import Addresses
import Answering
import Control
import Director
import Health
import Synchronization
import Testing
import Zones

@Suite("Very many checks", .timeLimit(.minutes(1)))
struct ManyChecksTests {
    private struct Tally {
        var underWay: [Endpoint: Int] = [:]
        var most = 0
        var warnings = 0
        var mostOfOne = 0
        var asked: Set<Endpoint> = []
    }

    private static func target(_ index: Int) -> Endpoint {
        Endpoint(.v4(IPv4Address(10, 1, UInt8(index / 250), UInt8(index % 250 + 1))), port: 80)
    }

    private static func service(_ index: Int, _ targets: Range<Int>) -> ControlPlan.Service {
        ControlPlan.Service(
            .endpoint(.tcp, Endpoint(.v4(IPv4Address(192, 0, 2, UInt8(index))), port: 80)),
            options: ServiceOptions(scheduler: "wrr"),
            members: targets.map {
                ControlPlan.Member(
                    Destination(target($0)),
                    check: Check(
                        .connect, target: target($0), interval: .milliseconds(50), timeout: .seconds(1)))
            })
    }

    @Test("No more are under way than may be, each target is asked once at a time, and all are asked")
    func bounded() async {
        let tally = Mutex(Tally())
        let probe: @Sendable (Check) async -> Outcome = { check in
            tally.withLock {
                $0.underWay[check.target, default: 0] += 1
                $0.most = max($0.most, $0.underWay.values.reduce(0, +))
                $0.mostOfOne = max($0.mostOfOne, $0.underWay[check.target] ?? 0)
                $0.asked.insert(check.target)
            }
            try? await Task.sleep(for: .milliseconds(10))
            tally.withLock { $0.underWay[check.target, default: 1] -= 1 }
            return .success("fine")
        }
        let controller = Controller(
            store: SnapshotStore(Snapshot(catalog: ZoneCatalog([:]))), maximumProbes: 20, probe: probe,
            report: { occurrence in
                if occurrence.subject == "checks" { tally.withLock { $0.warnings += 1 } }
            })
        // Ten virtual servers share the same two hundred real servers.
        let plan = ControlPlan(services: (1...10).map { Self.service($0, 0..<200) })
        await controller.take(plan, backend: nil, zones: [:], options: AnswerOptions())
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await controller.run() }
            defer { tasks.cancelAll() }
            await controller.settled()
            for server in await controller.overview.virtualServers { #expect(server.servingCount == 200) }
        }
        tally.withLock {
            #expect($0.asked.count == 200)
            #expect($0.mostOfOne == 1)
            #expect($0.most <= 20)
            // Two hundred are due within an interval of 50 ms, and a hundred can be made in it.
            #expect($0.warnings == 1)
        }
    }

    @Test(
        "Who has several descriptors counts as several",
        arguments: [
            (
                Check.Method.group(CheckGroup(needsAll: true, Array(repeating: Self.part(.connect), count: 4))),
                5
            ),
            (
                .group(
                    CheckGroup(needsAll: true, [Self.part(.service(ServiceCheck(.ftp))), Self.part(.connect)])),
                7
            ),
            (.alternating(connections: 1, connectTimeout: .seconds(1), .service(ServiceCheck(.ftp))), 10),
            (.connect, 20),
        ])
    func descriptors(method: Check.Method, most: Int) async {
        let tally = Mutex((now: 0, most: 0))
        let controller = Controller(
            store: SnapshotStore(Snapshot(catalog: ZoneCatalog([:]))), maximumProbes: 20,
            probe: { _ in
                tally.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                try? await Task.sleep(for: .milliseconds(50))
                tally.withLock { $0.now -= 1 }
                return .success("fine")
            })
        var service = Self.service(1, 0..<60)
        for place in service.members.indices { service.members[place].check.method = method }
        await controller.take(
            ControlPlan(services: [service]), backend: nil, zones: [:], options: AnswerOptions())
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await controller.run() }
            defer { tasks.cancelAll() }
            await controller.settled()
        }
        #expect(tally.withLock { $0.most } == most)
    }

    private static func part(_ method: Check.Method) -> CheckGroup.Part {
        .init(method, port: 80, timeout: .seconds(1))
    }

    /// Each of sixty takes 10 ms and is due again at once, one at a time: who comes last in their row would be asked
    /// after all others. Until it is scheduled a few of them may pass.
    @Test("A real server that is new is asked before those that are late")
    func firstTurns() async throws {
        let asked = Mutex<[Endpoint]>([])
        let controller = Controller(
            store: SnapshotStore(Snapshot(catalog: ZoneCatalog([:]))), maximumProbes: 1,
            probe: { check in
                asked.withLock { $0.append(check.target) }
                try? await Task.sleep(for: .milliseconds(10))
                return .success("fine")
            })
        let old = ControlPlan(services: [Self.service(1, 0..<60)])
        await controller.take(old, backend: nil, zones: [:], options: AnswerOptions())
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await controller.run() }
            defer { tasks.cancelAll() }
            while asked.withLock({ $0.count < 120 }) { try await Task.sleep(for: .milliseconds(5)) }
            let before = asked.withLock { $0.count }
            let new = ControlPlan(services: [Self.service(1, 0..<61)])
            // It returns when all have a verdict.
            await controller.take(new, backend: nil, zones: [:], options: AnswerOptions())
            let since = asked.withLock { Array($0[before...].prefix(30)) }
            #expect(since.contains(Self.target(60)))
        }
    }

    @Test("A verdict changes only the virtual servers that have the real server")
    func touched() async throws {
        let failing = Mutex<Set<Endpoint>>([])
        let backend = FakeBackend()
        let controller = Controller(store: SnapshotStore(Snapshot(catalog: ZoneCatalog([:])))) { check in
            failing.withLock { $0.contains(check.target) } ? .failure("refused") : .success("fine")
        }
        let plan = ControlPlan(services: [
            Self.service(1, 0..<5), Self.service(2, 3..<8), Self.service(3, 6..<9),
        ])
        await controller.take(plan, backend: backend, zones: [:], options: AnswerOptions())
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await controller.run() }
            defer { tasks.cancelAll() }
            await controller.settled()
            while await backend.held.entries.values.reduce(0, { $0 + $1.destinations.count }) < 13 {
                try await Task.sleep(for: .milliseconds(5))
            }
            let before = await backend.taken.count
            failing.withLock { $0 = [Self.target(3)] }
            while await backend.taken.count < before + 2 { try await Task.sleep(for: .milliseconds(5)) }
            let steps = await backend.taken[before...]
            #expect(
                Set(steps) == [
                    .deleteDestination(plan.services[0].key, Self.target(3)),
                    .deleteDestination(plan.services[1].key, Self.target(3)),
                ])
        }
    }
}
