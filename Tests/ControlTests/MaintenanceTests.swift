import Addresses
import Answering
import Director
import Health
import Steering
import Synchronization
import Testing

@testable import Control

@Suite("Maintenance by files", .timeLimit(.minutes(1)))
struct MaintenanceTests {
    /// Everybody at these addresses is out.
    static func out(_ endpoints: Endpoint...) -> [Maintenance] {
        let addresses = endpoints.map { ($0.address, "file of \($0.address)") }
        return [Maintenance(addresses: Dictionary(uniqueKeysWithValues: addresses))]
    }

    private func order(_ scene: Scene, _ command: OrderCommand, _ subject: String) async throws {
        _ = try await scene.controller.order(command, SubjectPattern(subject))
    }

    @Test("A quiescent one keeps its place with weight 0, any other leaves; both are back without the file")
    func file() async throws {
        for isQuiescent in [true, false] {
            let scene = Scene(up: [Scene.one, Scene.two])
            try await scene.run(Scene.plan(isQuiescent: isQuiescent)) {
                try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
                await scene.controller.take(Self.out(Scene.one))
                try await scene.until("one is out") {
                    await scene.table == (isQuiescent ? [Scene.one: 0, Scene.two: 1] : [Scene.two: 1])
                }
                // Whatever is ordered to be up.
                try await order(scene, .up, "10.0.0.1")
                let server = await scene.controller.overview.virtualServers[0].realServers[0]
                #expect(server.standing == .down && server.note == "in maintenance by file of 10.0.0.1")
                await scene.controller.take([])
                try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            }
        }
    }

    @Test(
        "A real server is meant by the port of the table, and by the one that is written",
        arguments: [80, 8080, 81])
    func ports(port: UInt16) async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = Scene.plan()
        plan.services[0].members[0].written = Endpoint(Scene.one.address, port: 8080)
        try await scene.run(plan) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            await scene.controller.take([
                Maintenance(endpoints: [Endpoint(Scene.one.address, port: port): "file"])
            ])
            let standing = await scene.controller.overview.virtualServers[0].realServers[0].standing
            #expect(standing == (port == 81 ? .up : .down))
        }
    }

    @Test("A drain goes on to its end, whatever file appears meanwhile")
    func drain() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        let backend = try #require(scene.backend)
        try await scene.run(Scene.plan(isQuiescent: true)) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            await backend.count(Scene.one, of: Scene.key, ConnectionCounts(active: 2))
            try await order(scene, .drain(patience: .seconds(900)), "10.0.0.1")
            try await scene.until("it is quiet") { await scene.table == [Scene.one: 0, Scene.two: 1] }
            await scene.controller.take(Self.out(Scene.one))
            let server = await scene.controller.overview.virtualServers[0].realServers[0]
            #expect(server.standing == .draining)
            await backend.count(Scene.one, of: Scene.key, ConnectionCounts())
            try await scene.until("it has left") { await scene.table == [Scene.two: 1] }
            try await order(scene, .enable, "10.0.0.1")
            try await scene.until("the file holds") { await scene.table == [Scene.one: 0, Scene.two: 1] }
        }
    }

    @Test("It does not cut off whom answers still lead to a real server that drains")
    func withdrawing() async throws {
        let scene = Scene(up: [Scene.one])
        var plan = Scene.plan()
        plan.policies = [SteeringPolicy(timeToLive: 2)]
        try await scene.run(plan) {
            try await scene.until("one serves") { scene.answered == [Scene.vip] }
            try await order(scene, .drain(patience: .seconds(900)), "10.0.0.1")
            #expect(scene.answered == [])
            await scene.controller.take(Self.out(Scene.one))
            let server = await scene.controller.overview.virtualServers[0].realServers[0]
            #expect(server.standing == .withdrawing)
            try await scene.until("it has left when they have run out") { await scene.table == [:] }
        }
    }

    @Test("A drain brings nobody back whom a file has out", arguments: [true, false])
    func beforehand(_ isQuiescent: Bool) async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = Scene.plan(isQuiescent: isQuiescent)
        plan.policies = [SteeringPolicy(timeToLive: 2)]
        try await scene.run(plan) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            await scene.controller.take(Self.out(Scene.one))
            try await scene.until("one is out") { await scene.table[Scene.one] ?? 0 == 0 }
            let words = try await scene.controller.order(.enable, SubjectPattern("10.0.0.1")).map(\.words)
            #expect(words == ["enabled, but in maintenance by file of 10.0.0.1"])
            try await order(scene, .drain(patience: .seconds(900)), "10.0.0.*")
            let servers = await scene.controller.overview.virtualServers[0].realServers
            #expect(servers.map(\.standing) == [.down, .withdrawing])
            try await scene.until("the other has left, and one was never back") {
                #expect(await scene.table[Scene.one] ?? 0 == 0)
                return await scene.table[Scene.two] == nil
            }
        }
    }

    @Test("What an order or an agent has out of the table does not come back by it, not even with weight 0")
    func disabled() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = AgentTests.plan()
        plan.services[0].isQuiescent = true
        try await scene.run(plan) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 200, Scene.two: 100] }
            scene.say(AgentTests.agent, "maint")
            try await order(scene, .disable, "10.0.0.2")
            try await scene.until("both are out") { await scene.table == [:] }
            await scene.controller.take(Self.out(Scene.one, Scene.two))
            let servers = await scene.controller.overview.virtualServers[0].realServers
            #expect(servers.map(\.standing) == [.out, .out])
        }
    }

    @Test("max-down does not count it: of the seven of ten that are left 30 % are two")
    func maximumDown() async throws {
        let endpoints = (1...10).map { Endpoint("10.1.0.\($0):80")! }
        let scene = Scene(up: endpoints)
        var plan = Scene.plan()
        plan.services[0].members = endpoints.map { Scene.member($0) }
        plan.services[0].maximumDown = 30
        try await scene.run(plan) {
            try await scene.until("all serve") { await scene.table.count == 10 }
            await scene.controller.take(Self.out(endpoints[0], endpoints[1], endpoints[2]))
            try await scene.until("three are out") { await scene.table.count == 7 }
            scene.set(endpoints[3], false)
            try await scene.until("a dead one leaves") { await scene.table.count == 6 }
            scene.set(endpoints[4], false)
            try await scene.until("and another") { await scene.table.count == 5 }
            scene.set(endpoints[5], false)
            try await scene.until("the third is kept in") {
                scene.occurrences.withLock {
                    $0.contains { $0.text.hasPrefix("3 of 7 real servers are down, max-down 30% lets 2") }
                }
            }
            #expect(await scene.table.count == 5)
        }
    }
}
