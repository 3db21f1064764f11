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
            let hint =
                error.code == EADDRNOTAVAIL
                ? "the relay needs the address on this host; set 'vip-interface', or 'ip address add \(virtual.address) dev lo'"
                : error.hint
            throw BackendError("\(SocketError("listen \(key)", code: error.code))", hint: hint)
        }
    }
}
