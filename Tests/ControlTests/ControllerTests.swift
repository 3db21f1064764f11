import Addresses
import Answering
import Control
import Director
import Foundation
import Health
import Synchronization
import Testing
import Zones

@Suite("The flow of verdicts")
struct ControllerTests {
    @Test("Coming up: the table first, the answer after the acknowledgement")
    func comingUp() async throws {
        let scene = Scene()
        try await scene.run {
            await scene.controller.settled()
            #expect(scene.answered == [])
            await scene.backend?.stick()
            scene.set(Scene.one, true)
            try await scene.until("the verdict is up") {
                await scene.controller.overview.virtualServers[0].realServers[0].standing == .up
            }
            try await Task.sleep(for: .milliseconds(50))
            #expect(scene.answered == [], "answered before the backend has acknowledged")
            await scene.backend?.release()
            try await scene.until("the VIP is answered") { scene.answered == [Scene.vip] }
            #expect(await scene.table == [Scene.one: 1])
        }
    }

    @Test("Going down: the answer at once, whatever the table takes")
    func goingDown() async throws {
        let scene = Scene(up: [Scene.one])
        try await scene.run {
            await scene.controller.settled()
            try await scene.until("the VIP is answered") { scene.answered == [Scene.vip] }
            await scene.backend?.stick()
            scene.set(Scene.one, false)
            try await scene.until("the VIP is withdrawn") { scene.answered == [] }
            #expect(await scene.table == [Scene.one: 1])
            await scene.backend?.release()
            try await scene.until("the real server has left") { await scene.table.isEmpty }
        }
    }

    @Test("If the table can't be written, its VIPs aren't up, and it is said once")
    func tableRefuses() async throws {
        let scene = Scene(up: [Scene.one])
        await scene.backend?.refuse([Scene.one])
        try await scene.run {
            try await scene.until("the trouble is said") {
                scene.occurrences.withLock {
                    $0.contains { $0.text.contains("refused") && $0.subject == "table" }
                }
            }
            try await Task.sleep(for: Scene.lookInterval * 5)
            #expect(scene.answered == [])
            #expect(scene.occurrences.withLock { $0.count { $0.subject == "table" } } == 1)
            await scene.backend?.refuse([])
            try await scene.until("the VIP is answered") { scene.answered == [Scene.vip] }
        }
    }

    @Test("Of a virtual server that can't be made, that alone is said")
    func serviceRefused() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        await scene.backend?.refuseServices()
        try await scene.run {
            await scene.controller.settled()
            let said = scene.occurrences.withLock { $0.filter { $0.subject == "table" }.map(\.text) }
            #expect(said == ["add \(Scene.key): Address already in use"])
        }
    }

    @Test("Without a backend, verdicts alone decide")
    func noBackend() async throws {
        let scene = Scene(backend: nil, up: [Scene.two])
        try await scene.run {
            await scene.controller.settled()
            try await scene.until("the VIP is answered") { scene.answered == [Scene.vip] }
            scene.set(Scene.two, false)
            try await scene.until("the VIP is withdrawn") { scene.answered == [] }
        }
    }

    @Test("A quiescent real server stays with weight 0")
    func quiescent() async throws {
        let scene = Scene(up: [Scene.one])
        try await scene.run(Scene.plan(isQuiescent: true)) {
            try await scene.until("one serves, the other is quiet") {
                await scene.table == [Scene.one: 1, Scene.two: 0]
            }
        }
    }

    @Test("The fallback is in the table while nothing else serves, and checked only there")
    func fallback() async throws {
        let scene = Scene(up: [Scene.one])
        try await scene.run(Scene.plan(fallback: Scene.member(Scene.sorry, tableOnly: true))) {
            try await scene.until("one serves") { await scene.table == [Scene.one: 1] }
            #expect(scene.asked.withLock { $0[Scene.sorry] } == nil)
            scene.set(Scene.one, false)
            try await scene.until("the fallback has entered") { await scene.table == [Scene.sorry: 1] }
            try await scene.until("it is checked") { scene.asked.withLock { $0[Scene.sorry] ?? 0 } > 1 }
            #expect(scene.answered == [], "a fallback that is down makes no VIP degraded")
            scene.set(Scene.sorry, true)
            try await scene.until("the VIP is degraded, and answered") { scene.answered == [Scene.vip] }
            scene.set(Scene.two, true)
            try await scene.until("the fallback has left") { await scene.table == [Scene.two: 1] }
        }
    }

    @Test("All other virtual servers are never touched; ours that leave the configuration are removed")
    func ownership() async throws {
        let foreign = VirtualServerKey.endpoint(.tcp, Endpoint("198.51.100.1:443")!)
        let entry = TableEntry(ServiceOptions(scheduler: "sh"), [Destination(Endpoint("10.9.9.9:443")!)])
        let backend = FakeBackend(Table([foreign: entry]))
        let scene = Scene(backend: backend, up: [Scene.one])
        try await scene.run {
            try await scene.until("one serves") { await scene.table == [Scene.one: 1] }
            await scene.controller.take(ControlPlan(), backend: backend, zones: [:], options: .init())
            try await scene.until("ours is gone") { await backend.held[Scene.key] == nil }
            #expect(await backend.held[foreign] == entry)
        }
    }
}

