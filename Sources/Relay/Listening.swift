internal import Addresses
internal import Director
internal import Glibc
internal import Sockets

extension RelayService {
    /// Opens the virtual server's port; its socket.
    func listen() throws(BackendError) -> Int32 {
        do throws(SocketError) {
            return try relay.loops.listen(for: self)
        } catch {
            throw failure(error.code)
        }
    }

    private func failure(_ code: Int32) -> BackendError {
        BackendError("listen \(key): \(unsafe String(cString: strerror(code)))", hint: hint(code))
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
