internal import Addresses
internal import Director
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Sockets

/// An open port.
enum Listener {
    /// A listening socket that the loops share.
    case tcp(Int32)
    case udp(any Channel)
}

extension RelayService {
    /// Opens the virtual server's port.
    func listen() async throws(BackendError) -> Listener {
        do {
            if transport == .tcp { return .tcp(try relay.loops.listen(for: self)) }
            return .udp(try await udpListener.bind(to: NIOCore.SocketAddress(virtual)).get())
        } catch let error as IOError {
            throw failure(error.errnoCode)
        } catch let error as SocketError {
            throw failure(error.code)
        } catch {
            throw BackendError("listen \(key): \(error)")
        }
    }

    private func failure(_ code: Int32) -> BackendError {
        BackendError("listen \(key): \(unsafe String(cString: strerror(code)))", hint: hint(code))
    }

    private var udpListener: DatagramBootstrap {
        DatagramBootstrap(group: relay.group)
            .channelOption(.recvAllocator, value: .datagrams)
            .channelOption(.writeBufferWaterMark, value: .relay)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(UDPRelayHandler(self))
                }
            }
    }

    private func hint(_ errno: Int32) -> String? {
        switch errno {
        case EADDRINUSE: "another program has this port; 'ss -lntup' names it"
        case EADDRNOTAVAIL:
            "the relay needs the address on this host; set 'vip-interface', or 'ip address add \(virtual.address) dev lo'"
        case EACCES: "a port below 1024 needs CAP_NET_BIND_SERVICE"
        default: nil
        }
    }
}

extension ChannelOptions.Types.WriteBufferWaterMark {
    static let relay = Self(low: RelayLimits.highWatermark / 2, high: RelayLimits.highWatermark)
}