@Suite("Repair", .serialized)
struct RepairTests {
    @Test("An emptied table becomes whole again, and it is said")
    func emptied() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            try await scene.until("both serve") { await scene.table.count == 2 }
            await scene.backend?.set(Table())
            try await scene.until("both serve again") { await scene.table.count == 2 }
            #expect(scene.occurrences.withLock { $0.contains { $0.text.contains("somebody else") } })
        }
    }

    @Test("A foreign real server in ours is removed; with 'repair no' it stays")
    func foreignRealServer() async throws {
        for repairs in [true, false] {
            let scene = Scene(up: [Scene.one])
            try await scene.run(Scene.plan(repairs: repairs)) {
                try await scene.until("one serves") { await scene.table == [Scene.one: 1] }
                var table = await scene.backend?.held ?? Table()
                table[Scene.key]?.destinations[Scene.sorry] = Destination(Scene.sorry)
                await scene.backend?.set(table)
                if repairs {
                    try await scene.until("it is gone") { await scene.table == [Scene.one: 1] }
                } else {
                    try await Task.sleep(for: Scene.lookInterval * 5)
                    #expect(await scene.table.count == 2)
                }
            }
        }
    }

    @Test("A verdict about a real server that somebody else has removed is no trouble")
    func removedByOthers() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            try await scene.until("both serve") { await scene.table.count == 2 }
            var table = await scene.backend?.held ?? Table()
            table[Scene.key]?.destinations[Scene.one] = nil
            await scene.backend?.set(table)
            scene.set(Scene.one, false)
            scene.set(Scene.two, false)
            try await scene.until("the other leaves") { await scene.table.isEmpty }
            scene.set(Scene.two, true)
            try await scene.until("and returns") { await scene.table == [Scene.two: 1] }
            #expect(scene.occurrences.withLock { $0.filter { $0.level == .error } } == [])
        }
    }

    @Test(
        "A table that can't be read for a moment changes no answer; after five seconds nothing is known of it"
    )
    func unreadable() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        @Sendable func isSaid(_ words: String) -> Bool {
            scene.occurrences.withLock { $0.contains { $0.text.contains(words) } }
        }
        try await scene.run {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            try await scene.until("they are answered") { scene.answered == [Scene.vip] }
            await scene.backend?.break_(true)
            try await scene.until("it is said") {
                isSaid("read the table: No such device; what was last known of it holds for 5 s")
            }
            #expect(scene.answered == [Scene.vip])
            // Verdicts count meanwhile.
            scene.set(Scene.one, false)
            try await scene.until("it leaves") { await scene.table == [Scene.two: 1] }
            #expect(scene.answered == [Scene.vip])
            await scene.backend?.break_(false)
            try await scene.until("it is over") { isSaid("is as it should be again") }
            #expect(scene.answered == [Scene.vip])
            #expect(!isSaid("VIP down"))
            // Who drains is not cut off by it.
            scene.set(Scene.one, true)
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            await scene.backend?.count(Scene.one, of: Scene.key, ConnectionCounts(active: 3))
            _ = try await scene.controller.order(
                .drain(patience: .seconds(600)), SubjectPattern("\(Scene.one)"))
            try await scene.until("it drains") { await scene.table == [Scene.one: 0, Scene.two: 1] }
            await scene.backend?.break_(true)
            try await scene.until("nothing is known") { scene.answered == [] }
            await scene.backend?.break_(false)
            try await scene.until("it is answered again") { scene.answered == [Scene.vip] }
            #expect(await scene.table == [Scene.one: 0, Scene.two: 1])
            let removed = await scene.backend?.taken.filter {
                if case .deleteDestination(Scene.key, Scene.one) = $0 { true } else { false }
            }
            #expect(removed?.count == 1, "when its check failed, and never again")
        }
    }

    @Test("While another plan is taken on, people see sets only with their entries, and a drain keeps its time")
    func coming() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            try await scene.until("they are answered") { scene.answered == [Scene.vip] }
            await scene.backend?.stick()
            var plan = Scene.plan()
            plan.services[0].members[0].destination.weight = 7
            let (zone, coming) = (try Scene.zone(), plan)
            async let taken: Void = scene.controller.take(
                coming, backend: scene.backend, zones: [zone.origin: .init(zone)], options: .init())
            try await scene.until("the pass waits") { await scene.backend?.isHoldingUp ?? false }
            let overview = await scene.controller.overview
            #expect(overview.sets.count == overview.entries.count && overview.uses.count == overview.sets.count)
            _ = try await scene.controller.order(
                .drain(patience: .seconds(600)), SubjectPattern("\(Scene.vip)"))
            guard
                case .drain(let drain)? = await scene.controller.overview.orders.orders[.vip(Scene.vip)]?.action,
                case .withdrawn = drain.phase
            else { Issue.record("answers that were given are not waited for"); return }
            await scene.backend?.release()
            await taken
            #expect(await scene.controller.overview.entries.count == 1)
        }
    }

    @Test("The third time in a minute another controller is named, and the entry is left alone")
    func quarrel() async throws {
        let scene = Scene(up: [Scene.one])
        try await scene.run {
            for _ in 0..<3 {
                try await scene.until("one serves") { await scene.table == [Scene.one: 1] }
                // The pass that saw it serve has to end before somebody takes it away again.
                try await scene.until("it is answered") { scene.answered == [Scene.vip] }
                var table = await scene.backend?.held ?? Table()
                table[Scene.key]?.destinations = [:]
                await scene.backend?.set(table)
                try await scene.until("that was seen") { await scene.backend?.held != table }
            }
            try await scene.until("somebody is accused") {
                scene.occurrences.withLock {
                    $0.contains { $0.level == .error && $0.text.contains("ldirectord") }
                }
            }
            try await scene.until("it is answered") { scene.answered == [Scene.vip] }
            var table = await scene.backend?.held ?? Table()
            table[Scene.key]?.destinations = [:]
            await scene.backend?.set(table)
            try await scene.until("the answer follows the table") { scene.answered == [] }
            try await Task.sleep(for: Scene.lookInterval * 5)
            #expect(await scene.table.isEmpty)
        }
    }
}

