import Addresses
import Answering
import Control
import DNSWire
import Director
import Foundation
import Health
import Steering
import Synchronization
import Testing
import Zones

/// One VIP with two real servers, whose health the test decides, and a zone that names the VIP.
final class Scene: Sendable {
    static let vip = IPAddress("192.0.2.1")!
    static let key = VirtualServerKey.endpoint(.tcp, Endpoint(vip, port: 80))
    static let one = Endpoint("10.0.0.1:80")!
    static let two = Endpoint("10.0.0.2:80")!
    static let sorry = Endpoint("10.0.0.9:80")!

    /// A tenth of what it is in the daemon, so that waiting for a look takes no longer.
    static let lookInterval = Duration.milliseconds(100)

    let backend: FakeBackend?
    let store = SnapshotStore(Snapshot(catalog: ZoneCatalog([:])))
    let controller: Controller
    let occurrences = Mutex<[Occurrence]>([])
    private let hanging: Set<Endpoint>
    private let outcomes: Mutex<[Endpoint: Outcome]>
    let asked = Mutex<[Endpoint: Int]>([:])

    /// - Parameters:
    ///   - up: The real servers that answer.
    ///   - hanging: Those that neither answer nor refuse.
    ///   - maximumProbes: How many tasks may probe at a time.
    ///   - rounds: What carries out checks besides tasks.
    init(
        backend: FakeBackend? = FakeBackend(), stateFile: StateFile? = nil, hostAddresses: HostAddresses? = nil,
        up: [Endpoint] = [], hanging: Set<Endpoint> = [], maximumProbes: Int = 10_000,
        rounds: (any CheckRounds)? = nil
    ) {
        self.hanging = hanging
        self.backend = backend
        outcomes = Mutex(Dictionary(up.map { ($0, .success("fine")) }, uniquingKeysWith: { $1 }))
        let scene = WeakScene()
        controller = Controller(
            store: store, stateFile: stateFile, hostAddresses: hostAddresses, lookInterval: Self.lookInterval,
            maximumProbes: maximumProbes, rounds: rounds,
            probe: { check in await scene.value?.outcome(of: check) ?? .failure("gone") },
            report: { occurrence in scene.value?.occurrences.withLock { $0.append(occurrence) } })
        scene.set(self)
    }

    func set(_ endpoint: Endpoint, _ isUp: Bool) {
        outcomes.withLock { $0[endpoint] = isUp ? .success("fine") : .failure("refused") }
    }

    /// From now on an agent says this line.
    func say(_ agent: Endpoint, _ line: String) { outcomes.withLock { $0[agent] = .success(line) } }

    /// From now on this host can't ask a real server.
    func keepFromAsking(_ endpoint: Endpoint) { outcomes.withLock { $0[endpoint] = .undecided("no socket") } }

    private func outcome(of check: Check) async -> Outcome {
        asked.withLock { $0[check.target, default: 0] += 1 }
        if hanging.contains(check.target) { try? await Task.sleep(for: .seconds(86_400)) }
        return outcomes.withLock { $0[check.target] ?? .failure("refused") }
    }

    static func member(_ endpoint: Endpoint, tableOnly: Bool = false) -> ControlPlan.Member {
        ControlPlan.Member(
            Destination(endpoint),
            check: Check(.connect, target: endpoint, interval: .milliseconds(20), timeout: .seconds(1)),
            isCheckedInTableOnly: tableOnly)
    }

    static func plan(
        isQuiescent: Bool = false, fallback: ControlPlan.Member? = nil, key: VirtualServerKey = key,
        repairs: Bool = true
    ) -> ControlPlan {
        ControlPlan(
            services: [
                .init(
                    key, options: ServiceOptions(scheduler: "rr"), isQuiescent: isQuiescent,
                    members: [member(one), member(two)], fallback: fallback)
            ],
            vips: [.init(vip, virtualServers: [key])], repairs: repairs)
    }

    static func zone() throws -> Zone {
        let origin = try DomainName("example.com.")
        var builder = ZoneBuilder(origin: origin)
        let server = try DomainName("ns.example.net.")
        builder.add(owner: origin, type: .ns, ttl: 3600, data: server.wire)
        builder.add(
            owner: origin, type: .soa, ttl: 3600,
            data: server.wire + server.wire + [UInt8](repeating: 0, count: 19) + [1])
        builder.add(owner: origin, type: .a, ttl: 3600, data: vip.bytes)
        return try #require(builder.compile().zone)
    }

    /// Runs the controller while a test works with it.
    func run(_ plan: ControlPlan = Scene.plan(), _ body: @Sendable @escaping () async throws -> Void)
        async throws
    {
        let zone = try Self.zone()
        await controller.take(
            plan, backend: backend, zones: [zone.origin: .init(zone)], options: AnswerOptions())
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.controller.run() }
            defer { tasks.cancelAll() }
            try await body()
        }
    }

    /// The addresses that example.com is answered with now.
    var answered: [IPAddress] { store.current.view.entries.first?.addresses.map(\.address) ?? [] }

    /// The destinations of the virtual server, with their weights.
    var table: [Endpoint: Int32] {
        get async { await backend?.held[Self.key]?.destinations.mapValues(\.weight) ?? [:] }
    }

    /// Waits, at most ten seconds, until something holds.
    func until(
        _ what: String, at location: SourceLocation = #_sourceLocation, _ condition: () async -> Bool
    ) async throws {
        for _ in 0..<2000 {
            if await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("never: \(what); \(occurrences.withLock { $0.map(\.text) })", sourceLocation: location)
        throw CancellationError()
    }
}

private final class WeakScene: Sendable {
    private struct Box: Sendable { weak var scene: Scene? }
    private let box = Mutex(Box())
    var value: Scene? { box.withLock { $0.scene } }
    func set(_ scene: Scene) { box.withLock { $0.scene = scene } }
}
