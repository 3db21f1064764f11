public import Addresses
public import Director
import Netlink

/// The table of the kernel's IPVS, in the network namespace in which this was made.
///
/// Waiting for the kernel happens on a thread of its own, never on those that all tasks share.
public actor KernelTable: Backend {
    private let thread: SerialThread
    private var client: Client?

    /// Opens the way to the kernel, which loads its module for it, and proves that it can be used.
    /// The error is fatal and has a hint where the kernel has no IPVS or the privilege is missing.
    public init() throws(BackendError) {
        thread = SerialThread(label: "ipvs")
        do {
            var client = try Client()
            _ = try client.information()
            self.client = consume client
        } catch {
            throw BackendError(opening: error)
        }
    }

    /// Everything runs on the thread of its own.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Everything that the kernel holds, whoever put it there.
    public func table() throws(BackendError) -> Table {
        var table = Table()
        for (service, destinations) in try listing() {
            table[service.key] = TableEntry(service.options, destinations.map(\.destination))
        }
        return table
    }

    /// Carries out steps in order.
    public func apply(_ changes: [Change]) -> [BackendError?] {
        changes.map { change in
            do throws(NetlinkError) {
                try apply(change)
                return nil
            } catch {
                return BackendError(change, error)
            }
        }
    }

    private func apply(_ change: Change) throws(NetlinkError) {
        do {
            try speak { client throws(NetlinkError) in try client.apply(change) }
        } catch .refused(ErrorNumber.noEntry, let message) {
            // Something that the step names isn't there; or the module was loaded again and has another number now,
            // which is so if the simplest question has no answer either.
            if (try? speak { client throws(NetlinkError) in try client.information() }) != nil {
                throw .refused(ErrorNumber.noEntry, message: message)
            }
            client = nil
            try speak { client throws(NetlinkError) in try client.apply(change) }
        }
    }

    /// The connections of each destination.
    public func connections() throws(BackendError) -> [VirtualServerKey: [Endpoint: ConnectionCounts]] {
        var connections: [VirtualServerKey: [Endpoint: ConnectionCounts]] = [:]
        for (service, destinations) in try listing() {
            for listed in destinations {
                connections[service.key, default: [:]][listed.destination.endpoint] = listed.connections
            }
        }
        return connections
    }

    /// It does.
    public nonisolated var countsTraffic: Bool { true }

    /// What the kernel has counted of each virtual server.
    public func traffic() throws(BackendError) -> [VirtualServerKey: ServiceTraffic] {
        var traffic: [VirtualServerKey: ServiceTraffic] = [:]
        for (service, destinations) in try listing() {
            traffic[service.key] = ServiceTraffic(
                service.traffic,
                destinations: Dictionary(
                    destinations.map { ($0.destination.endpoint, $0.traffic) }, uniquingKeysWith: { $1 }))
        }
        return traffic
    }

    /// Has the kernel count anew, all virtual servers.
    public func zeroTraffic() throws(BackendError) {
        try ask("set the counters to zero") { client throws(NetlinkError) in try client.zero() }
    }

    /// Has the kernel keep connections of which nothing is heard for as long; 0 leaves a time as it is.
    public func set(_ timeouts: ConnectionTimeouts) throws(BackendError) {
        try ask("set the timeouts") { client throws(NetlinkError) in try client.set(timeouts) }
    }

    private func ask(
        _ action: String, _ body: (inout Client) throws(NetlinkError) -> Void
    ) throws(BackendError) {
        do {
            try speak(body)
        } catch {
            if error.errno == ErrorNumber.notPermitted { throw BackendError(opening: error) }
            throw BackendError("\(action): \(error)")
        }
    }

    /// The kernel's version of IPVS and the size of its connection table.
    public func information() throws(BackendError) -> KernelInformation {
        do {
            return try speak { client throws(NetlinkError) in try client.information() }
        } catch {
            throw BackendError(reading: error)
        }
    }

    /// How long the kernel keeps a connection of which nothing is heard.
    public func timeouts() throws(BackendError) -> ConnectionTimeouts {
        do {
            return try speak { client throws(NetlinkError) in try client.timeouts() }
        } catch {
            throw BackendError(reading: error)
        }
    }

    /// Closes the socket; the kernel's table stays. The next use would open another one.
    public func close() {
        client = nil
    }

    private func listing() throws(BackendError) -> [(service: ListedService, destinations: [ListedDestination])]
    {
        do {
            return try speak { client throws(NetlinkError) in try client.listing() }
        } catch .refused(ErrorNumber.noEntry, _) {
            // A list has no other reason for ENOENT: the module was loaded again, and has another number now.
            client = nil
        } catch {
            throw BackendError(reading: error)
        }
        do {
            return try speak { client throws(NetlinkError) in try client.listing() }
        } catch {
            throw BackendError(reading: error)
        }
    }

    /// Uses the socket, or another one where the last use may have left an answer behind.
    private func speak<Result>(
        _ body: (inout Client) throws(NetlinkError) -> Result
    ) throws(NetlinkError) -> Result {
        var client = try take()
        do {
            let result = try body(&client)
            self.client = consume client
            return result
        } catch .refused(let number, let message) {
            self.client = consume client
            throw .refused(number, message: message)
        }
    }

    private func take() throws(NetlinkError) -> Client {
        if let client = client.take() { return client }
        return try Client()
    }
}