@Suite("After a start")
struct StartTests {
    static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "/swerve-control-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test("What stands in the table with a weight above 0 counts as up, and nothing is changed")
    func adoption() async throws {
        let entry = TableEntry(
            ServiceOptions(scheduler: "rr"), [Destination(Scene.one), Destination(Scene.two)])
        let scene = Scene(backend: FakeBackend(Table([Scene.key: entry])), up: [Scene.one, Scene.two])
        try await scene.run {
            await scene.controller.settled()
            #expect(scene.answered == [Scene.vip])
            #expect(await scene.backend?.taken == [])
        }
    }

    @Test("What a reload adopts is known to be ours at once, though nothing had to be changed")
    func ownershipOfAdopted() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = StateFile(directory: folder)
        let entry = TableEntry(
            ServiceOptions(scheduler: "rr"), [Destination(Scene.one), Destination(Scene.two)])
        let backend = FakeBackend(Table([Scene.key: entry]))
        let scene = Scene(backend: backend, stateFile: file, up: [Scene.one, Scene.two])
        try await scene.run(ControlPlan()) {
            await scene.controller.settled()
            try await scene.until("the start is saved") { file.read() != nil }
            await scene.controller.take(Scene.plan(), backend: backend, zones: [:], options: .init())
            #expect(await backend.taken == [])
            // Far below the minute after which everything is saved again.
            try await scene.until("it is saved") { file.read()?.owned == [Scene.key] }
        }
    }

    @Test("Saved verdicts hold: the first answer equals the last, and nothing is changed")
    func savedVerdicts() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let backend = FakeBackend()
        let first = Scene(backend: backend, stateFile: StateFile(directory: folder), up: [Scene.one])
        try await first.run {
            try await first.until("one serves") { first.answered == [Scene.vip] }
            try await first.until("it is saved") {
                StateFile(directory: folder).read()?.verdicts.contains { $0.verdict == .up } ?? false
            }
        }
        let before = await backend.taken
        // The second process finds nobody answering, but what was saved holds until a check has spoken.
        let second = Scene(backend: backend, stateFile: StateFile(directory: folder), up: [Scene.one])
        try await second.run {
            await second.controller.settled()
            #expect(second.answered == [Scene.vip])
            #expect(await backend.taken == before)
        }
    }

    @Test(
        "Saved verdicts of more than ten minutes ago, or of a time to come, do not hold",
        arguments: [-601.0, 60])
    func oldVerdicts(shift: Double) async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = StateFile(directory: folder)
        var state = SavedState()
        state.verdicts = [.init(check: Scene.member(Scene.one).check, verdict: .up, reason: "fine")]
        #expect(file.write(state) == nil)
        var text = try String(contentsOfFile: file.path, encoding: .utf8)
        let saved = try #require(file.read()).savedAt
        text = text.replacingOccurrences(of: "\(saved)", with: "\(saved + shift)")
        try text.write(toFile: file.path, atomically: true, encoding: .utf8)
        #expect(try #require(file.read()).savedAt == saved + shift)
        let scene = Scene(backend: nil, stateFile: file)
        await scene.controller.take(Scene.plan(), backend: nil, zones: [:], options: .init())
        let standing = await scene.controller.overview.virtualServers[0].realServers[0].standing
        #expect(standing == .unknown)
    }

    @Test("Verdicts are read as they were written, of checks that have much in common and of others")
    func kept() throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = StateFile(directory: folder)
        let first = Scene.member(Scene.one).check
        var slower = first
        slower.interval = .seconds(60)
        var state = SavedState()
        state.verdicts = [
            .init(check: first, verdict: .up, reason: "fine"),
            .init(check: first.aimed(at: Scene.two), verdict: .down, reason: "HTTP 503, \"busy\""),
            .init(check: slower, verdict: .up, reason: ""),
        ]
        #expect(file.write(state) == nil)
        let read = try #require(file.read()).verdicts
        #expect(read.count == 3 && state.verdicts.allSatisfy(read.contains))
    }

    @Test("Verdicts in a form of another version are ignored, and what is ours is not forgotten")
    func otherVersion() throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = StateFile(directory: folder)
        let key = VirtualServerKey.firewallMark(7, .v4)
        var state = SavedState()
        state.owned = [key]
        state.verdicts = [.init(check: Scene.member(Scene.one).check, verdict: .up, reason: "fine")]
        #expect(file.write(state) == nil)
        #expect(file.read()?.verdicts.count == 1)
        var text = try String(contentsOfFile: file.path, encoding: .utf8)
        text = text.replacingOccurrences(of: "\"rows\":", with: "\"lines\":")
        try text.write(toFile: file.path, atomically: true, encoding: .utf8)
        let read = try #require(file.read())
        #expect(read.owned == [key] && read.verdicts.isEmpty)
    }

    @Test(
        "What is no state of ours is ignored, and replaced where it can be",
        arguments: [.garbage, .cut, .huge, .directory, .pipe] as [ForeignState])
    func foreignState(_ state: ForeignState) async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = StateFile(directory: folder)
        try state.put(at: file.path)
        #expect(file.read() == nil)
        let trouble = file.write(SavedState())
        if state == .directory {
            #expect(trouble == "rename to \(file.path): Is a directory")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["state.json"])
        } else {
            #expect(trouble == nil)
            #expect(file.read() != nil)
        }
    }

    @Test("A state directory that can't be written is a warning")
    func notWritable() async throws {
        let scene = Scene(stateFile: StateFile(directory: "/proc/nonexistent"), up: [Scene.one])
        try await scene.run {
            try await scene.until("it is said") {
                scene.occurrences.withLock { $0.contains { $0.subject == "state" && $0.level == .warning } }
            }
            try await scene.until("and does no harm") { scene.answered == [Scene.vip] }
        }
    }
}

/// What may be found in the place of a saved state.
enum ForeignState: Sendable {
    case garbage, cut, huge, directory, pipe

    func put(at path: String) throws {
        switch self {
        case .garbage: try Data((0..<255).map { UInt8($0) }).write(to: URL(fileURLWithPath: path))
        case .cut: try Data(#"{"bootID":""#.utf8).write(to: URL(fileURLWithPath: path))
        case .huge:
            try Data().write(to: URL(fileURLWithPath: path))
            truncate(path, 1 << 40)
        case .directory:
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        case .pipe: mkfifo(path, 0o600)
        }
    }
}
