import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("Publication: what has been replaced is freed by the control plane, never by a worker")
struct PublicationTests {
    static let text = "@ SOA ns1 admin 1 3600 300 604800 300\n@ NS ns1\nns1 A 192.0.2.1"

    static func snapshot() throws -> Snapshot {
        let origin = try DomainName("example.com")
        let zone = try #require(try compile("example.com", text).zone)
        return Snapshot(catalog: ZoneCatalog([origin: ServedZone(zone: zone)]))
    }

    @Test func freeing() throws {
        let store = SnapshotStore(try Self.snapshot())
        var workers = Workers(store)
        weak let first = store.current
        weak let zone = store.current.catalog.zones.values.first?.zone
        store.publish(try Self.snapshot())
        // Both workers still answer from it.
        #expect(store.freeReplaced() == 1)
        workers.one.refresh()
        #expect(store.freeReplaced() == 1)
        workers.two.refresh()
        // The last one has let go of it, and has freed nothing.
        #expect(first != nil && zone != nil)
        #expect(store.freeReplaced() == 0)
        #expect(first == nil && zone == nil)
    }

    @Test("What others hold is not freed, and what follows upon it is") func held() throws {
        let store = SnapshotStore(try Self.snapshot())
        var held: Snapshot? = store.current
        for _ in 0..<5 { store.publish(try Self.snapshot()) }
        #expect(store.freeReplaced() == 1)
        #expect(held?.catalog.zones.count == 1)
        held = nil
        #expect(store.freeReplaced() == 0)
    }

    @Test("Where only the view differs, a replaced one may be freed alone") func viewsAlone() throws {
        let store = SnapshotStore(try Self.snapshot())
        weak let zones = store.current
        store.publish(try Self.snapshot())
        weak let view = store.current
        store.publish(store.current.with(view: .empty))
        let worker = Responder(store: store, counters: WorkerCounters(), seed: 1)
        weak let held = store.current
        store.publish(store.current.with(view: .empty))
        store.freeReplacedViews()
        #expect(view == nil && zones != nil && held != nil)
        #expect(store.freeReplaced() == 1)
        #expect(zones == nil)
        _ = worker
    }

    @Test("Snapshots that differ in the view share their zones") func views() throws {
        let store = SnapshotStore(try Self.snapshot())
        weak let zone = store.current.catalog.zones.values.first?.zone
        for _ in 0..<5 { store.publish(store.current.with(view: .empty)) }
        #expect(store.freeReplaced() == 0)
        #expect(zone != nil)
        store.publish(try Self.snapshot())
        #expect(store.freeReplaced() == 0)
        #expect(zone == nil)
    }

    /// Two responders of one store.
    private struct Workers: ~Copyable {
        var one: Responder
        var two: Responder

        init(_ store: SnapshotStore) {
            one = Responder(store: store, counters: WorkerCounters(), seed: 1)
            two = Responder(store: store, counters: WorkerCounters(), seed: 2)
        }
    }
}
