import Addresses
import Control
import DNSWire
import Director
import Health
import Steering
import Synchronization
import Telemetry
import TestZones
import Testing
import Zones

@testable import Answering

@Suite("Answers follow capacity", .timeLimit(.minutes(1)))
struct CapacityTests {
    static let first = IPAddress("192.0.2.1")!
    static let second = IPAddress("192.0.2.2")!
    static let asked = 4000

    /// How many of many answers have the first VIP.
    private func share(_ store: SnapshotStore) throws -> Int {
        var responder = Responder(store: store, counters: WorkerCounters(), seed: 7)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
        defer { output.deallocate() }
        let question = try TestQuery("www.example.com A").message
        var count = 0
        for _ in 0..<Self.asked {
            let length = question.withUnsafeBytes {
                responder.answer($0.bytes, from: .v4(.loopback), port: 53, over: .udp, into: output)
            }
            let lines = try TestAnswer(Array(output[..<length])).lines
            if lines.contains(where: { $0.contains("192.0.2.1") && !$0.contains("192.0.2.2") }) {
                count += 1
            }
        }
        return count
    }

    /// Within six standard deviations of the binomial distribution: once in 500 million runs by chance.
    private func expect(_ count: Int, _ share: Double, at location: SourceLocation = #_sourceLocation) {
        let n = Double(Self.asked)
        let deviation = (n * share * (1 - share)).squareRoot()
        #expect(abs(Double(count) - n * share) <= 6 * deviation, "\(share)", sourceLocation: location)
    }

    @Test("By the live weight behind each VIP, or by weights set by hand")
    func shares() async throws {
        let down = Mutex<Set<Endpoint>>([])
        func real(_ last: UInt8) -> Endpoint { Endpoint(.v4(IPv4Address(10, 0, 0, last)), port: 80) }
        func service(_ vip: IPAddress, _ real: [Endpoint]) -> ControlPlan.Service {
            ControlPlan.Service(
                .endpoint(.tcp, Endpoint(vip, port: 80)), options: ServiceOptions(),
                members: real.map {
                    .init(Destination($0), check: Check(.connect, target: $0, interval: .milliseconds(20)))
                })
        }
        let services = [
            service(Self.first, [real(1), real(2), real(3)]), service(Self.second, [real(4)]),
        ]
        let plan = ControlPlan(
            services: services,
            vips: zip([Self.first, Self.second], services).map { .init($0, virtualServers: [$1.key]) },
            policies: [.init(isSingle: true)])
        let store = SnapshotStore(Snapshot(catalog: ZoneCatalog([:])))
        let controller = Controller(store: store) { check in
            down.withLock { $0.contains(check.target) } ? .failure("refused") : .success("fine")
        }
        let zone = try #require(
            try compile(
                "example.com",
                """
                @ 3600 SOA ns.example.net. admin 1 3600 300 604800 300
                @ 3600 NS ns.example.net.
                www 3600 A 192.0.2.1
                www 3600 A 192.0.2.2
                """
            ).0)
        await controller.take(
            plan, backend: FakeBackend(), zones: [zone.origin: .init(zone)], options: AnswerOptions())
        func weights() -> [UInt32] { store.current.view.entries.first?.addresses.map(\.weight) ?? [] }
        func until(_ wanted: [UInt32]) async throws {
            while weights() != wanted { try await Task.sleep(for: .milliseconds(5)) }
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await controller.run() }
            defer { tasks.cancelAll() }
            try await until([3, 1])
            expect(try share(store), 0.75)
            down.withLock { $0 = [real(1), real(2)] }
            try await until([1, 1])
            expect(try share(store), 0.5)
            _ = try await controller.order(.weight(9), SubjectPattern("192.0.2.1"))
            try await until([9, 1])
            expect(try share(store), 0.9)
            // Of what is down no weight helps.
            down.withLock { $0 = [real(1), real(2), real(3)] }
            try await until([1])
            expect(try share(store), 0)
            down.withLock { $0 = [] }
            _ = try await controller.order(.weight(nil), SubjectPattern("192.0.2.1"))
            try await until([3, 1])
            expect(try share(store), 0.75)
        }
    }
}
