import Addresses
import Netlink

/// A packet that tells the hosts of a link at which link address an address of ours now is.
struct Announcement: Hashable {
    /// Its Ethernet type.
    var protocolNumber: UInt16
    /// The link address that it goes to: everybody, or every IPv6 host.
    var destination: [UInt8]
    /// What follows the link's header.
    var bytes: [UInt8]

    /// The announcements of an address: for IPv4 an ARP request and an ARP reply (RFC 5944 §4.6: some hosts heed
    /// the one, some the other), for IPv6 an unsolicited neighbour advertisement (RFC 4861 §7.2.6).
    ///
    /// - Parameters:
    ///   - hardwareAddress: six octets.
    ///   - isRouter: whether the host forwards IPv6 on the link. An advertisement that denies it makes hosts
    ///     drop the routes that lead here.
    static func all(of address: IPAddress, at hardwareAddress: [UInt8], isRouter: Bool) -> [Announcement] {
        switch address {
        case .v4(let address):
            return [UInt8(1), 2].map { operation in
                // Ethernet and IPv4, with addresses of six and of four octets.
                var bytes: [UInt8] = [0, 1, 0x08, 0x00, 6, 4, 0, operation]
                bytes += hardwareAddress
                bytes += address.bytes
                bytes += operation == 1 ? [UInt8](repeating: 0, count: 6) : hardwareAddress
                bytes += address.bytes
                return Announcement(
                    protocolNumber: 0x0806, destination: [UInt8](repeating: 0xFF, count: 6), bytes: bytes)
            }
        case .v6(let address):
            return [
                Announcement(
                    protocolNumber: 0x86DD, destination: [0x33, 0x33, 0, 0, 0, 1],
                    bytes: neighbourAdvertisement(of: address, at: hardwareAddress, isRouter: isRouter))
            ]
        }
    }

    private static func neighbourAdvertisement(
        of address: IPv6Address, at hardwareAddress: [UInt8], isRouter: Bool
    ) -> [UInt8] {
        let allNodes = IPv6Address(high: 0xFF02_0000_0000_0000, low: 1)
        let flags: UInt8 = (isRouter ? 0x80 : 0) | 0x20  // router, override
        // Type 136; the checksum is filled in below. Option 2: the target's link address, in units of 8 octets.
        var message: [UInt8] = [136, 0, 0, 0, flags, 0, 0, 0]
        message += address.bytes
        message += [2, 1]
        message += hardwareAddress
        let ends = address.bytes + allNodes.bytes
        let pseudoHeader = ends + UInt32(message.count).networkBytes + [0, 0, 0, 58]
        message.replaceSubrange(2..<4, with: internetChecksum(pseudoHeader + message).networkBytes)
        // Version 6, no flow; the hop limit shows that no router had a hand in it.
        var header: [UInt8] = [0x60, 0, 0, 0]
        header += UInt16(message.count).networkBytes
        header += [58, 255]
        return header + ends + message
    }

    /// RFC 1071, over an even number of octets.
    static func internetChecksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
        }
        while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
        return ~UInt16(sum)
    }
}
