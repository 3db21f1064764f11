import Addresses
import Answering
import Control
import Director
import Foundation
import Health
import Steering
import Synchronization
import Testing

@Suite("Agents", .timeLimit(.minutes(1)))
struct AgentTests {
    static let agent = Endpoint("10.0.0.1:5555")!

    static func plan(agent: Bool = true, interval: Duration = .milliseconds(20)) -> ControlPlan {
        var plan = Scene.plan()
        plan.services[0].options.scheduler = "wrr"
        plan.services[0].members[0].destination.weight = 2
        plan.services[0].members[0].agent =
            agent
            ? Check(.agent(sending: []), target: Self.agent, interval: interval, timeout: .seconds(1)) : nil
        return plan
    }

    /// Each line that the agent says, and the weight that the first real server has in the table then; nil: none.
    /// The weights of the pool are a hundredfold.
    @Test("What it says is carried out, and what it leaves out stays")
    func lines() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run(Self.plan()) {
            try await scene.until("both serve, although the agent can't be asked") {
                await scene.table == [Scene.one: 200, Scene.two: 100]
            }
            let rows: [(String, Int32?, note: String?)] = [
                ("50%", 100, "its agent says 50 % of its weight"),
                ("drain", 0, "its agent says drain, 50 % of its weight"),
                ("ready", 100, "its agent says 50 % of its weight"),
                ("1%", 2, "its agent says 1 % of its weight"),
                ("0%", 0, "its agent says 0 % of its weight"),
                ("150%", 300, "its agent says 150 % of its weight"),
                ("maint 100%", nil, "its agent says maint"), ("ready", 200, nil),
                ("down # disk", nil, "its agent says down"),
                ("100% ready", nil, "its agent says down"), ("up", 200, nil),
            ]
            for (line, weight, note) in rows {
                scene.say(Self.agent, line)
                try await scene.until("\(line): \(weight ?? -1)") {
                    let server = await scene.controller.overview.virtualServers[0].realServers[0]
                    return await scene.table[Scene.one] == weight && server.note == note
                }
            }
            scene.set(Scene.one, false)
            try await scene.until("its check outranks it") { await scene.table == [Scene.two: 100] }
            #expect(
                scene.occurrences.withLock { $0.map(\.text) }.contains("its agent says down # disk"),
                "the log has the line")
        }
    }

    /// The weights of two real servers, what the agent of the first says, and the weights in the table: those of the
    /// pool times the scale, up to 65535. With 600 beside 1 the scale of 100 leaves no room for ten times as much.
    @Test(
        "What it says beyond 100 % is of its own real server's weight only",
        arguments: [
            ([2, 1], [200, 100], ["150%": 300, "1000%": 2000]),
            ([600, 1], [6000, 10], ["150%": 9000, "1000%": 60_000]),
            ([50_000, 100], [50_000, 100], ["120%": 60_000, "1000%": 65_535]),
        ] as [([Int32], [Int32], [String: Int32])])
    func moreThanAll(weights: [Int32], plain: [Int32], lines: [String: Int32]) async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = Self.plan()
        for (place, weight) in weights.enumerated() {
            plan.services[0].members[place].destination.weight = weight
        }
        try await scene.run(plan) {
            for (line, weight) in [("100%", plain[0])] + lines.sorted(by: { $0.key < $1.key }) {
                scene.say(Self.agent, line)
                try await scene.until("\(line): \(weight)") {
                    await scene.table == [Scene.one: weight, Scene.two: plain[1]]
                }
            }
            let steps = await scene.backend?.taken ?? []
            let others = steps.count { step in
                if case .editDestination(_, let destination) = step {
                    destination.endpoint == Scene.two
                } else {
                    false
                }
            }
            #expect(others == 0)
        }
    }

    @Test(
        "A weight that changes with every question is one line in the log a minute, a change of state always one"
    )
    func quiet() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run(Self.plan()) {
            let lines = ["90%", "80%", "70%", "drain", "60%", "ready", "50%", "down", "40%", "up 30%", "20%"]
            for line in lines {
                scene.say(Self.agent, line)
                try await scene.until("\(line) is told") {
                    scene.occurrences.withLock { $0.contains { $0.text == "its agent says \(line)" } }
                }
            }
            let logged = scene.occurrences.withLock {
                $0.filter { $0.text.hasPrefix("its agent says") && !$0.isForFollowers }.map(\.text)
            }
            #expect(
                logged == ["90%", "drain", "ready", "down", "up 30%"].map { "its agent says \($0)" })
        }
    }

    @Test("One that can't be asked changes nothing, and it is said once")
    func silence() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        scene.say(Self.agent, "25%")
        @Sendable func said(_ text: String) -> Int {
            scene.occurrences.withLock { $0.count { $0.text.contains(text) } }
        }
        try await scene.run(Self.plan()) {
            try await scene.until("a quarter") { await scene.table == [Scene.one: 50, Scene.two: 100] }
            scene.set(Self.agent, false)
            let before = scene.asked.withLock { $0[Self.agent] ?? 0 }
            try await scene.until("it was asked often") {
                scene.asked.withLock { ($0[Self.agent] ?? 0) > before + 5 }
            }
            #expect(await scene.table == [Scene.one: 50, Scene.two: 100])
            #expect(said("its agent can't be asked: refused; what it said last holds") == 1)
            scene.say(Self.agent, "up")
            try await scene.until("it is back") { said("its agent answers again") == 1 }
            // Another interval is another question, and what was said holds until it is answered.
            scene.set(Self.agent, false)
            await scene.controller.take(
                Self.plan(interval: .milliseconds(30)), backend: scene.backend, zones: [:], options: .init())
            #expect(await scene.table == [Scene.one: 50, Scene.two: 100])
            await scene.controller.take(
                Self.plan(agent: false), backend: scene.backend, zones: [:], options: .init())
            try await scene.until("without one, the weights are plain") {
                await scene.table == [Scene.one: 2, Scene.two: 1]
            }
        }
    }

    @Test("Orders outrank it, and its percentage is of an ordered weight")
    func orders() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run(Self.plan()) {
            func order(_ command: OrderCommand) async throws {
                _ = try await scene.controller.order(command, SubjectPattern("\(Scene.one)"))
            }
            scene.say(Self.agent, "down 50%")
            try await scene.until("it is down") { await scene.table == [Scene.two: 100] }
            try await order(.up)
            try await scene.until("up by order, with half its weight") {
                await scene.table == [Scene.one: 100, Scene.two: 100]
            }
            try await order(.weight(4))
            try await scene.until("half of the ordered weight") { await scene.table[Scene.one] == 200 }
            try await order(.enable)
            try await scene.until("as the agent says") { await scene.table == [Scene.two: 100] }
            scene.say(Self.agent, "up 50%")
            try await scene.until("half of the ordered weight") { await scene.table[Scene.one] == 200 }
            try await order(.disable)
            try await scene.until("out by order") { await scene.table == [Scene.two: 100] }
            // An order about all behind a virtual server is one about each.
            try await order(.enable)
            try await scene.until("in again") { await scene.table[Scene.one] == 200 }
            scene.say(Self.agent, "maint")
            try await scene.until("out by its agent") { await scene.table == [Scene.two: 100] }
            _ = try await scene.controller.order(
                .drain(patience: .seconds(600)), SubjectPattern("\(Scene.key)"))
            let server = await scene.controller.overview.virtualServers[0].realServers[0]
            #expect(server.note?.contains("agent") == false)
        }
    }

    @Test("With slow start who returns begins with a part of what the agent says")
    func slowStart() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = Self.plan()
        plan.services[0].slowStart = .seconds(3)
        try await scene.run(plan) {
            scene.say(Self.agent, "maint 50%")
            try await scene.until("it is out") { await scene.table == [Scene.two: 100] }
            scene.say(Self.agent, "ready")
            try await scene.until("a tenth of half of it") {
                await scene.backend?.taken.contains {
                    if case .addDestination(_, let one) = $0 {
                        one.endpoint == Scene.one && one.weight == 10
                    } else {
                        false
                    }
                } ?? false
            }
            try await scene.until("half of it") { await scene.table[Scene.one] == 100 }
        }
    }

    @Test("What it said before it was silent holds over a reload, whatever else the reload puts beside it")
    func reload() async throws {
        // Other virtual servers come before and behind it, in whatever order they are looked at.
        for mark in 1...5 as ClosedRange<UInt32> {
            let scene = Scene(up: [Scene.one, Scene.two])
            scene.say(Self.agent, "maint")
            try await scene.run(Self.plan()) {
                try await scene.until("it is out") { await scene.table == [Scene.two: 100] }
                scene.set(Self.agent, false)
                var next = Self.plan(interval: .milliseconds(30))
                for number in 1...mark {
                    var other = next.services[0]
                    other.key = .firewallMark(number, .v4)
                    next.services.append(other)
                }
                await scene.controller.take(next, backend: scene.backend, zones: [:], options: .init())
                let servers = await scene.controller.overview.virtualServers.map(\.realServers[0])
                #expect(servers.map(\.standing) == servers.map { _ in .out })
                #expect(await scene.table == [Scene.two: 100])
            }
        }
    }

    @Test("What it said holds over a restart")
    func restart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "swerve-agents-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = StateFile(directory: folder.path())
        let first = Scene(stateFile: file, up: [Scene.one, Scene.two])
        first.say(Self.agent, "drain")
        try await first.run(Self.plan()) {
            try await first.until("drained") { await first.table[Scene.one] == 0 }
        }
        await first.controller.stop()
        let second = Scene(stateFile: file, up: [Scene.one, Scene.two])
        try await second.run(Self.plan()) {
            try await second.until("as before, although the agent is away") {
                await second.table == [Scene.one: 0, Scene.two: 100]
            }
            for hasAgent in [false, true] {
                await second.controller.take(
                    Self.plan(agent: hasAgent), backend: second.backend, zones: [:], options: .init())
            }
            try await second.until("one that a reload adds begins anew") {
                await second.table == [Scene.one: 200, Scene.two: 100]
            }
        }
    }
}
