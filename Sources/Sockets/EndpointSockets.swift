public import Addresses
internal import Glibc
public import Synchronization

/// The sockets of one endpoint, one for each worker that serves it; closed when the last set that has them is gone.
public final class EndpointSockets: Sendable {
    /// The endpoint, with the port that was taken where 0 was asked for.
    public let endpoint: Endpoint
    /// The sockets.
    public let descriptors: [Int32]
    /// What each socket has lost and was counted (see ``DatagramQueue``), when it goes from one worker to the next.
    public let losses: Mutex<[UInt32]>

    private init(
        _ wanted: Endpoint, count: Int, first: BoundSocket.Sharing,
        by open: (Endpoint, BoundSocket.Sharing) throws(SocketError) -> Descriptor
    ) throws(SocketError) {
        var endpoint = wanted
        var descriptors: [Int32] = []
        do throws(SocketError) {
            for index in 0..<count {
                let socket = try open(endpoint, index == 0 ? first : .further)
                if endpoint.port == 0, let port = SocketAddress(boundTo: socket.rawValue)?.endpoint?.port {
                    endpoint.port = port
                }
                descriptors.append(socket.release())
            }
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
        self.endpoint = endpoint
        self.descriptors = descriptors
        losses = Mutex(Array(repeating: 0, count: count))
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    /// Opens `count` sockets for each endpoint, all or none. What `kept` has is not opened again, but part of both.
    public static func open(
        _ endpoints: [Endpoint], count: Int, keeping kept: [EndpointSockets],
        by open: (Endpoint, BoundSocket.Sharing) throws(SocketError) -> Descriptor
    ) throws(SocketError) -> [EndpointSockets] {
        var groups: [EndpointSockets] = []
        for endpoint in endpoints where !groups.contains(where: { $0.endpoint == endpoint }) {
            if let group = kept.first(where: { $0.endpoint == endpoint }) {
                groups.append(group)
            } else {
                // Our own wildcard socket at that port is no other process's.
                let isOverlapping = kept.contains { $0.endpoint.overlaps(endpoint) }
                groups.append(
                    try EndpointSockets(
                        endpoint, count: count, first: isOverlapping ? .further : .first, by: open))
            }
        }
        return groups
    }

    /// Wakes the threads that wait at these sockets; nothing more arrives at them.
    public func shutDown() {
        for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RD)) }
    }
}

extension Endpoint {
    /// Whether sockets at both could be asked by the same packet.
    fileprivate func overlaps(_ other: Endpoint) -> Bool {
        port == other.port && address.family == other.address.family && (address.isAny || other.address.isAny)
    }
}
