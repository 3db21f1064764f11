import Addresses
import Answering
import Control
import Director
import Health
import Synchronization
import Testing
import Zones

/// Carries out nothing: a test reports what it wants.
private final class FakeRounds: CheckRounds {
    private struct State {
        var scheduled: [DueCheck] = []
        var dropped: [CheckTurn] = []
        var hasEnded = false
    }

    let reports: AsyncStream<CheckReports>
    private let entrance: AsyncStream<CheckReports>.Continuation
    private let state = Mutex(State())

    init() { (reports, entrance) = AsyncStream.makeStream() }

    var scheduled: [DueCheck] { state.withLock { $0.scheduled } }
    var dropped: [CheckTurn] { state.withLock { $0.dropped } }
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func takes(_ check: Check) -> Bool { check.method == .connect && check.path == nil }

    func schedule(_ checks: [DueCheck]) { state.withLock { $0.scheduled += checks } }

    func drop(_ turns: [CheckTurn]) { state.withLock { $0.dropped += turns } }

    func end() {
        state.withLock { $0.hasEnded = true }
        entrance.finish()
    }

    /// What was scheduled last for a target.
    func last(_ target: Endpoint) -> DueCheck? { scheduled.last { $0.check.target == target } }

    func report(
        _ found: [(DueCheck, Outcome?)], at now: ContinuousClock.Instant = .now, isCrowded: Bool = false
    ) {
        var batch = CheckReports()
        batch.reports = found.map { CheckReport($0.0.turn, began: now, ended: now, $0.1) }
        batch.isCrowded = isCrowded
        entrance.yield(batch)
    }
}

@Suite("Checks that need no task each", .timeLimit(.minutes(1)))
struct RoundsTests {
    private static let interval = Duration.seconds(100)

    /// - Parameter tasks: Those that take a task each.
    private static func plan(_ targets: [Endpoint], tasks: [Endpoint] = []) -> ControlPlan {
        let methods = targets.map { ($0, Check.Method.connect) } + tasks.map { ($0, .ping(attempts: 1)) }
        let members = methods.map { target, method in
            ControlPlan.Member(
                Destination(target),
                check: Check(method, target: target, interval: interval, timeout: .seconds(1)))
        }
        return ControlPlan(
            services: [.init(Scene.key, options: ServiceOptions(scheduler: "rr"), members: members)],
            vips: [.init(Scene.vip, virtualServers: [Scene.key])])
    }

    /// Runs a controller with rounds while a test works with both; nothing but what they report is found, and a task's
    /// probe finds that all is fine.
    private func run(
        _ body: @escaping @Sendable (Scene, FakeRounds) async throws -> Void
    ) async throws -> FakeRounds {
        let rounds = FakeRounds()
        let scene = Scene(up: [Scene.one, Scene.two], rounds: rounds)
        try await scene.run(Self.plan([Scene.one, Scene.two])) {
            try await scene.until("both were scheduled") {
                rounds.last(Scene.one) != nil && rounds.last(Scene.two) != nil
            }
            try await body(scene, rounds)
        }
        return rounds
    }

    @Test("What they report together is taken in together, and each check is due again within its interval")
    func together() async throws {
        let rounds = try await run { scene, rounds in
            let first = [rounds.last(Scene.one)!, rounds.last(Scene.two)!]
            #expect(first.map(\.verdict) == [.unknown, .unknown])
            let began = ContinuousClock.now
            rounds.report(first.map { ($0, .success("fine")) }, at: began)
            try await scene.until("both are due again") { rounds.scheduled.count == 4 }
            try await scene.until("both are in the table") { await scene.table.count == 2 }
            try await scene.until("the VIP is answered") { scene.answered == [Scene.vip] }
            // Those that begin together part: from a tenth of the interval on.
            for again in rounds.scheduled[2...] {
                #expect(again.verdict == .up)
                #expect(began + Self.interval / 10 <= again.due && again.due <= began + Self.interval)
            }
            let later = began + Self.interval
            rounds.report(
                [(rounds.last(Scene.one)!, .failure("refused")), (rounds.last(Scene.two)!, .success("fine"))],
                at: later)
            try await scene.until("one has left") { await Array(scene.table.keys) == [Scene.two] }
            try await scene.until("both are due again") { rounds.scheduled.count == 6 }
            // Never later than the interval, and a tenth of it earlier at most.
            for again in rounds.scheduled[4...] {
                #expect(later + Self.interval * 0.9 <= again.due && again.due <= later + Self.interval)
            }
            #expect(rounds.last(Scene.one)?.verdict == .down)
            #expect(scene.asked.withLock { $0.isEmpty }, "a task has probed")
        }
        #expect(rounds.hasEnded)
    }

