internal import Addresses
internal import Director

extension ProxyProtocol {
    /// What stands before the first byte of the client: from where it came and what it asked for (HAProxy's
    /// proxy-protocol.txt, §2.1 and §2.2). Both addresses are of one family.
    func header(client: Endpoint, virtual: Endpoint) -> [UInt8] {
        let isIPv4 = client.address.family == .v4
        switch self {
        case .v1:
            return Array(
                "PROXY TCP\(isIPv4 ? 4 : 6) \(client.address) \(virtual.address) \(client.port) \(virtual.port)\r\n"
                    .utf8)
        case .v2:
            var octets: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
            // Version 2, proxied; a stream over IPv4 or IPv6; the length of what follows.
            octets += [0x21, isIPv4 ? 0x11 : 0x21, 0, isIPv4 ? 12 : 36]
            octets += client.address.bytes
            octets += virtual.address.bytes
            for port in [client.port, virtual.port] { octets += [UInt8(port >> 8), UInt8(port & 0xFF)] }
            return octets
        }
    }
}
