import Addresses
import Answering
import Control
import Director
import Health
import Steering
import Synchronization
import Testing

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
