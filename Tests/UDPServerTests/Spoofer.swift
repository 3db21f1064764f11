import Addresses
import CLinux
import Glibc
import Sockets

/// A socket for whole IPv4 packets, with any source address.
final class Spoofer: Sendable {
    private let socket: Descriptor

    init?() {
        let number = Glibc.socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW))
        if number < 0 { return nil }
        socket = Descriptor(owning: number)
    }

    func send(_ payload: [UInt8], from source: Endpoint, to target: Endpoint) -> Bool {
        let length = 28 + payload.count
        // The kernel fills in the checksum and the identification; UDP over IPv4 may go without one.
        var packet: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 255), 0, 0, 0, 0, 64, 17, 0, 0]
        packet += source.address.bytes + target.address.bytes
        for number in [source.port, target.port, UInt16(8 + payload.count), 0] {
            packet += [UInt8(number >> 8), UInt8(number & 255)]
        }
        packet += payload
        let address = SocketAddress(Endpoint(target.address, port: 0))
        let size = packet.count
        return unsafe address.withBytes { bytes in
            let target = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            return unsafe sendto(socket.rawValue, packet, size, 0, target, socklen_t(bytes.count)) == size
        }
    }

    static var isPossible: Bool { Spoofer() != nil }
}
