import Addresses
import Answering
import Control
import Director
import Health
import Steering
import Synchronization
import Testing
import Zones

@Suite("The pool's judgement, carried out", .timeLimit(.minutes(1)))
struct PoolJudgementTests {
    @Test("max-down: of two, one may go; the other stays in although its check fails, and it is said")
    func maximumDown() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = Scene.plan()
        plan.services[0].maximumDown = 50
        try await scene.run(plan) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            scene.set(Scene.one, false)
            try await scene.until("the first goes") { await scene.table == [Scene.two: 1] }
            scene.set(Scene.two, false)
            try await scene.until("it is said") {
                scene.occurrences.withLock {
                    $0.contains { $0.text.contains("max-down 50% lets 1 be taken out") }
                }
            }
            #expect(await scene.table == [Scene.two: 1])
            #expect(scene.answered == [Scene.vip])
            let kept = await scene.controller.overview.virtualServers[0].realServers[1]
            #expect(kept.note == "kept in by max-down 50%")
            scene.set(Scene.one, true)
            try await scene.until("now the second may go") { await scene.table == [Scene.one: 1] }
        }
    }

    @Test("max-down keeps in whom only an agent calls down, before whose check fails")
    func maximumDownWithAgents() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = AgentTests.plan()
        plan.services[0].maximumDown = 50
        scene.say(AgentTests.agent, "down")
        try await scene.run(plan) {
            try await scene.until("its agent has its way") { await scene.table == [Scene.two: 100] }
            scene.set(Scene.two, false)
            try await scene.until("who is up is kept in") { await scene.table == [Scene.one: 200] }
        }
    }

    @Test("Slow start: who returns comes to the whole weight in steps, and the weights leave room for them")
    func slowStart() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = Scene.plan()
        plan.services[0].options.scheduler = "wrr"
        plan.services[0].slowStart = .seconds(3)
        try await scene.run(plan) {
            try await scene.until("both have all of it") {
                await scene.table == [Scene.one: 100, Scene.two: 100]
            }
            scene.set(Scene.one, false)
            try await scene.until("one goes") { await scene.table == [Scene.two: 100] }
            scene.set(Scene.one, true)
            try await scene.until("it returns with a tenth") { await scene.table[Scene.one] == 10 }
            #expect(scene.answered == [Scene.vip])
            var seen: Set<Int32> = []
            try await scene.until("it has all of it") {
                let weight = await scene.table[Scene.one] ?? 0
                seen.insert(weight)
                return weight == 100
            }
            #expect(seen.count > 2, "in steps: \(seen.sorted())")
            #expect(await scene.table[Scene.two] == 100)
        }
    }

    /// What takes a real server out.
    enum Absence: CaseIterable { case check, agent, disabled, drained, file, quiescentFile }

    @Test("With slow start whoever was out begins with a tenth, whatever it was", arguments: Absence.allCases)
    func returns(from absence: Absence) async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = AgentTests.plan()
        plan.services[0].members[0].destination.weight = 1
        plan.services[0].slowStart = .seconds(3)
        plan.services[0].isQuiescent = absence == .quiescentFile
        @Sendable func order(_ command: OrderCommand) async throws {
            _ = try await scene.controller.order(command, SubjectPattern("\(Scene.one)"))
        }
        try await scene.run(plan) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 100, Scene.two: 100] }
            switch absence {
            case .check: scene.set(Scene.one, false)
            case .agent: scene.say(AgentTests.agent, "maint")
            case .disabled: try await order(.disable)
            case .drained: try await order(.drain(patience: .seconds(900)))
            case .file, .quiescentFile: await scene.controller.take(MaintenanceTests.out(Scene.one))
            }
            try await scene.until("one is out") {
                await scene.table
                    == (absence == .quiescentFile ? [Scene.one: 0, Scene.two: 100] : [Scene.two: 100])
            }
            switch absence {
            case .check: scene.set(Scene.one, true)
            case .agent: scene.say(AgentTests.agent, "ready")
            case .disabled, .drained: try await order(.enable)
            case .file, .quiescentFile: await scene.controller.take([])
            }
            try await scene.until("it returns") { await scene.table[Scene.one] ?? 0 > 0 }
            let weights = await scene.backend?.taken.compactMap { step -> Int32? in
                switch step {
                case .addDestination(_, let destination), .editDestination(_, let destination):
                    destination.endpoint == Scene.one ? destination.weight : nil
                default: nil
                }
            }
            #expect(weights?.drop { $0 != 100 }.drop { $0 == 100 || $0 == 0 }.first == 10)
        }
    }

    @Test("A reload that takes slow start away forgets who was out; with the next one nobody begins anew")
    func forgets() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        let zone = try Scene.zone()
        @Sendable func plan(_ slowStart: Duration?) -> ControlPlan {
            var plan = Scene.plan()
            plan.services[0].slowStart = slowStart
            return plan
        }
        @Sendable func reload(_ plan: ControlPlan) async {
            await scene.controller.take(
                plan, backend: scene.backend, zones: [zone.origin: .init(zone)], options: AnswerOptions())
        }
        try await scene.run(plan(.seconds(60))) {
            try await scene.until("both serve") { await scene.table.count == 2 }
            let whole = await scene.table
            await scene.controller.take(MaintenanceTests.out(Scene.one))
            try await scene.until("one is out") { await scene.table.count == 1 }
            await reload(plan(nil))
            await scene.controller.take([])
            try await scene.until("it is back") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            await reload(plan(.seconds(60)))
            try await scene.until("with its whole weight") { await scene.table == whole }
        }
    }

    @Test("With slow start who has not been out has its whole weight: a drain that is called off, max-down")
    func stays() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = Scene.plan()
        plan.services[0].options.scheduler = "wrr"
        plan.services[0].slowStart = .seconds(3)
        plan.services[0].maximumDown = 50
        try await scene.run(plan) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 100, Scene.two: 100] }
            await scene.backend?.count(Scene.one, of: Scene.key, ConnectionCounts(active: 1))
            for command in [OrderCommand.drain(patience: .seconds(900)), .enable] {
                _ = try await scene.controller.order(command, SubjectPattern("\(Scene.one)"))
                try await scene.until("\(command)") {
                    await scene.table == [Scene.one: command == .enable ? 100 : 0, Scene.two: 100]
                }
            }
            scene.set(Scene.one, false)
            try await scene.until("one goes") { await scene.table == [Scene.two: 100] }
            scene.set(Scene.two, false)
            try await scene.until("two is kept in") {
                await scene.controller.overview.virtualServers[0].realServers[1].note != nil
            }
            scene.set(Scene.two, true)
            try await scene.until("its check is up") {
                scene.occurrences.withLock { $0.contains { $0.text == "max-down keeps nobody in any more" } }
            }
            let two = await scene.controller.overview.virtualServers[0].realServers[1]
            #expect(two.standing == .up && two.share == 1000)
        }
    }

    @Test("A quorum once reached holds until fewer than the low one serve")
    func hysteresis() async throws {
        let scene = Scene(up: [Scene.one])
        var plan = Scene.plan()
        plan.services[0].quorum = 2
        plan.services[0].lowQuorum = 1
        try await scene.run(plan) {
            func state() async -> String {
                await scene.controller.overview.standings[Scene.vip].map { "\($0.state)" } ?? ""
            }
            try await scene.until("one is not enough") { await state() == "degraded" }
            scene.set(Scene.two, true)
            try await scene.until("two are") { await state() == "up" }
            scene.set(Scene.one, false)
            try await scene.until("one has gone") { await scene.table == [Scene.two: 1] }
            #expect(await state() == "up", "now one is enough")
            scene.set(Scene.two, false)
            try await scene.until("none is not") { await state() == "down" }
            scene.set(Scene.one, true)
            try await scene.until("and one is not again") { await state() == "degraded" }
        }
    }
}
