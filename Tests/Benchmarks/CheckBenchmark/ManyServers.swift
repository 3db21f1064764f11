import Glibc
import Synchronization

/// Thousands of web servers in one thread: a socket for all addresses of 127.0.0.0/8, which does as the address
/// says that was connected to.
final class ManyServers: Sendable {
    /// What a server does.
    enum Manner: UInt8 {
        /// Answers.
        case serves
        /// Takes the connection, and says nothing.
        case hangs
        /// Closes the connection.
        case closes
    }

    private let manners: Mutex<[Manner]>
    private let taken = Atomic<Int>(0)
    private let listener: Int32
    private static let answer = Array(
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nfine"
            .utf8.dropLast())

    /// Servers that answer, on a port.
    init(count: Int, port: UInt16) {
        manners = Mutex(Array(repeating: .serves, count: count))
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var on: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, 16) }
        }
        precondition(bound == 0 && listen(listener, 65_535) == 0, "the port is taken")
    }

    /// The address of a server: 127.1.0.0 and on.
    static func address(_ index: Int) -> String {
        "127.\(1 + index / 62_500).\(index / 250 % 250).\(1 + index % 250)"
    }

    private static func index(_ address: UInt32) -> Int {
        let octets = [24, 16, 8, 0].map { Int(address >> $0 & 255) }
        return (octets[1] - 1) * 62_500 + octets[2] * 250 + octets[3] - 1
    }

    /// Changes what servers do.
    func set(_ indices: some Sequence<Int>, _ manner: Manner) {
        manners.withLock { manners in for index in indices { manners[index] = manner } }
    }

    /// How many connections have been taken so far.
    var connections: Int { taken.load(ordering: .relaxed) }

    /// Serves for ever.
    func serve() {
        var waiting = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if poll(&waiting, nfds_t(waiting.count), -1) <= 0 { continue }
            for place in waiting.indices.dropFirst().reversed() where waiting[place].revents != 0 {
                let client = waiting[place].fd
                let count = read(client, &buffer, buffer.count)
                if count > 0, isHanging(client) { continue }
                if count > 0 { _ = Self.answer.withUnsafeBytes { write(client, $0.baseAddress, $0.count) } }
                close(client)
                waiting.swapAt(place, waiting.count - 1)
                waiting.removeLast()
            }
            if waiting[0].revents != 0 { take(&waiting) }
        }
    }

    private func take(_ waiting: inout [pollfd]) {
        while true {
            let client = accept(listener, nil, nil)
            if client < 0 { return }
            taken.wrappingAdd(1, ordering: .relaxed)
            _ = fcntl(client, F_SETFL, O_NONBLOCK)
            if manner(client) == .closes {
                close(client)
            } else {
                waiting.append(pollfd(fd: client, events: Int16(POLLIN), revents: 0))
            }
        }
    }

    private func isHanging(_ client: Int32) -> Bool { manner(client) == .hangs }

    private func manner(_ client: Int32) -> Manner {
        var address = sockaddr_in()
        var length = socklen_t(16)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(client, $0, &length) }
        }
        let index = Self.index(UInt32(bigEndian: address.sin_addr.s_addr))
        return manners.withLock { $0.indices.contains(index) ? $0[index] : .closes }
    }
}
