import Glibc
import Sockets
import Synchronization

/// A network namespace with a link on which nobody but this host is: 10.9.0.1/24. It goes with the last socket that was
/// opened there.
enum OwnNetwork {
    /// Opens sockets there; they can be used from anywhere.
    static func open<Sockets: Sendable>(_ open: @escaping @Sendable () throws -> Sockets) throws -> Sockets {
        let result = Mutex<Result<Sockets, any Error>>(.failure(SocketError("own network", code: EPERM)))
        // A namespace is each thread's.
        let thread = try ServerThread("own-network") {
            guard leave(), unsafe system(setUp) == 0 else { return }
            let opened = Result { try open() }
            result.withLock { $0 = opened }
        }
        thread.join()
        return try result.withLock { $0 }.get()
    }

    /// `unshare(CLONE_NEWNET)`, which Glibc's module doesn't have.
    private static func leave() -> Bool {
        guard let unshare = unsafe dlsym(nil, "unshare") else { return false }
        return unsafe unsafeBitCast(unshare, to: (@convention(c) (Int32) -> Int32).self)(0x4000_0000) == 0
    }

    static let isPossible = (try? open {}) != nil

    /// What is sent over one end of a cable arrives at the other, which answers for no address.
    private static let setUp = """
        exec 2>/dev/null; set -e; ip link set lo up; ip link add cable type veth peer name end
        ip address add 10.9.0.1/24 dev cable; ip link set end up; ip link set cable up
        echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/lo/rp_filter
        """
}
