internal import Addresses
internal import Director

/// A virtual server: what stands behind it, what each real server carries, who stays with whom. Pure: time
/// is passed in, and sockets are elsewhere.
struct ServiceState: Sendable {
    /// What one real server carries; it outlives its removal from the table for as long as a connection does.
    private struct Load {
        var active = 0
        var inactive = 0
        var overload = Overload()
    }

    private(set) var options: ServiceOptions
    private let virtual: IPAddress
    private var scheduler: any Scheduler
    private var loads: [Endpoint: Load] = [:]
    private var persistence = Persistence()

    /// - Returns: nil if there is no such scheduler.
    init?(_ options: ServiceOptions, virtual: IPAddress) {
        guard let scheduler = options.makeScheduler([], virtual: virtual) else { return nil }
        self.options = options
        self.virtual = virtual
        self.scheduler = scheduler
    }

    /// In the order in which they were added.
    var destinations: [Destination] { scheduler.destinations }

    /// Whether anybody may get new connections.
    var isServing: Bool { destinations.contains { $0.weight > 0 } }

    /// Whether connections to destinations of the table are open.
    var hasConnections: Bool { destinations.contains { loads[$0.endpoint]?.active ?? 0 > 0 } }

    func destination(_ endpoint: Endpoint) -> Destination? {
        destinations.first { $0.endpoint == endpoint }
    }

    /// - Returns: whether there is such a scheduler; if not, nothing has changed.
    mutating func edit(_ options: ServiceOptions) -> Bool {
        if options.scheduler != self.options.scheduler || options.flags != self.options.flags {
            guard let scheduler = options.makeScheduler(destinations, virtual: virtual) else { return false }
            self.scheduler = scheduler
        }
        self.options = options
        return true
    }

    /// Adds a destination at the end, or edits it in its place.
    mutating func put(_ destination: Destination) {
        var list = destinations
        if let index = list.firstIndex(where: { $0.endpoint == destination.endpoint }) {
            loads[destination.endpoint]?.overload.thresholdsChanged(from: list[index], to: destination)
            list[index] = destination
        } else {
            list.append(destination)
        }
        scheduler.update(list)
    }

    /// Removes a destination; its connections are still counted until they end.
    mutating func remove(_ endpoint: Endpoint) {
        scheduler.update(destinations.filter { $0.endpoint != endpoint })
    }

    /// Chooses the real server for a new connection of a client and counts it there; nil if none may have
    /// it. A client stays with its server only while that gets new connections at all.
    mutating func claim(for client: Endpoint, excluding tried: Set<Endpoint> = [], now: Duration)
        -> Destination?
    {
        let list = destinations
        let current = list.map { destination in
            let load = loads[destination.endpoint] ?? Load()
            return DestinationLoad(
                active: load.active, inactive: load.inactive,
                isUnavailable: load.overload.isOverloaded || tried.contains(destination.endpoint))
        }
        let isPersistent = options.flags.contains(.persistent) && options.timeout > 0
        let group = Prefix(client.address, length: Int(options.netmaskLength))?.address ?? client.address
        var index: Int?
        if isPersistent, let kept = persistence.server(of: group, now: now) {
            index = list.indices.first {
                list[$0].endpoint == kept && list[$0].weight > 0 && !current[$0].isUnavailable
            }
        }
        scheduler.advance(to: now)
        guard let index = index ?? scheduler.choose(for: client, loads: current) else { return nil }
        let destination = list[index]
        if isPersistent {
            let end = now + .seconds(options.timeout)
            persistence.keep(group, with: destination.endpoint, until: end, now: now)
        }
        var load = loads[destination.endpoint] ?? Load()
        load.active += 1
        load.overload.connectionOpened(connections: load.active + load.inactive, of: destination)
        loads[destination.endpoint] = load
        return destination
    }

    /// A connection to this real server can be written to from one side only.
    mutating func halfClose(_ endpoint: Endpoint) {
        loads[endpoint]?.active -= 1
        loads[endpoint]?.inactive += 1
    }

    /// A connection to this real server has ended.
    mutating func release(_ endpoint: Endpoint, wasHalfClosed: Bool = false) {
        guard var load = loads[endpoint] else { return }
        if wasHalfClosed { load.inactive -= 1 } else { load.active -= 1 }
        let connections = load.active + load.inactive
        if let destination = destination(endpoint) {
            load.overload.connectionClosed(connections: connections, of: destination)
        }
        loads[endpoint] = connections == 0 && !load.overload.isOverloaded ? nil : load
    }

    /// The connections of each destination in the table.
    func counts(now: Duration) -> [Endpoint: ConnectionCounts] {
        let persistent = persistence.counts(now: now)
        return destinations.reduce(into: [:]) { counts, destination in
            let endpoint = destination.endpoint
            let load = loads[endpoint] ?? Load()
            counts[endpoint] = ConnectionCounts(
                active: load.active, inactive: load.inactive, persistent: persistent[endpoint] ?? 0)
        }
    }
}
