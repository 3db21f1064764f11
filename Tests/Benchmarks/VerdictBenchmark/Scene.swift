import Addresses
import Answering
import Control
import DNSWire
import Director
import Health
import Synchronization
import TestZones
import Zones

enum BenchmarkError: Error {
    case zone
    case never(String)
    case refused(BackendError)
}

/// A controller at work, with virtual servers of one real server each, of which one goes up and down.
final class Scene: Sendable {
    typealias Instant = ContinuousClock.Instant

    private static let vip = IPAddress.v4(IPv4Address(127, 0, 99, 140))
    private static let real = Endpoint(.v4(IPv4Address(127, 0, 99, 143)), port: 80)
    private static let key = key(0)

    private let backend: TimedBackend
    private let controller: Controller
    private let outcome: HandedOutcome
    private let listener: AnswerWatch
    private let zone: Zone
    private let servers: Int

    /// - Parameters:
    ///   - names: Further names of the VIP.
    ///   - sets: How many addresses they have beside it, one each.
    init(backend: any Backend, servers: Int, names: Int, sets: Int) throws {
        let compiled = try compile(
            "example.com",
            """
            @ 86400 SOA ns1 admin 1 3600 300 604800 86400
            @ 86400 NS ns1.example.net.
            www 86400 A 127.0.99.140

            """
                + (0..<names).map {
                    let own = sets == 0 ? "" : "n\($0) 86400 A 10.1.\($0 % sets >> 8).\($0 % sets & 255)\n"
                    return "n\($0) 86400 A 127.0.99.140\n\(own)"
                }.joined())
        guard let zone = compiled.zone else { throw BenchmarkError.zone }
        let store = SnapshotStore(Snapshot(catalog: ZoneCatalog([:])))
        let outcome = HandedOutcome()
        self.zone = zone
        self.servers = servers
        self.outcome = outcome
        self.backend = TimedBackend(backend)
        controller = Controller(store: store, probe: { _ in await outcome.next() })
        listener = AnswerWatch(store: store, query: try TestQuery("www.example.com A").message)
    }

    private static func key(_ number: Int) -> VirtualServerKey {
        .endpoint(.tcp, Endpoint(vip, port: UInt16(2000 + number)))
    }

    private var plan: ControlPlan {
        let flipping = ControlPlan.Member(
            Destination(Self.real, forwarding: .masq),
            check: Check(.connect, target: Self.real, interval: .milliseconds(1)))
        let steady = ControlPlan.Member(
            Destination(Self.real, forwarding: .masq), check: Check(.constant(true), target: Self.real))
        let options = ServiceOptions(scheduler: "wrr")
        return ControlPlan(
            services: (0..<servers).map {
                .init(Self.key($0), options: options, members: [$0 == 0 ? flipping : steady])
            },
            vips: [.init(Self.vip, virtualServers: [Self.key])])
    }

    /// What each flip took, by what it was waited for.
    func measure(flips: Int) async throws -> [(what: String, times: [Duration])] {
        let zones = [zone.origin: Controller.LoadedZone(zone)]
        await controller.take(plan, backend: backend, zones: zones, options: AnswerOptions())
        listener.start()
        defer { listener.stop() }
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.controller.run() }
            defer { tasks.cancelAll() }
            var figures: [(what: String, times: [Duration])] = [
                ("down, table", []), ("down, answer", []), ("up, table", []), ("up, answer", []),
            ]
            try await outcome.hand(.success("fine"))
            try await until("the first answer") { listener.last.isNamed }
            for _ in 0..<flips {
                for isUp in [false, true] {
                    let (table, answer) = try await flip(isUp)
                    figures[isUp ? 2 : 0].times.append(table)
                    figures[isUp ? 3 : 1].times.append(answer)
                }
            }
            outcome.close()
            await controller.stop()
            _ = await backend.inner.apply((0..<servers).map { .deleteService(Self.key($0)) })
            return figures
        }
    }

    private func flip(_ isUp: Bool) async throws -> (table: Duration, answer: Duration) {
        // Not in step with the controller's own second.
        try await Task.sleep(for: .milliseconds(.random(in: 1...20)))
        let before = backend.acknowledged
        let start = try await outcome.hand(isUp ? .success("fine") : .failure("refused"))
        try await until("an answer") { listener.last.isNamed == isUp }
        try await until("a change of the table") { backend.acknowledged > before }
        let table: Table
        do {
            table = try await backend.inner.table()
        } catch {
            throw BenchmarkError.refused(error)
        }
        guard (table[Self.key]?.destinations.isEmpty ?? true) != isUp else {
            throw BenchmarkError.never("the table has followed")
        }
        return (backend.acknowledged - start, listener.last.since - start)
    }

    private func until(_ what: String, _ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(5)
        while !condition() {
            if .now > end { throw BenchmarkError.never(what) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// A backend that notes when it last acknowledged a change.
private final class TimedBackend: Backend {
    let inner: any Backend
    private let time = Mutex(ContinuousClock.now)

    init(_ inner: any Backend) {
        self.inner = inner
    }

    var acknowledged: ContinuousClock.Instant { time.withLock { $0 } }

    func table() async throws(BackendError) -> Table { try await inner.table() }

    func apply(_ changes: [Change]) async -> [BackendError?] {
        let results = await inner.apply(changes)
        if !changes.isEmpty { time.withLock { $0 = .now } }
        return results
    }

    func connections() async throws(BackendError) -> [VirtualServerKey: [Endpoint: ConnectionCounts]] { [:] }

    func close() async {}
}

/// A probe that ends when it is told to.
private final class HandedOutcome: Sendable {
    private let asking = Mutex<(probe: CheckedContinuation<Outcome, Never>?, isClosed: Bool)>((nil, false))

    func next() async -> Outcome {
        await withCheckedContinuation { probe in
            asking.withLock { asking in
                if asking.isClosed { probe.resume(returning: .undecided("over")) } else { asking.probe = probe }
            }
        }
    }

    /// Ends the probe that is under way, or the next one; when.
    @discardableResult func hand(_ outcome: Outcome) async throws -> ContinuousClock.Instant {
        while true {
            if let probe = asking.withLock({ $0.probe.take() }) {
                let now = ContinuousClock.now
                probe.resume(returning: outcome)
                return now
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    func close() {
        let probe = asking.withLock { asking in
            asking.isClosed = true
            return asking.probe.take()
        }
        probe?.resume(returning: .undecided("over"))
    }
}
