import Addresses
import Answering
import Director
import Foundation
import Health
import Steering
import Synchronization
import Testing
import Zones

@testable import Control

@Suite("An admin's orders", .timeLimit(.minutes(1)))
struct OrderTests {
    private func order(
        _ scene: Scene, _ command: OrderCommand, _ subject: String, for span: Duration? = nil,
        because reason: String? = nil
    ) async throws -> [String] {
        try await scene.controller.order(command, SubjectPattern(subject), for: span, because: reason)
            .map { "\($0.subject)" }
    }

    private func isSaid(_ scene: Scene, _ words: String) -> Bool {
        scene.occurrences.withLock { $0.contains { $0.text.contains(words) } }
    }

    @Test(
        "A disabled real server leaves table and answers, whatever its check says, until it is enabled")
    func disable() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run(Scene.plan(isQuiescent: true)) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            #expect(try await order(scene, .disable, "10.0.0.1") == ["\(Scene.key) → 10.0.0.1:80"])
            // Even though real servers that are down stay with weight 0 here.
            try await scene.until("it has left") { await scene.table == [Scene.two: 1] }
            let asked = scene.asked.withLock { $0[Scene.one] ?? 0 }
            try await scene.until("it is checked still") {
                scene.asked.withLock { $0[Scene.one] ?? 0 } > asked + 2
            }
            #expect(await scene.table == [Scene.two: 1])
            _ = try await order(scene, .disable, "*", because: "all of them")
            try await scene.until("nothing is answered") { scene.answered == [] }
            #expect(isSaid(scene, "disabled (all of them)"))
            _ = try await order(scene, .enable, "192.0.2.1")
            try await scene.until("one has its own order still") { await scene.table == [Scene.two: 1] }
            _ = try await order(scene, .disable, "*")
            #expect(
                try await order(scene, .enable, "*").prefix(2) == ["192.0.2.1", "\(Scene.key) → 10.0.0.1:80"],
                "all that is ordered, of whatever kind")
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            try await scene.until("and are answered") { scene.answered == [Scene.vip] }
        }
    }

    @Test(
        "Up and down whatever the checks say: a real server, a virtual server, a VIP; for a time, too")
    func override() async throws {
        let scene = Scene(up: [Scene.one])
        try await scene.run {
            try await scene.until("one serves") { await scene.table == [Scene.one: 1] }
            try await scene.until("it is answered") { scene.answered == [Scene.vip] }
            _ = try await order(scene, .up, "10.0.0.2:80")
            try await scene.until("so does two") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            _ = try await order(scene, .down, "vip 192.0.2.1")
            #expect(scene.answered == [])
            #expect(await scene.table.count == 2, "an order about a VIP is about answers")
            _ = try await order(scene, .enable, "vip 192.0.2.1")
            try await scene.until("it is answered") { scene.answered == [Scene.vip] }
            _ = try await order(scene, .down, "tcp 192.0.2.1:80", for: .seconds(1))
            #expect(isSaid(scene, "down by order until 20"))
            #expect(scene.answered == [])
            try await scene.until("after a second it is over") { scene.answered == [Scene.vip] }
            #expect(isSaid(scene, "the time of its order is over"))
        }
    }

    @Test("A weight by order, and as configured again")
    func weight() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            _ = try await order(scene, .weight(7), "real-server 10.0.0.1:80")
            try await scene.until("one has more") { await scene.table == [Scene.one: 7, Scene.two: 1] }
            _ = try await order(scene, .weight(0), "10.0.0.2")
            try await scene.until("two has none") { await scene.table == [Scene.one: 7, Scene.two: 0] }
            _ = try await order(scene, .weight(nil), "10.0.0.*")
            try await scene.until("as it was") { await scene.table == [Scene.one: 1, Scene.two: 1] }
        }
    }

    @Test(
        "Drain: weight 0, then out when the last connection has ended; no check and no reload undoes it"
    )
    func drain() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        let backend = try #require(scene.backend)
        try await scene.run {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            await backend.count(Scene.one, of: Scene.key, ConnectionCounts(active: 3, persistent: 2))
            _ = try await order(scene, .drain(patience: .seconds(900)), "10.0.0.1", because: "disks")
            try await scene.until("it is quiet") { await scene.table == [Scene.one: 0, Scene.two: 1] }
            #expect(scene.answered == [Scene.vip], "the name stays: another serves")
            try await scene.until("its connections are told") {
                await scene.controller.overview.virtualServers[0].realServers[0].note?
                    .hasPrefix("draining (disks), 3 active, 14 min") ?? false
            }
            #expect(isSaid(scene, "persistence keeps 2 clients here"))
            scene.set(Scene.one, false)
            try await scene.until("its check fails") { isSaid(scene, "down: refused") }
            #expect(await scene.table == [Scene.one: 0, Scene.two: 1], "who is connected is not cut off")
            scene.set(Scene.one, true)
            var plan = Scene.plan()
            plan.services[0].options.scheduler = "wlc"
            let zone = try Scene.zone()
            await scene.controller.take(
                plan, backend: backend, zones: [zone.origin: .init(zone)], options: AnswerOptions())
            #expect(await scene.table == [Scene.one: 0, Scene.two: 1])
            await backend.count(Scene.one, of: Scene.key, ConnectionCounts(persistent: 2))
            try await scene.until("it has left") { await scene.table == [Scene.two: 1] }
            try await scene.until("it is said") { isSaid(scene, "drained: no connection is left") }
            _ = try await order(scene, .enable, "10.0.0.1")
            try await scene.until("both serve again") {
                await scene.table == [Scene.one: 1, Scene.two: 1]
            }
        }
    }

    @Test("A drain that takes too long ends with the connections that are left")
    func impatient() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            await scene.backend?.count(Scene.one, of: Scene.key, ConnectionCounts(active: 3))
            _ = try await order(scene, .drain(patience: .seconds(1)), "10.0.0.1")
            try await scene.until("it has left") { await scene.table == [Scene.two: 1] }
            try await scene.until("it is said") {
                isSaid(scene, "drained: 3 connections did not end in time")
            }
        }
    }

    @Test(
        "The last one's name is withdrawn first, and it keeps its weight until answers have run out")
    func drainLast() async throws {
        let scene = Scene(up: [Scene.one])
        var plan = Scene.plan()
        plan.policies = [SteeringPolicy(timeToLive: 2)]
        try await scene.run(plan) {
            try await scene.until("one serves") { scene.answered == [Scene.vip] }
            _ = try await order(scene, .drain(patience: .seconds(900)), "10.0.0.1")
            #expect(scene.answered == [])
            #expect(await scene.table == [Scene.one: 1])
            try await scene.until("it has left") { await scene.table == [:] }
            #expect(isSaid(scene, "the answers that led here have expired, weight 0 from now on"))
        }
    }

    /// What else a VIP has beside the real server that is drained.
    enum Rest: CaseIterable {
        case fallback, deadFallback, unknownFallback, otherVirtualServer, otherThatIsRequired
    }

    @Test("The last one's name stays where something else goes on serving for sure", arguments: Rest.allCases)
    func rest(_ rest: Rest) async throws {
        let other = Endpoint("10.0.0.1:81")!
        let scene = Scene(up: [Scene.one, other] + (rest == .deadFallback ? [] : [Scene.sorry]))
        var plan = Scene.plan()
        switch rest {
        case .fallback, .deadFallback: plan.services[0].fallback = Scene.member(Scene.sorry)
        case .unknownFallback: plan.services[0].fallback = Scene.member(Scene.sorry, tableOnly: true)
        case .otherVirtualServer, .otherThatIsRequired:
            let key = VirtualServerKey.endpoint(.tcp, Endpoint(Scene.vip, port: 81))
            plan.services.append(
                .init(key, options: ServiceOptions(scheduler: "rr"), members: [Scene.member(other)]))
            plan.vips = [
                .init(
                    Scene.vip, virtualServers: [Scene.key, key],
                    requires: rest == .otherThatIsRequired ? .all : .any)
            ]
        }
        let goesOn = rest == .fallback || rest == .otherVirtualServer
        try await scene.run(plan) {
            try await scene.until("one serves") {
                await scene.table == [Scene.one: 1] && scene.answered == [Scene.vip]
            }
            let count = await scene.controller.overview.virtualServers.count
            try await scene.until("all else is known") {
                count == 1
                    ? rest == .unknownFallback || (scene.asked.withLock { $0[Scene.sorry] ?? 0 }) > 1
                    : await scene.controller.overview.virtualServers[1].servingCount == 1
            }
            _ = try await order(scene, .drain(patience: .seconds(900)), "10.0.0.1:80")
            #expect(scene.answered == (goesOn ? [Scene.vip] : []))
            if !goesOn {
                // The pass that the order woke has long run when a check is asked twice more.
                let asked = scene.asked.withLock { $0[Scene.one] ?? 0 }
                try await scene.until("the table has been looked at") {
                    scene.asked.withLock { $0[Scene.one] ?? 0 } > asked + 2
                }
                #expect(await scene.table == [Scene.one: 1], "until the answers have expired")
                return
            }
            try await scene.until("it is drained") {
                await scene.table == (rest == .fallback ? [Scene.sorry: 1] : [:])
            }
            #expect(scene.answered == [Scene.vip])
            #expect(!isSaid(scene, "VIP down") && !isSaid(scene, "have expired"))
        }
    }

    @Test("Thousands drain at once by one order: each leaves, and it is told when all have")
    func thousands() async throws {
        let endpoints = (0..<2000).map { number in
            Endpoint("10.1.\(number / 250).\(1 + number % 250):80")!
        }
        let scene = Scene(up: endpoints)
        var plan = Scene.plan()
        plan.services[0].members = endpoints.map { endpoint in
            ControlPlan.Member(
                Destination(endpoint),
                check: Check(.connect, target: endpoint, interval: .seconds(60), timeout: .seconds(1)))
        }
        plan.policies = [SteeringPolicy(timeToLive: 1)]
        try await scene.run(plan) {
            try await scene.until("all serve") { await scene.table.count == endpoints.count }
            for endpoint in endpoints {
                await scene.backend?.count(endpoint, of: Scene.key, ConnectionCounts(active: 1))
            }
            _ = try await order(scene, .drain(patience: .seconds(900)), "vip 192.0.2.1")
            try await scene.until("all are quiet") { await scene.table.values.allSatisfy { $0 == 0 } }
            #expect(await scene.table.count == endpoints.count, "their connections go on")
            for endpoint in endpoints {
                await scene.backend?.count(endpoint, of: Scene.key, ConnectionCounts())
            }
            try await scene.until("all have left") { await scene.table.isEmpty }
            try await scene.until("it is said") {
                await scene.controller.overview.orders.word(.vip(Scene.vip)) == "drained"
            }
        }
    }

    @Test("What is out by order already is drained at once", arguments: [OrderCommand.disable, .down])
    func drainedAlready(_ command: OrderCommand) async throws {
        let scene = Scene(up: [Scene.one])
        try await scene.run {
            try await scene.until("one serves") { scene.answered == [Scene.vip] }
            _ = try await order(scene, command, "10.0.0.1")
            try await scene.until("it is out") { await scene.table == [:] }
            #expect(try await order(scene, .drain(patience: .seconds(900)), "10.0.0.1").count == 1)
            try await scene.until("it is drained") {
                await scene.controller.overview.orders.word(.realServer(Scene.key, Scene.one)) == "drained"
            }
            #expect(await scene.table == [:])
            _ = try await order(scene, .enable, "10.0.0.1")
            try await scene.until("it serves again") { scene.answered == [Scene.vip] }
        }
    }

    @Test("A drain that goes on ends earlier where that is said, with the reason for it")
    func hurry() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            await scene.backend?.count(Scene.one, of: Scene.key, ConnectionCounts(active: 3))
            _ = try await order(scene, .drain(patience: .seconds(900)), "10.0.0.1")
            try await scene.until("it is quiet") { await scene.table == [Scene.one: 0, Scene.two: 1] }
            _ = try await order(scene, .drain(patience: .seconds(1)), "10.0.0.1", because: "hurry")
            try await scene.until("it has left") { await scene.table == [Scene.two: 1] }
            try await scene.until("it is said") { isSaid(scene, "3 connections did not end in time") }
            #expect(
                await scene.controller.overview.orders.words(.realServer(Scene.key, Scene.one))
                    == "drained, 3 connections did not end in time (hurry)")
        }
    }

    @Test("An order says what holds then, not what it asked for")
    func words() async throws {
        let scene = Scene(up: [Scene.one])
        try await scene.run {
            let controller = scene.controller
            _ = try await controller.order(.disable, SubjectPattern("192.0.2.1"), because: "moving")
            let words = try await controller.order(.up, SubjectPattern("10.0.0.1")).map(\.words)
            #expect(words == ["disabled with 192.0.2.1 (moving)"])
            let enabled = try await controller.order(.enable, SubjectPattern("10.0.0.1")).map(\.words)
            #expect(enabled == ["enabled, but disabled with 192.0.2.1 (moving)"])
        }
    }

    @Test("A drained VIP: out of the answers first, then all behind it")
    func drainVIP() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        var plan = Scene.plan()
        plan.policies = [SteeringPolicy(timeToLive: 2)]
        try await scene.run(plan) {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            try await scene.until("they are answered") { scene.answered == [Scene.vip] }
            let subjects = try await order(scene, .drain(patience: .seconds(900)), "192.0.2.1")
            #expect(
                subjects == ["192.0.2.1", "\(Scene.key) → 10.0.0.1:80", "\(Scene.key) → 10.0.0.2:80"])
            #expect(scene.answered == [])
            #expect(await scene.table == [Scene.one: 1, Scene.two: 1])
            try await scene.until("all have left") { await scene.table == [:] }
            _ = try await order(scene, .enable, "192.0.2.1")
            try await scene.until("both serve again") {
                await scene.table == [Scene.one: 1, Scene.two: 1]
            }
            try await scene.until("they are answered") { scene.answered == [Scene.vip] }
        }
    }

    @Test("Orders outlive the process, and a drain goes on where it was")
    func restart() async throws {
        let folder = try StartTests.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let backend = FakeBackend()
        let first = Scene(
            backend: backend, stateFile: StateFile(directory: folder), up: [Scene.one, Scene.two])
        try await first.run {
            try await first.until("both serve") { await first.table == [Scene.one: 1, Scene.two: 1] }
            await backend.count(Scene.one, of: Scene.key, ConnectionCounts(active: 1))
            _ = try await order(first, .drain(patience: .seconds(900)), "10.0.0.1", because: "disks")
            _ = try await order(first, .weight(5), "10.0.0.2")
            try await first.until("both are so") { await first.table == [Scene.one: 0, Scene.two: 5] }
        }
        let before = await backend.taken
        let second = Scene(
            backend: backend, stateFile: StateFile(directory: folder), up: [Scene.one, Scene.two])
        try await second.run {
            await second.controller.settled()
            #expect(await second.table == [Scene.one: 0, Scene.two: 5])
            #expect(await backend.taken == before, "and nothing was changed")
            #expect(isSaid(second, "2 orders hold from before the start"))
            await backend.count(Scene.one, of: Scene.key, ConnectionCounts())
            try await second.until("it has left") { await second.table == [Scene.two: 5] }
        }
    }

    @Test("An order about nothing says what there is")
    func nothing() async throws {
        let scene = Scene(up: [Scene.one])
        try await scene.run {
            await #expect(throws: OrderProblem.self) {
                _ = try await scene.controller.order(.disable, SubjectPattern("10.9.9.9"))
            }
            await #expect(throws: OrderProblem.self) {
                _ = try await scene.controller.order(.weight(1), SubjectPattern("tcp 192.0.2.1:80"))
            }
        }
    }

    /// Orders by name, and how each that holds for its subject ends.
    private static let wholeOrders: [(subject: String, command: OrderCommand)] = [
        ("vip 192.0.2.1", .disable), ("tcp 192.0.2.1:80", .disable),
        ("vip 192.0.2.1", .drain(patience: .seconds(900))),
        ("tcp 192.0.2.1:80", .drain(patience: .seconds(900))),
    ]

    @Test(
        "What is ordered of a VIP or a virtual server holds for what comes behind it later; enabling it leaves other orders",
        arguments: wholeOrders)
    func wholes(subject: String, command: OrderCommand) async throws {
        let folder = try StartTests.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let all = [Scene.one, Scene.two, Scene.sorry]
        let backend = FakeBackend()
        let first = Scene(backend: backend, stateFile: StateFile(directory: folder), up: all)
        var plan = Scene.plan()
        plan.policies = [SteeringPolicy(timeToLive: 1)]
        try await first.run(plan) { [plan] in
            try await first.until("both serve") { await first.table == [Scene.one: 1, Scene.two: 1] }
            try await first.until("they are answered") { first.answered == [Scene.vip] }
            _ = try await order(first, .disable, "10.0.0.2")
            _ = try await order(first, command, subject)
            #expect(first.answered == [])
            try await first.until("all have left") { await first.table == [:] }
            var more = plan
            more.services[0].members.append(Scene.member(Scene.sorry))
            let zone = try Scene.zone()
            await first.controller.take(
                more, backend: backend, zones: [zone.origin: .init(zone)], options: AnswerOptions())
            let asked = first.asked.withLock { $0[Scene.sorry] ?? 0 }
            try await first.until("the new one is checked") {
                first.asked.withLock { $0[Scene.sorry] ?? 0 } > asked + 2
            }
            #expect(await first.table == [:])
            #expect(first.answered == [])
        }
        // Another process finds a fourth one, and the orders.
        let fourth = Endpoint("10.0.0.4:80")!
        let second = Scene(backend: backend, stateFile: StateFile(directory: folder), up: all + [fourth])
        plan.services[0].members += [Scene.member(Scene.sorry), Scene.member(fourth)]
        try await second.run(plan) {
            await second.controller.settled()
            #expect(await second.table == [:])
            _ = try await order(second, .enable, "10.0.0.1")
            #expect(isSaid(second, "enabled, but dr") || isSaid(second, "enabled, but disabled with "))
            _ = try await order(second, .enable, subject)
            let others: [Endpoint: Int32] = [Scene.one: 1, Scene.sorry: 1, fourth: 1]
            try await second.until("all but the one with an order of its own serve") {
                await second.table == others
            }
            try await second.until("they are answered") { second.answered == [Scene.vip] }
            #expect(isSaid(second, "enabled, but disabled"))
            #expect(await second.table == others)
        }
    }

    @Test("Orders that can't be understood are none, and are kept aside; without a file there are none either")
    func broken() async throws {
        let folder = try StartTests.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = StoredFile(path: folder + "/orders.json")
        #expect(Controller.orders(in: file).trouble == nil)
        for name in ["orders.json.broken", "orders.json.broken.2"] {
            let text = Array("[{ \(name)".utf8)
            #expect(file.write(text) == nil)
            let orders = Controller.orders(in: file)
            #expect(orders.book == OrderBook())
            #expect(
                orders.trouble
                    == "\(file.path) can't be understood: no order in it holds; it is kept as \(folder)/\(name)"
            )
            #expect(StoredFile(path: folder + "/" + name).contents(maximumSize: 100) == text)
            #expect(file.contents(maximumSize: 100) == nil)
        }
        // What can't be read may be in order, and stays.
        #expect(mkdir(file.path, 0o700) == 0)
        let orders = Controller.orders(in: file)
        #expect(
            orders.trouble
                == "read \(file.path): no file, or too large: no order in it holds; "
                + "no order is saved before swerved is started again")
        #expect(!orders.isWritable)
        #expect(rmdir(file.path) == 0)
    }

    @Test("Orders that can't be saved hold, and are saved as soon as they can be")
    func unsaved() async throws {
        let folder = try StartTests.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let state = StateFile(directory: folder)
        let scene = Scene(stateFile: state, up: [Scene.one, Scene.two])
        try await scene.run {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            // In the place of the draft.
            #expect(mkdir(folder + "/orders.json.new", 0o700) == 0)
            _ = try await order(scene, .disable, "10.0.0.1")
            #expect(isSaid(scene, "orders.json.new: Is a directory; a restart will forget them"))
            #expect(await scene.controller.overview.savingTroubles.first?.hasSuffix("Is a directory") ?? false)
            _ = try await order(scene, .enable, "10.0.0.1")
            _ = try await order(scene, .disable, "10.0.0.2")
            try await scene.until("it holds") { await scene.table == [Scene.one: 1] }
            #expect(rmdir(folder + "/orders.json.new") == 0)
            try await scene.until("it is saved") {
                Controller.orders(in: state.orders).book.word(.realServer(Scene.key, Scene.two)) == "disabled"
            }
            try await scene.until("it is said") { isSaid(scene, "saved after all") }
            #expect(await scene.controller.orderTrouble == nil)
        }
    }

    /// What hangs, as a pipe that nobody reads does in the place of the draft.
    @Test(
        "A disk that hangs holds up no verdict, no order and no stop; what was ordered last is saved when it answers",
        arguments: ["orders.json", "state.json"])
    func hanging(file: String) async throws {
        let folder = try StartTests.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let state = StateFile(directory: folder)
        let scene = Scene(stateFile: state, up: [Scene.one, Scene.two])
        let pipe = "\(folder)/\(file).new"
        #expect(mkfifo(pipe, 0o600) == 0)
        let late = "write \(folder)/orders.json: the disk has not answered yet"
        try await scene.run {
            try await scene.until("both serve") { await scene.table == [Scene.one: 1, Scene.two: 1] }
            _ = try await order(scene, .disable, "10.0.0.1")
            #expect(await scene.controller.orderTrouble == late)
            #expect(await scene.controller.overview.savingTroubles.first == late)
            #expect(isSaid(scene, "\(late); a restart will forget them unless they can be saved later"))
            try await scene.until("it holds") { await scene.table == [Scene.two: 1] }
            scene.set(Scene.two, false)
            try await scene.until("a verdict is taken") { await scene.table == [:] && scene.answered == [] }
            _ = try await order(scene, .up, "10.0.0.*")
            try await scene.until("that holds, too") { await scene.table == [Scene.one: 1, Scene.two: 1] }
        }
        await scene.controller.stop()
        #expect(StoredFile(path: state.orders.path).contents(maximumSize: 10_000) == nil)
        // Now somebody reads what is written.
        let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        try await scene.until("it is saved") {
            Controller.orders(in: state.orders).book.orders.values.map(\.action) == [.up, .up]
        }
    }

    @Test("A book of orders survives its file")
    func book() throws {
        var book = OrderBook()
        let real = Order.Subject.realServer(Scene.key, Scene.one)
        book.orders[real] = Order(
            action: .drain(.init(phase: .quiet(until: 12.5), patience: 900)), since: 1, until: nil,
            reason: "disks")
        book.orders[.vip(Scene.vip)] = Order(action: .down, since: 2, until: 99, reason: nil)
        book.weights[real] = WeightOrder(weight: 3, since: 3, reason: nil)
        book.orders[.virtualServer(.firewallMark(1, .v6))] = Order(
            action: .up, since: 4, until: nil, reason: nil)
        #expect(try JSONDecoder().decode(OrderBook.self, from: JSONEncoder().encode(book)) == book)
    }
}
