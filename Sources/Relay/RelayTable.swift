public import Addresses
public import Director
public import Logging
internal import Sockets

/// The table carried in user space: a listening socket for each virtual server, a connection of our own to
/// a real server for each connection of a client.
///
/// - A virtual server listens while a destination has a weight above 0, over UDP also while one has sessions, as their
///   datagrams come to the same port; else its port refuses.
/// - Destinations are gone through in the order in which they were added.
/// - `gate` and `ipip` go to the virtual server's port, `masq` to the destination's own.
/// - A destination of weight 0 keeps its connections and sessions until these end, one that was removed its connections.
/// - A client that stays with its real server (persistence) gets another one when that has weight 0.
public actor RelayTable: Backend {
    /// What an admin must know, said once at the start.
    public static let startNotice =
        "backend relay: real servers see the director's address; a restart ends connections"

    /// It is gone with the process that carries the packets.
    public nonisolated var outlivesProcess: Bool { false }

    private let shared: RelayShared
    private var services: [VirtualServerKey: RelayService] = [:]
    private var listeners: [VirtualServerKey: Int32] = [:]
    private var isClosed = false
    private var isBusy = false
    private var turns: [CheckedContinuation<Void, Never>] = []

    /// An empty table, whose packets are carried by threads of its own.
    public init(logger: Logger, limits: RelayLimits = RelayLimits()) {
        shared = RelayShared(
            logger: logger, registry: ConnectionRegistry(capacity: limits.maximumConnections),
            loops: RelayLoops(limits))
    }

    /// All virtual servers and their destinations. Ports whose last sessions have ended meanwhile are closed.
    public func table() async -> Table {
        await takeTurn()
        defer { giveTurn() }
        await closeIdleListeners()
        return Table(services.mapValues { service in service.with { TableEntry($0.options, $0.destinations) } })
    }

    /// Carries out steps in order; see `Backend`. Sockets are opened at once, so that a step tells
    /// whether it could be; they are closed after the last step, so that the port stays open from the
    /// removal of one destination to the addition of the next.
    public func apply(_ changes: [Change]) async -> [BackendError?] {
        await takeTurn()
        defer { giveTurn() }
        var results: [BackendError?] = []
        for change in changes {
            do throws(BackendError) {
                try await carryOut(change)
                results.append(nil)
            } catch {
                results.append(error)
            }
        }
        await closeIdleListeners()
        return results
    }

    /// The connections of each destination.
    public func connections() -> [VirtualServerKey: [Endpoint: ConnectionCounts]] {
        let now = RelayClock.time(MonotonicClock.now)
        return services.mapValues { service in service.with { $0.counts(now: now) } }
    }

    /// Closes all ports and ends all connections; the table is empty then, and takes no more steps.
    public func close() async {
        await takeTurn()
        defer { giveTurn() }
        isClosed = true
        services = [:]
        for key in Array(listeners.keys) { await closeListener(key) }
        await shared.loops.close()
    }

    private func carryOut(_ change: Change) async throws(BackendError) {
        if isClosed { throw BackendError("\(change.key): the relay is closed") }
        switch change {
        case .addService(let key, let options): try await add(key, options)
        case .editService(let key, let options):
            let service = try service(key, "edit")
            if !service.with({ $0.edit(options) }) { throw unknownScheduler(key, options) }
        case .deleteService(let key):
            _ = try service(key, "delete")
            services[key] = nil
            await closeListener(key)
        case .addDestination(let key, let destination):
            let service = try service(key, "add \(destination.endpoint) to")
            if service.with({ $0.destination(destination.endpoint) != nil }) {
                throw BackendError("add \(destination.endpoint) to \(key): there is such a destination already")
            }
            try check(destination, in: service)
            if destination.weight > 0 { try await openListener(service) }
            service.with { $0.put(destination) }
        case .editDestination(let key, let destination):
            let service = try service(key, "edit \(destination.endpoint) in")
            try existing(destination.endpoint, service, "edit")
            try check(destination, in: service)
            if destination.weight > 0 { try await openListener(service) }
            service.with { $0.put(destination) }
        case .deleteDestination(let key, let endpoint):
            let service = try service(key, "delete \(endpoint) from")
            try existing(endpoint, service, "delete")
            service.with { $0.remove(endpoint) }
        }
    }

    private func add(_ key: VirtualServerKey, _ options: ServiceOptions) async throws(BackendError) {
        guard case .endpoint(let transport, let virtual) = key else {
            throw BackendError("add \(key): the relay cannot see firewall marks", hint: "use backend ipvs")
        }
        if transport == .sctp || virtual.port == 0 {
            let what = transport == .sctp ? "SCTP" : "all ports at once"
            throw BackendError("add \(key): the relay cannot carry \(what)", hint: "use backend ipvs")
        }
        if let engine = options.persistenceEngine {
            throw BackendError("add \(key): the relay has no persistence engine '\(engine)'")
        }
        if services[key] != nil { throw BackendError("add \(key): there is such a virtual server already") }
        guard let state = ServiceState(options, virtual: virtual.address) else {
            throw unknownScheduler(key, options)
        }
        let service = RelayService(key, transport, virtual, state, shared)
        // Whether the port can be had is known at once; without destinations it is closed after this batch.
        try await openListener(service)
        services[key] = service
    }

    private func check(_ destination: Destination, in service: RelayService) throws(BackendError) {
        let what = "\(destination.endpoint) in \(service.key)"
        if destination.weight < 0 { throw BackendError("\(what): weight \(destination.weight) is below 0") }
        if destination.lowerThreshold > destination.upperThreshold && destination.upperThreshold != 0 {
            throw BackendError("\(what): the lower threshold is above the upper one")
        }
        if service.target(of: destination) == service.virtual {
            throw BackendError("\(what): leads back to the virtual server itself")
        }
    }

    private func service(_ key: VirtualServerKey, _ action: String) throws(BackendError) -> RelayService {
        guard let service = services[key] else {
            throw BackendError("\(action) \(key): there is no such virtual server")
        }
        return service
    }

    private func existing(
        _ endpoint: Endpoint, _ service: RelayService, _ action: String
    ) throws(BackendError) {
        if service.with({ $0.destination(endpoint) == nil }) {
            throw BackendError("\(action) \(endpoint) in \(service.key): there is no such destination")
        }
    }

    private func unknownScheduler(_ key: VirtualServerKey, _ options: ServiceOptions) -> BackendError {
        BackendError(
            "\(key): the relay has no scheduler '\(options.scheduler)'",
            hint: "it has \(ServiceOptions.schedulerNames.joined(separator: ", "))")
    }

    private func openListener(_ service: RelayService) async throws(BackendError) {
        if listeners[service.key] != nil { return }
        listeners[service.key] = try service.listen()
        shared.logger.debug("\(service.key): the port is open")
    }

    private func closeListener(_ key: VirtualServerKey) async {
        guard let socket = listeners.removeValue(forKey: key) else { return }
        shared.logger.debug("\(key): the port refuses")
        await shared.loops.unlisten(socket)
    }

    private func closeIdleListeners() async {
        for key in Array(listeners.keys) {
            let isNeeded = services[key].map { service in
                service.with { $0.isServing || (service.transport == .udp && $0.hasConnections) }
            }
            if isNeeded != true { await closeListener(key) }
        }
    }

    /// Waits until no other step is under way; steps are carried out one after the other, in the order
    /// in which they were asked for.
    private func takeTurn() async {
        if isBusy {
            await withCheckedContinuation { turns.append($0) }
        } else {
            isBusy = true
        }
    }

    private func giveTurn() {
        if turns.isEmpty { isBusy = false } else { turns.removeFirst().resume() }
    }
}
