import Addresses
import Answering
import Control
import Director
import Foundation
import Health
import Synchronization
import Testing

@Suite("Checks through the VIP")
struct DataPathTests {
    static func plan(_ servers: [Endpoint] = [Scene.one, Scene.two], marks: ClosedRange<UInt32> = 100...200)
        -> ControlPlan
    {
        var plan = Scene.plan()
        plan.privateMarks = marks
        plan.services[0].members = servers.map { server in
            var check = Check(
                .connect, target: Endpoint(Scene.vip, port: 80), interval: .milliseconds(20),
                timeout: .seconds(1))
            check.path = DataPath(
                realServer: server, forwarding: "gate", source: IPAddress("10.0.0.254"))
            return .init(Destination(server), check: check)
        }
        return plan
    }

    static func entry(_ server: Endpoint) -> TableEntry {
        TableEntry(
            ServiceOptions(scheduler: "rr", flags: .onePacket), [Destination(Endpoint(server.address, port: 0))]
        )
    }

    @Test("Each check has a virtual server of its own that leads to its real server, and its mark")
    func marks() async throws {
        let backend = FakeBackend()
        let scene = DataPathScene(backend: backend, up: [Scene.one])
        try await scene.run(Self.plan()) {
            try await scene.until("one serves, and the other is down") {
                let servers = await scene.controller.overview.virtualServers[0].realServers
                return servers.map(\.standing) == [.up, .down] && servers[0].isAcknowledged
            }
            #expect(await backend.held[.firewallMark(100, .v4)] == Self.entry(Scene.one))
            #expect(await backend.held[.firewallMark(101, .v4)] == Self.entry(Scene.two))
            #expect(scene.strayed.withLock { $0 } == 0, "a probe went out before its mark led anywhere")
            let overview = await scene.controller.overview
            #expect(Set(overview.desired.entries.keys) == [Scene.key])
            #expect(
                Set(overview.privateTable.entries.keys) == [.firewallMark(100, .v4), .firewallMark(101, .v4)])

            // Who is exchanged is asked by another mark, and never by that of the one before.
            let three = Endpoint("10.0.0.3:80")!
            await scene.controller.take(
                Self.plan([Scene.two, three]), backend: backend, zones: [:], options: .init())
            try await scene.until("the old mark is gone") {
                await Set(backend.held.entries.keys)
                    == [Scene.key, .firewallMark(101, .v4), .firewallMark(102, .v4)]
            }
            #expect(await backend.held[.firewallMark(102, .v4)] == Self.entry(three))
            #expect(scene.strayed.withLock { $0 } == 0)
        }
        await scene.controller.stop()
        #expect(await Set(backend.held.entries.keys) == [Scene.key])
    }

    @Test("A private virtual server that somebody removes or changes is put back")
    func repair() async throws {
        let backend = FakeBackend()
        let scene = DataPathScene(backend: backend, up: [Scene.one, Scene.two])
        try await scene.run(Self.plan()) {
            try await scene.until("both serve") {
                await scene.controller.overview.virtualServers[0].servingCount == 2
            }
            var table = await backend.held
            table[.firewallMark(100, .v4)] = nil
            table[.firewallMark(101, .v4)]?.destinations[Scene.sorry] = Destination(Scene.sorry)
            await backend.set(table)
            try await scene.until("it is as it was") {
                let held = await backend.held
                return held[.firewallMark(100, .v4)] == Self.entry(Scene.one)
                    && held[.firewallMark(101, .v4)] == Self.entry(Scene.two)
            }
        }
    }

    @Test("Where the backend refuses the private virtual server nobody is asked, and it is said")
    func refused() async throws {
        let backend = FakeBackend()
        await backend.refuse([Endpoint(Scene.one.address, port: 0), Endpoint(Scene.two.address, port: 0)])
        let scene = DataPathScene(backend: backend, up: [Scene.one, Scene.two])
        try await scene.run(Self.plan()) {
            try await scene.until("the trouble is said") {
                await !scene.controller.overview.troubles.isEmpty
            }
            #expect(scene.asked.withLock { $0 } == 0)
            await backend.refuse([])
            try await scene.until("both serve") {
                await scene.controller.overview.virtualServers[0].servingCount == 2
            }
            // The intervals are short: many of them pass without a way.
            await backend.refuse([Endpoint(Scene.one.address, port: 0), Endpoint(Scene.two.address, port: 0)])
            var table = await backend.held
            table[.firewallMark(100, .v4)] = nil
            await backend.set(table)
            try await scene.until("its real server is not asked, which is said") {
                await scene.controller.overview.checks.values.contains {
                    $0.localTrouble == "its private virtual server does not stand in the table"
                }
            }
            #expect(await scene.controller.overview.virtualServers[0].servingCount == 2)
        }
    }
}

/// A controller whose probes end where the backend leads their mark.
final class DataPathScene: Sendable {
    let controller: Controller
    let backend: FakeBackend
    /// Probes that went out, and those of them that would have ended at no or another real server than meant.
    let asked = Mutex(0)
    let strayed = Mutex(0)
    private let up: Set<Endpoint>

    init(backend: FakeBackend, up: Set<Endpoint>) {
        self.backend = backend
        self.up = up
        let box = Box()
        controller = Controller(
            store: SnapshotStore(Snapshot(catalog: ZoneCatalog([:]))), lookInterval: Scene.lookInterval,
            probe: { check in await box.value?.outcome(of: check) ?? .undecided("not yet") })
        box.set(self)
    }

    private func outcome(of check: Check) async -> Outcome {
        asked.withLock { $0 += 1 }
        guard let path = check.path, let mark = path.mark,
            let entry = await backend.held[.firewallMark(mark, .v4)],
            entry.destinations.keys.map(\.address) == [path.realServer.address]
        else {
            strayed.withLock { $0 += 1 }
            return .undecided("nowhere")
        }
        return up.contains(path.realServer) ? .success("fine") : .failure("timed out")
    }

    func run(_ plan: ControlPlan, _ body: @Sendable @escaping () async throws -> Void) async throws {
        await controller.take(plan, backend: backend, zones: [:], options: AnswerOptions())
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.controller.run() }
            defer { tasks.cancelAll() }
            try await body()
        }
    }

    /// Waits, at most ten seconds, until something holds.
    func until(_ what: String, _ condition: () async -> Bool) async throws {
        for _ in 0..<2000 {
            if await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("never: \(what)")
        throw CancellationError()
    }

    private final class Box: Sendable {
        private struct Held: Sendable { weak var scene: DataPathScene? }
        private let held = Mutex(Held())
        var value: DataPathScene? { held.withLock { $0.scene } }
        func set(_ scene: DataPathScene) { held.withLock { $0.scene = scene } }
    }
}
