public import Addresses

/// One step from an actual table to a desired one.
public enum Change: Hashable, Sendable {
    /// Add a virtual server, without destinations.
    case addService(VirtualServerKey, ServiceOptions)
    /// Give a virtual server other options.
    case editService(VirtualServerKey, ServiceOptions)
    /// Remove a virtual server and its destinations.
    case deleteService(VirtualServerKey)
    /// Add a destination to a virtual server.
    case addDestination(VirtualServerKey, Destination)
    /// Give a destination other properties.
    case editDestination(VirtualServerKey, Destination)
    /// Remove a destination from a virtual server.
    case deleteDestination(VirtualServerKey, Endpoint)

    /// The virtual server that the step concerns.
    public var key: VirtualServerKey {
        switch self {
        case .addService(let key, _), .editService(let key, _), .deleteService(let key),
            .addDestination(let key, _), .editDestination(let key, _), .deleteDestination(let key, _):
            key
        }
    }
}

/// Why a backend could not do something.
public struct BackendError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, on what, and the error, one line: `add tcp 192.0.2.1:80: No such file or directory`.
    public var description: String
    /// What the admin can do about it.
    public var hint: String?
    /// Whether the backend as a whole can't be used (no IPVS in the kernel, no privilege).
    public var isFatal: Bool

    /// An error; see the properties.
    public init(_ description: String, hint: String? = nil, isFatal: Bool = false) {
        self.description = description
        self.hint = hint
        self.isFatal = isFatal
    }
}

/// What carries the packets. One battery of tests runs against every implementation.
public protocol Backend: AnyObject, Sendable {
    /// Whether what it holds is still there when the process has ended, as the kernel's table is.
    nonisolated var outlivesProcess: Bool { get }

    /// Whether it counts traffic.
    nonisolated var countsTraffic: Bool { get }

    /// Everything that the backend holds now, whoever put it there.
    func table() async throws(BackendError) -> Table

    /// Carries out steps in order; the result has one element per step, nil where it was acknowledged.
    /// A failed step does not keep later ones from being tried.
    func apply(_ changes: [Change]) async -> [BackendError?]

    /// The connections of each destination.
    func connections() async throws(BackendError) -> [VirtualServerKey: [Endpoint: ConnectionCounts]]

    /// What was counted of each virtual server; none where the backend doesn't count.
    func traffic() async throws(BackendError) -> [VirtualServerKey: ServiceTraffic]

    /// Begins to count anew.
    func zeroTraffic() async throws(BackendError)

    /// Lets go of what the process itself holds (listening sockets, connections); the kernel's table stays.
    func close() async
}

extension Backend {
    /// It does, where nothing else is said.
    public nonisolated var outlivesProcess: Bool { true }

    /// It doesn't, where nothing else is said.
    public nonisolated var countsTraffic: Bool { false }

    /// Nothing, where nothing is counted.
    public func traffic() async throws(BackendError) -> [VirtualServerKey: ServiceTraffic] { [:] }

    /// Nothing, where nothing is counted.
    public func zeroTraffic() async throws(BackendError) {}
}
