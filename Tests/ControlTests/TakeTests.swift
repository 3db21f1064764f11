import Addresses
import Answering
import Control
import Director
import Health
import Testing
import Zones

@Suite("Another configuration, while answers go on", .timeLimit(.minutes(1))) struct TakeTests {
    /// Takes a plan on while the answers are looked at without a pause; those there were.
    private func answers(
        _ scene: Scene, while plan: ControlPlan, _ backend: FakeBackend?
    ) async throws -> Set<[IPAddress]> {
        let zone = try Scene.zone()
        return await withTaskGroup(of: Set<[IPAddress]>.self) { tasks in
            tasks.addTask {
                var seen: Set<[IPAddress]> = []
                while !Task.isCancelled {
                    seen.insert(scene.answered)
                    await Task.yield()
                }
                return seen
            }
            await scene.controller.take(
                plan, backend: backend, zones: [zone.origin: .init(zone)], options: AnswerOptions())
            let last = scene.answered
            tasks.cancelAll()
            return await tasks.reduce([last]) { $0.union($1) }
        }
    }

    /// Both real servers with a check every 30 ms instead of 20.
    private static var otherChecks: ControlPlan {
        var plan = Scene.plan()
        for index in plan.services[0].members.indices {
            plan.services[0].members[index].check.interval = .milliseconds(30)
        }
        return plan
    }

    @Test("Other checks of the same real servers begin with the verdicts of the old ones")
    func otherChecks() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            await scene.controller.settled()
            let seen = try await self.answers(scene, while: Self.otherChecks, scene.backend)
            #expect(seen == [[Scene.vip]])
        }
    }

    @Test(
        "Verdicts pass on to other checks also where some of the same are at new places, as long as none can ask"
    )
    func otherPlaces() async throws {
        // In whatever order the places are looked at.
        for count in 1...5 as ClosedRange<UInt32> {
            let scene = Scene(up: [Scene.one, Scene.two])
            try await scene.run {
                await scene.controller.settled()
                for endpoint in [Scene.one, Scene.two] { scene.keepFromAsking(endpoint) }
                var plan = Self.otherChecks
                for mark in 1...count {
                    var other = plan.services[0]
                    other.key = .firewallMark(mark, .v4)
                    plan.services.append(other)
                }
                let seen = try await self.answers(scene, while: plan, scene.backend)
                #expect(seen == [[Scene.vip]])
                let servers = await scene.controller.overview.virtualServers.flatMap(\.realServers)
                #expect(servers.map(\.standing) == servers.map { _ in .up })
            }
        }
    }

    @Test("Real servers that are new are asked before the others leave")
    func otherServers() async throws {
        let scene = Scene(up: [Scene.one, Scene.two, Scene.sorry])
        try await scene.run {
            await scene.controller.settled()
            var plan = Scene.plan()
            plan.services[0].members = [Scene.member(Scene.sorry)]
            let seen = try await self.answers(scene, while: plan, scene.backend)
            #expect(seen == [[Scene.vip]])
            #expect(await scene.table == [Scene.sorry: 1])
        }
    }

    @Test("From one backend to another, over none: the name is answered all the while")
    func backends() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            await scene.controller.settled()
            var seen = try await self.answers(scene, while: Scene.plan(), nil)
            #expect(await scene.table == [:])
            let other = FakeBackend()
            seen.formUnion(try await self.answers(scene, while: Scene.plan(), other))
            #expect(seen == [[Scene.vip]])
            #expect(await other.held[Scene.key]?.destinations.count == 2)
            seen = try await self.answers(scene, while: Scene.plan(), FakeBackend())
            #expect(seen == [[Scene.vip]])
        }
    }

    @Test("What the new plan says is answered when it has been taken on")
    func visible() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            await scene.controller.settled()
            var plan = Scene.plan()
            for index in plan.services[0].members.indices {
                plan.services[0].members[index].destination.weight = 7
            }
            let zone = try Scene.zone()
            await scene.controller.take(
                plan, backend: scene.backend, zones: [zone.origin: .init(zone)], options: AnswerOptions())
            #expect(await scene.table == [Scene.one: 7, Scene.two: 7])
            #expect(scene.store.current.view.entries.first?.addresses.map(\.weight) == [14])
        }
    }

    @Test("A new real server that hangs holds the plan up for five seconds at most")
    func hangs() async throws {
        let scene = Scene(up: [Scene.one, Scene.two], hanging: [Scene.sorry])
        try await scene.run {
            await scene.controller.settled()
            var plan = Scene.plan()
            plan.services[0].members.append(Scene.member(Scene.sorry))
            let seen = try await self.answers(scene, while: plan, scene.backend)
            #expect(seen == [[Scene.vip]])
            #expect(await scene.table == [Scene.one: 1, Scene.two: 1])
        }
    }
}
