internal import Glibc

/// The address of a unix socket, as the system calls take it.
struct UnixAddress {
    private var address = sockaddr_un()

    /// The address of a path; nil if it is empty, has a NUL in it or is too long with its end (unix(7)).
    init?(_ path: String) {
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        if bytes.isEmpty || bytes.count >= room || bytes.contains(0) { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    }

    /// bind(2): 0, or -1 with errno.
    func bind(_ descriptor: CInt) -> CInt {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// connect(2): 0, or -1 with errno.
    func connect(_ descriptor: CInt) -> CInt {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
