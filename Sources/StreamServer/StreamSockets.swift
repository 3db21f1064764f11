public import Addresses
internal import Glibc
public import Sockets

/// The listening TCP sockets of a set of endpoints. A socket is closed when the last set that has it
/// is gone; connections accepted from it live on.
public final class StreamSockets: Sendable {
    let listeners: [ListeningSocket]

    private init(_ listeners: [ListeningSocket]) {
        self.listeners = listeners
    }

    /// Opens the sockets, all or none; connections wait in them until a server serves them.
    ///
    /// Endpoints that `kept` has are not opened again: both sets share their sockets. Port 0 takes any
    /// free port.
    /// - Throws: `bind tcp 192.0.2.1#53: Address already in use`
    public static func open(
        _ endpoints: [Endpoint], keeping kept: StreamSockets? = nil
    ) throws(SocketError) -> StreamSockets {
        var listeners: [ListeningSocket] = []
        for endpoint in endpoints where !listeners.contains(where: { $0.endpoint == endpoint }) {
            if let listener = kept?.listeners.first(where: { $0.endpoint == endpoint }) {
                listeners.append(listener)
            } else {
                listeners.append(try ListeningSocket(endpoint))
            }
        }
        return StreamSockets(listeners)
    }

    /// The endpoints, with the ports that were taken where 0 was asked for.
    public var endpoints: [Endpoint] { listeners.map(\.endpoint) }
}

/// A socket that listens.
final class ListeningSocket: Sendable {
    let endpoint: Endpoint
    private let descriptor: Descriptor

    init(_ wanted: Endpoint) throws(SocketError) {
        descriptor = try BoundSocket.tcp(wanted)
        endpoint = SocketAddress(boundTo: descriptor.rawValue)?.endpoint ?? wanted
    }

    /// A descriptor of the same socket, for another owner.
    func duplicate() throws(SocketError) -> Int32 {
        let copy = fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
        if copy < 0 { throw SocketError("accept tcp \(BoundSocket.text(endpoint))", code: errno) }
        return copy
    }

    /// Gives it back the length of its queue, which the new owner may have changed.
    func listen() throws(SocketError) {
        try BoundSocket.listen(descriptor.rawValue, "accept tcp \(BoundSocket.text(endpoint))")
    }

    /// Refuses new connections from now on, whoever else holds the socket.
    func close() {
        shutdown(descriptor.rawValue, Int32(SHUT_RDWR))
    }
}
