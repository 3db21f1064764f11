internal import Addresses
internal import NIOCore

extension SocketAddress {
    init(_ endpoint: Endpoint) throws {
        try self.init(
            packedIPAddress: ByteBuffer(bytes: endpoint.address.bytes), port: Int(endpoint.port))
    }
}

extension Endpoint {
    /// Nil for an address of another family.
    init?(_ address: SocketAddress) {
        guard let ip = address.ipAddress.flatMap({ IPAddress($0) }), let port = address.port else { return nil }
        self.init(ip, port: UInt16(truncatingIfNeeded: port))
    }
}
