public import Addresses
internal import Glibc

/// The kernel's form of an endpoint: `sockaddr_in`, or `sockaddr_in6`, which is the larger.
@safe public struct SocketAddress {
    var storage = sockaddr_in6()

    /// The form of an endpoint.
    public init(_ endpoint: Endpoint) {
        switch endpoint.address {
        case .v4(let address):
            var inet = sockaddr_in()
            inet.sin_family = sa_family_t(AF_INET)
            inet.sin_port = endpoint.port.bigEndian
            inet.sin_addr.s_addr = address.rawValue.bigEndian
            unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: inet, as: sockaddr_in.self) }
        case .v6(let address):
            storage.sin6_family = sa_family_t(AF_INET6)
            storage.sin6_port = endpoint.port.bigEndian
            unsafe withUnsafeMutableBytes(of: &storage.sin6_addr) {
                unsafe $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                unsafe $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
    }

    /// The address that a socket is bound to; nil if it has none.
    public init?(boundTo socket: Int32) {
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket, $0, &length)
            }
        }
        if result != 0 { return nil }
    }

    private var size: Int {
        storage.sin6_family == sa_family_t(AF_INET)
            ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    }

    /// The endpoint; nil if the address is of another family.
    public var endpoint: Endpoint? {
        unsafe withUnsafeBytes(of: storage) { unsafe Self.endpoint($0) }
    }

    /// Reads the endpoint out of a `sockaddr` of at least 28 bytes, without allocating; nil if it is
    /// of another family than IPv4 and IPv6.
    @inlinable @inline(__always) public static func endpoint(_ bytes: UnsafeRawBufferPointer) -> Endpoint? {
        // The numbers of AF_INET and AF_INET6 on Linux.
        let family = unsafe bytes.loadUnaligned(as: UInt16.self)
        let port = unsafe UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        if family == 2 {
            let address = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            return Endpoint(.v4(IPv4Address(rawValue: address)), port: port)
        }
        if family == 10 {
            let high = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            let low = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
            return Endpoint(.v6(IPv6Address(high: high, low: low)), port: port)
        }
        return nil
    }

    /// The result of `bind` or `connect` for a socket.
    func call(_ body: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, on socket: Int32) -> Int32 {
        unsafe withBytes { bytes in
            unsafe body(
                socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
    }

    /// Calls with the octets that system calls take as a `sockaddr`.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe withUnsafeBytes(of: storage) { bytes in
            unsafe body(UnsafeRawBufferPointer(rebasing: bytes[..<size]))
        }
    }
}