    @Test("What they can't judge a task carries out, from then on")
    func costly() async throws {
        _ = try await run { scene, rounds in
            rounds.report([(rounds.last(Scene.one)!, nil)])
            try await scene.until("it is up") { await scene.table[Scene.one] == 1 }
            #expect(scene.asked.withLock { $0 } == [Scene.one: 1])
            // What comes of the other one is taken in later, and so is there once that of the first is.
            rounds.report([(rounds.last(Scene.two)!, .success("fine"))])
            try await scene.until("the other is due again") { rounds.last(Scene.two)?.verdict == .up }
            #expect(rounds.scheduled.count == 3)
            #expect(rounds.last(Scene.one)?.verdict == .unknown)
        }
    }

    @Test("Tasks for what they can't judge are no more at a time than may be, and all get their turn")
    func manyCostly() async throws {
        let targets = (1...40).map { Endpoint(.v4(IPv4Address(10, 1, 0, $0)), port: 80) }
        let rounds = FakeRounds()
        let underWay = Mutex((now: 0, most: 0, asked: Set<Endpoint>()))
        let controller = Controller(
            store: SnapshotStore(Snapshot(catalog: ZoneCatalog([:]))), maximumProbes: 4, rounds: rounds,
            probe: { check in
                underWay.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                    $0.asked.insert(check.target)
                }
                try? await Task.sleep(for: .milliseconds(5))
                underWay.withLock { $0.now -= 1 }
                return .success("fine")
            })
        await controller.take(Self.plan(targets), backend: nil, zones: [:], options: AnswerOptions())
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await controller.run() }
            defer { tasks.cancelAll() }
            #expect(rounds.scheduled.count == 40)
            rounds.report(rounds.scheduled.map { ($0, nil) })
            await controller.settled()
        }
        underWay.withLock {
            #expect($0.asked == Set(targets))
            #expect($0.most <= 4)
        }
    }

    @Test("They have their checks from the first turn on, however many tasks wait for theirs")
    func crowdOfTasks() async throws {
        let rounds = FakeRounds()
        let hanging = (1...3).map { Endpoint(.v4(IPv4Address(10, 2, 0, $0)), port: 80) }
        let scene = Scene(up: [Scene.one], hanging: Set(hanging), maximumProbes: 1, rounds: rounds)
        try await scene.run(Self.plan([], tasks: hanging)) {
            try await scene.until("it is crowded") {
                scene.occurrences.withLock { $0.contains { $0.subject == "checks" } }
            }
            async let taken: Void = scene.controller.take(
                Self.plan([Scene.one]), backend: scene.backend, zones: [:], options: AnswerOptions())
            try await scene.until("it is due") { rounds.last(Scene.one) != nil }
            rounds.report([(rounds.last(Scene.one)!, .success("fine"))])
            await taken
        }
    }

    @Test("A reload drops those that leave; what is reported of them late says nothing")
    func reloads() async throws {
        _ = try await run { scene, rounds in
            let (one, two) = (rounds.last(Scene.one)!, rounds.last(Scene.two)!)
            rounds.report([(one, .success("fine")), (two, .success("fine"))])
            try await scene.until("both are in the table") { await scene.table.count == 2 }
            await scene.controller.take(
                Self.plan([Scene.two]), backend: scene.backend, zones: [:], options: AnswerOptions())
            #expect(rounds.dropped == [one.turn])
            let count = rounds.scheduled.count
            rounds.report([(one, .failure("gone")), (two, .failure("refused"))])
            try await scene.until("the other one has left") { await scene.table.isEmpty }
            try await scene.until("only that is due again") { rounds.scheduled.count == count + 1 }
            #expect(rounds.scheduled.last?.turn == two.turn)
        }
    }

    @Test("That checks are late is said once a minute at most")
    func crowded() async throws {
        _ = try await run { scene, rounds in
            for _ in 0..<3 {
                let count = rounds.scheduled.count
                rounds.report([(rounds.last(Scene.one)!, .success("fine"))], isCrowded: true)
                try await scene.until("it is due again") { rounds.scheduled.count > count }
            }
            #expect(scene.occurrences.withLock { $0.count { $0.subject == "checks" } } == 1)
        }
    }
}
