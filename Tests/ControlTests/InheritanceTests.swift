import Answering
import Control
import Director
import Foundation
import Synchronization
import Testing

@Suite("What outlives the process, and what does not")
struct InheritanceTests {
    /// The saved state's file in a folder of its own.
    static func stateFile() -> StateFile {
        StateFile(directory: NSTemporaryDirectory() + "/swerve-inheritance-\(UUID().uuidString)")
    }

    static func saved(_ keys: [VirtualServerKey]) -> StateFile {
        let file = stateFile()
        var state = SavedState()
        state.owned = keys
        #expect(file.write(state) == nil)
        return file
    }

    static let entry = TableEntry(ServiceOptions(scheduler: "sh"), [Destination(Scene.one)])

    @Test("What the relay carried is not taken for the kernel's after a restart")
    func relayIsForgotten() async throws {
        let file = Self.stateFile()
        let relay = Scene(backend: FakeBackend(outlivesProcess: false), stateFile: file, up: [Scene.one])
        try await relay.run {
            try await relay.until("one serves") { await relay.table == [Scene.one: 1] }
        }
        await relay.controller.stop()
        #expect(file.read()?.owned == [])
        // Somebody else's virtual server of the same address in the kernel, and ours is no longer configured.
        let kernel = FakeBackend(Table([Scene.key: Self.entry]))
        let scene = Scene(backend: kernel, stateFile: file)
        try await scene.run(ControlPlan()) {
            await scene.controller.settled()
            #expect(await kernel.held[Scene.key] == Self.entry)
        }
    }

    @Test(
        "What an earlier process left in the kernel is known while another backend carries the packets, and removed",
        arguments: [true, false])
    func kernelIsCleared(isRelay: Bool) async throws {
        let file = Self.saved([Scene.key])
        let kernel = FakeBackend(Table([Scene.key: Self.entry]))
        let scene = Scene(
            backend: isRelay ? FakeBackend(outlivesProcess: false) : nil, stateFile: file, up: [Scene.one])
        try await scene.run {
            await scene.controller.settled()
            #expect(await scene.controller.hasInheritance)
            #expect(file.read()?.owned == [Scene.key], "known until it is gone")
            await kernel.refuseRemovals(true)
            await scene.controller.removeInheritance(from: kernel)
            #expect(scene.occurrences.withLock { $0.contains { $0.text.contains("stays in the table") } })
            #expect(file.read()?.owned == [Scene.key])
            await kernel.refuseRemovals(false)
            await scene.controller.removeInheritance(from: kernel)
            #expect(await kernel.held == Table())
            #expect(await !scene.controller.hasInheritance)
            #expect(file.read()?.owned == [])
        }
    }

    @Test("Back with the kernel, what stayed there is ours again")
    func kernelTakesItsOwn() async throws {
        let file = Self.saved([Scene.key])
        let scene = Scene(backend: nil, stateFile: file)
        let kernel = FakeBackend(Table([Scene.key: Self.entry]))
        try await scene.run(ControlPlan()) {
            await scene.controller.settled()
            await scene.controller.take(ControlPlan(), backend: kernel, zones: [:], options: .init())
            try await scene.until("it has left") { await kernel.held == Table() }
        }
    }

    @Test("A reload to another backend says what the kernel keeps, and knows it from then on")
    func removalFailsInReload() async throws {
        let file = Self.stateFile()
        let kernel = FakeBackend()
        let scene = Scene(backend: kernel, stateFile: file, up: [Scene.one])
        try await scene.run {
            try await scene.until("one serves") { await scene.table == [Scene.one: 1] }
            await kernel.refuseRemovals(true)
            await scene.controller.take(Scene.plan(), backend: nil, zones: [:], options: .init())
            #expect(await scene.controller.hasInheritance)
            #expect(
                scene.occurrences.withLock {
                    $0.contains {
                        $0.text == "stays in the table: remove \(Scene.key): Operation not permitted"
                    }
                })
        }
    }

    @Test("A stop says which virtual server could not be removed, and remembers it", arguments: [true, false])
    func stopping(isRefused: Bool) async throws {
        let file = Self.stateFile()
        let kernel = FakeBackend()
        let scene = Scene(backend: kernel, stateFile: file, up: [Scene.one])
        var plan = Scene.plan()
        plan.services[0].isRemovedOnStop = true
        try await scene.run(plan) {
            try await scene.until("one serves") { await scene.table == [Scene.one: 1] }
        }
        await kernel.refuseRemovals(isRefused)
        await scene.controller.stop()
        #expect(await (kernel.held == Table()) == !isRefused)
        #expect(file.read()?.owned == (isRefused ? [Scene.key] : []))
        let said = scene.occurrences.withLock { $0.filter { $0.level == .error }.map(\.text) }
        #expect(
            said == (isRefused ? ["stays in the table: remove \(Scene.key): Operation not permitted"] : []))
    }

    @Test("What somebody else has removed in the meantime is no trouble at the stop")
    func stoppingWithoutTable() async throws {
        let kernel = FakeBackend()
        let scene = Scene(backend: kernel, up: [Scene.one])
        var plan = Scene.plan()
        plan.services[0].isRemovedOnStop = true
        try await scene.run(plan) {
            try await scene.until("one serves") { await scene.table == [Scene.one: 1] }
        }
        await kernel.set(Table())
        await kernel.refuseRemovals(true)
        await scene.controller.stop()
        #expect(scene.occurrences.withLock { $0.filter { $0.level == .error } } == [])
    }
}
