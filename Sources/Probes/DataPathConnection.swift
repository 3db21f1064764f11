internal import Addresses
internal import Glibc
internal import Health
internal import NIOCore
internal import NIOPosix

extension Prober {
    /// Carries out a check by the way that it names.
    func probe(
        _ check: Check, by path: DataPath, _ body: () async throws(ProbeFailure) -> Outcome
    ) async throws(ProbeFailure) -> Outcome {
        if path.mark == nil || path.source == nil {
            throw ProbeFailure(undecided: "it goes through the VIP, which the running daemon alone can do")
        }
        let result = await DataPath.$ofTask.withValue(path) { () async -> Result<Outcome, ProbeFailure> in
            do throws(ProbeFailure) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension ClientBootstrap {
    /// Connections that take the way of the running task's probe, if it has one.
    func onDataPath() throws -> ClientBootstrap {
        guard let path = DataPath.ofTask, let source = path.source else { return self }
        return channelOption(.markOfPackets, value: path.markValue)
            .bind(to: try SocketAddress(Endpoint(source, port: 0)))
    }
}

extension DatagramBootstrap {
    /// A socket for datagrams to and from one address, on the way of the running task's probe, if it has one.
    func connectOnDataPath(to address: SocketAddress) throws -> EventLoopFuture<any Channel> {
        guard let path = DataPath.ofTask, let source = path.source else { return connect(to: address) }
        return channelOption(.markOfPackets, value: path.markValue)
            .bind(to: try SocketAddress(Endpoint(source, port: 0)))
            .flatMap { channel in channel.connect(to: address).map { channel } }
    }
}

extension Channel {
    /// Sees to it that the connection ends with a reset: a kernel that has seen it end so gives the next one from the
    /// same port another real server, while after two farewells it would hold on to the old one.
    func resetAtEnd() {
        guard let options = self as? any SocketOptionProvider else { return }
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in }
    }
}

extension DataPath {
    fileprivate var markValue: SocketOptionValue { SocketOptionValue(Int32(bitPattern: mark ?? 0)) }
}

extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    /// SO_MARK of socket(7): the firewall mark of what the socket sends.
    fileprivate static var markOfPackets: Self { Self(level: .socket, name: NIOBSDSocket.Option(rawValue: 36)) }
}
