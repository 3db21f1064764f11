public import Addresses
public import Director

/// One behaviour that every backend must show.
public struct BatteryCase: Sendable, CustomStringConvertible {
    /// The behaviour, in words.
    public let description: String
    let body: @Sendable (Bench) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (Bench) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Runs the case against a backend, on virtual servers at this address and port alone, and removes them.
    ///
    /// - Throws: `BatteryFailure` where the backend behaves differently.
    public func run(on backend: any Backend, at virtual: Endpoint) async throws {
        let bench = Bench(backend: backend, virtual: virtual)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(bench)) } catch { outcome = .failure(error) }
        _ = await backend.apply([.deleteService(bench.tcp), .deleteService(bench.udp)])
        try outcome.get()
    }
}

/// How a backend behaves differently.
public struct BatteryFailure: Error, CustomStringConvertible {
    /// What was expected and what came.
    public let description: String
}

/// What a case works with.
struct Bench: Sendable {
    let backend: any Backend
    let virtual: Endpoint

    var tcp: VirtualServerKey { .endpoint(.tcp, virtual) }
    var udp: VirtualServerKey { .endpoint(.udp, virtual) }

    /// The options of a plain virtual server.
    func options(_ scheduler: String = "wrr") -> ServiceOptions {
        ServiceOptions(scheduler: scheduler, family: virtual.address.family)
    }

    /// A destination on this host, told apart by its port.
    func server(
        _ number: UInt16, weight: Int32 = 1, upperThreshold: UInt32 = 0, lowerThreshold: UInt32 = 0
    ) -> Destination {
        let address: IPAddress = virtual.address.family == .v4 ? .v4(.loopback) : .v6(.loopback)
        return Destination(
            Endpoint(address, port: 20000 + number), forwarding: .masq, weight: weight,
            upperThreshold: upperThreshold, lowerThreshold: lowerThreshold)
    }

    /// Carries out steps that must all be acknowledged.
    func apply(_ changes: Change...) async throws {
        for (change, error) in zip(changes, await backend.apply(changes)) {
            if let error { throw BatteryFailure(description: "\(change) failed: \(error)") }
        }
    }

    /// Carries out a step that must fail, and say so in words.
    func refuse(_ change: Change) async throws {
        guard let error = await backend.apply([change])[0] else {
            throw BatteryFailure(description: "\(change) was acknowledged")
        }
        if error.description.isEmpty { throw BatteryFailure(description: "\(change): an error without words") }
    }

    /// What the backend must hold at a key.
    func expect(_ entry: TableEntry?, at key: VirtualServerKey) async throws {
        let actual = try await backend.table()[key]
        if actual != entry {
            throw BatteryFailure(
                description: "\(key) is \(String(describing: actual)) instead of \(String(describing: entry))")
        }
    }
}
