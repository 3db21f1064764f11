internal import Addresses
internal import Director
internal import Logging
internal import Synchronization

/// A virtual server as event loops and the table share it.
final class RelayService: Sendable {
    let key: VirtualServerKey
    let transport: TransportProtocol
    let virtual: Endpoint
    let relay: RelayShared

    private let state: Mutex<ServiceState>

    init(
        _ key: VirtualServerKey, _ transport: TransportProtocol, _ virtual: Endpoint, _ state: ServiceState,
        _ relay: RelayShared
    ) {
        self.key = key
        self.transport = transport
        self.virtual = virtual
        self.state = Mutex(state)
        self.relay = relay
    }

    /// Reads or changes the state; never blocks for long, since nothing in it waits.
    func with<Result: Sendable>(_ body: (inout sending ServiceState) -> sending Result) -> Result {
        state.withLock(body)
    }

    /// Where packets for a destination go: `gate` and `ipip` cannot change the port, and so it is the
    /// virtual server's.
    func target(of destination: Destination) -> Endpoint {
        switch destination.forwarding {
        case .gate, .ipip: Endpoint(destination.endpoint.address, port: virtual.port)
        case .masq where destination.endpoint.port == 0:
            Endpoint(destination.endpoint.address, port: virtual.port)
        case .masq: destination.endpoint
        }
    }
}

/// What all virtual servers of a relay share.
struct RelayShared: Sendable {
    let logger: Logger
    let registry: ConnectionRegistry
    let loops: RelayLoops
}
