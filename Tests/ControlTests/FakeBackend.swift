import Addresses
import Director

/// A table in memory that does what it is told, or not.
actor FakeBackend: Backend {
    var held = Table()
    var taken: [Change] = []
    var refuses: Set<Endpoint> = []
    var isBroken = false
    var counts: [VirtualServerKey: [Endpoint: ConnectionCounts]] = [:]
    private var refusesServices = false
    private var refusesRemovals = false
    nonisolated let outlivesProcess: Bool
    private var isStuck = false
    private var stuck: [CheckedContinuation<Void, Never>] = []

    init(_ table: Table = Table(), outlivesProcess: Bool = true) {
        held = table
        self.outlivesProcess = outlivesProcess
    }

    func set(_ table: Table) { held = table }
    func count(_ endpoint: Endpoint, of key: VirtualServerKey, _ counts: ConnectionCounts) {
        self.counts[key, default: [:]][endpoint] = counts
    }
    func refuseServices() { refusesServices = true }
    func refuseRemovals(_ refuses: Bool) { refusesRemovals = refuses }
    func refuse(_ endpoints: Set<Endpoint>) { refuses = endpoints }
    func break_(_ isBroken: Bool) { self.isBroken = isBroken }
    func stick() { isStuck = true }
    /// Whether somebody waits.
    var isHoldingUp: Bool { !stuck.isEmpty }

    func release() {
        isStuck = false
        for waiter in stuck { waiter.resume() }
        stuck = []
    }

    func table() async throws(BackendError) -> Table {
        if isBroken { throw BackendError("read the table: No such device") }
        return held
    }

    func apply(_ changes: [Change]) async -> [BackendError?] {
        if isStuck { await withCheckedContinuation { stuck.append($0) } }
        return changes.map(take)
    }

    private func take(_ change: Change) -> BackendError? {
        switch change {
        case .addService(let key, let options):
            if refusesServices { return BackendError("add \(key): Address already in use") }
            held[key] = TableEntry(options)
        case .editService(let key, let options): held[key]?.options = options
        case .deleteService(let key):
            if refusesRemovals { return BackendError("remove \(key): Operation not permitted") }
            held[key] = nil
        case .addDestination(let key, let destination), .editDestination(let key, let destination):
            if refuses.contains(destination.endpoint) {
                return BackendError("add \(destination.endpoint): refused")
            }
            if held[key] == nil { return BackendError("add \(destination.endpoint): no such virtual server") }
            held[key]?.destinations[destination.endpoint] = destination
        case .deleteDestination(let key, let endpoint):
            if held[key]?.destinations.removeValue(forKey: endpoint) == nil {
                return BackendError("delete \(endpoint) from \(key): No such file or directory")
            }
        }
        taken.append(change)
        return nil
    }

    func connections() async throws(BackendError) -> [VirtualServerKey: [Endpoint: ConnectionCounts]] { counts }

    func close() async {}
}
