import Addresses
import Answering
import Control
import Director
import Synchronization
import Testing

@Suite("A stop", .timeLimit(.minutes(1)))
struct StopTests {
    @Test("removes the virtual servers that are to go, and the addresses that no other needs")
    func perVirtualServer() async throws {
        let held = Mutex<Set<IPAddress>>([])
        let host = HostAddresses(
            add: { address, _ in .success(held.withLock { $0.insert(address).inserted }) },
            remove: { address, _ in .success(held.withLock { $0.remove(address) != nil }) },
            announce: { _, _ in .success([]) })
        let scene = Scene(hostAddresses: host, up: [Scene.one])
        func service(_ endpoint: String, leaves: Bool) throws -> ControlPlan.Service {
            .init(
                .endpoint(.tcp, try #require(Endpoint(endpoint))), options: ServiceOptions(scheduler: "rr"),
                isRemovedOnStop: leaves, members: [Scene.member(Scene.one)])
        }
        let services = [
            try service("192.0.2.1:80", leaves: true), try service("192.0.2.1:443", leaves: false),
            try service("192.0.2.2:80", leaves: true), try service("192.0.2.3:80", leaves: false),
        ]
        try await scene.run(ControlPlan(services: services, vipInterface: "lo")) {
            try await scene.until("all are there") { await scene.backend?.held.entries.count == 4 }
            #expect(held.withLock { $0.count } == 3)
        }
        await scene.controller.stop()
        #expect(await Set(scene.backend?.held.entries.keys ?? [:].keys) == [services[1].key, services[3].key])
        #expect(held.withLock { $0 } == [IPAddress("192.0.2.1"), IPAddress("192.0.2.3")])
    }

    @Test("does not keep those waiting who come after the end")
    func settledAfterTheEnd() async throws {
        let scene = Scene()
        await scene.controller.take(Scene.plan(), backend: scene.backend, zones: [:], options: .init())
        await withTaskGroup { group in
            group.addTask { await scene.controller.run() }
            group.cancelAll()
        }
        await scene.controller.settled()
        #expect(await scene.controller.overview.virtualServers.count == 1)
    }
}
