internal import Addresses
internal import Director
internal import Glibc
internal import NIOCore
internal import NIOPosix

extension RelayService {
    /// Opens the virtual server's port.
    func listen() async throws(BackendError) -> any Channel {
        do {
            let address = try SocketAddress(virtual)
            return switch transport {
            case .tcp: try await tcpListener.bind(to: address).get()
            default: try await udpListener.bind(to: address).get()
            }
        } catch let error as IOError {
            throw BackendError(
                "listen \(key): \(String(cString: strerror(error.errnoCode)))", hint: hint(error.errnoCode))
        } catch {
            throw BackendError("listen \(key): \(error)")
        }
    }

    private var tcpListener: ServerBootstrap {
        ServerBootstrap(group: relay.group)
            // Connections that wait to be accepted; the kernel's own bound (somaxconn) is 4096.
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Without file descriptors, accepting is tried again after a second instead of at once for ever.
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    try listener.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .relay)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture { try TCPConnection.accept(client, for: self) }
            }
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
