import Addresses
import Answering
import Glibc
import Sockets
import UDPServer

/// Asks workers of the UDP server over the loopback, one at a time, by batches that are mostly full: what is sent at once
/// arrives at once (UDP_SEGMENT of udp(7)), for which the questions of a batch have to be of one length.
func askOverUDP(_ workload: Workload, of store: SnapshotStore, workers: Int, rounds: Int) throws {
    let sockets = try UDPSockets.open([Endpoint(.v4(.loopback), port: 0)], workers: workers)
    let server = UDPServer(workers: workers)
    try server.serve(sockets, from: store)
    defer { server.stop() }
    // So many that each worker has some of them.
    let clients = (0..<16).map { _ in DatagramSocket.connect(to: sockets.endpoints[0]) }
    defer { for client in clients { close(client) } }
    let width = 32
    var batches: [(octets: [UInt8], length: Int32)] = []
    var waiting: [Int: [UInt8]] = [:]
    for (start, end) in zip(workload.starts, workload.starts.dropFirst()) {
        let length = end - start
        waiting[length, default: []] += workload.octets[start..<end]
        if let octets = waiting[length], octets.count == width * length {
            batches.append((octets, Int32(length)))
            waiting[length] = []
        }
    }
    var answer = [UInt8](repeating: 0, count: 4096)
    if batches.isEmpty { throw BenchmarkError.unanswered }
    let count = (rounds + width - 1) / width
    for index in 0..<count {
        let client = clients[index % clients.count]
        let octets = batches[index % batches.count].octets
        var length = batches[index % batches.count].length
        guard setsockopt(client, Int32(IPPROTO_UDP), udpSegment, &length, 4) == 0,
            send(client, octets, octets.count, 0) == octets.count
        else { throw BenchmarkError.unanswered }
        for _ in 0..<width {
            var readiness = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
            guard poll(&readiness, 1, 10_000) == 1, recv(client, &answer, answer.count, 0) > 0 else {
                throw BenchmarkError.unanswered
            }
        }
    }
    print("\(count * width) answered")
}

/// linux/udp.h
private let udpSegment: Int32 = 103
