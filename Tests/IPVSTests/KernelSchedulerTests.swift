import Addresses
import Director
import Foundation
import IPVS
import Sockets
import Testing

/// Our schedulers beside the kernel's: real connections, one after the other, from many addresses. Without twos, which
/// the lab's kernel lacks and chance decides: DirectorTests holds it against what the kernel documents.
@Suite(
    "The kernel's schedulers", .serialized,
    .enabled(if: isLab, "needs SWERVE_LAB=1 in a network namespace of its own, root, and a kernel with IPVS"))
struct KernelSchedulerTests {
    /// A scheduler, its flags, the weights of the real servers, which of them gets weight 0 half-way, and before which
    /// connections lblcr_expiration is over.
    struct Row: CustomTestStringConvertible {
        /// The third octet of its real servers and a part of its clients' ports: the kernel remembers the
        /// connections of earlier rows, and counts them for the same real servers.
        var number: UInt8 = 0
        var scheduler: String
        var flags: ServiceFlags = []
        var weights: [Int32]
        var quiesced: Int?
        var expirations: Set<Int> = []

        var testDescription: String {
            "\(scheduler) \(flags.rawValue) \(weights) \(quiesced ?? -1) \(expirations.sorted())"
        }
    }

    static let rows = [
        Row(scheduler: "rr", weights: [1, 1, 1], quiesced: 1),
        Row(scheduler: "wrr", weights: [4, 3, 2], quiesced: 0),
        Row(scheduler: "lc", weights: [1, 2, 3], quiesced: 2),
        Row(scheduler: "wlc", weights: [1, 2, 3], quiesced: 2),
        Row(scheduler: "lblc", weights: [1, 2, 6], quiesced: 2),
        Row(scheduler: "lblcr", weights: [1, 2, 6], quiesced: 2),
        Row(scheduler: "lblcr", weights: [1, 2, 6], expirations: [24, 30, 36]),
        Row(scheduler: "lblcr", weights: [1, 2, 6], quiesced: 0, expirations: [4, 20, 32]),
        Row(scheduler: "dh", weights: [1, 2, 3]),
        Row(scheduler: "sh", weights: [1, 2, 3], quiesced: 1),
        Row(scheduler: "sh", flags: .scheduler1, weights: [1, 2, 3], quiesced: 1),
        Row(scheduler: "sh", flags: .scheduler2, weights: [1, 2, 3], quiesced: 1),
        Row(scheduler: "sh", flags: [.scheduler1, .scheduler2], weights: [1, 2, 3], quiesced: 1),
        Row(scheduler: "sed", weights: [1, 2, 3], quiesced: 2),
        Row(scheduler: "nq", weights: [1, 2, 3], quiesced: 2),
        Row(scheduler: "fo", weights: [1, 3, 2], quiesced: 1),
        Row(scheduler: "ovf", weights: [2, 5, 40], quiesced: 2),
        Row(scheduler: "mh", weights: [1, 2, 3], quiesced: 1),
        Row(scheduler: "mh", flags: .scheduler1, weights: [1, 2, 300], quiesced: 1),
        Row(scheduler: "mh", flags: .scheduler2, weights: [1, 2, 3], quiesced: 1),
        Row(scheduler: "mh", flags: [.scheduler1, .scheduler2], weights: [1, 2, 300], quiesced: 1),
    ]

    static let numberedRows = rows.enumerated().map { index, row in
        var row = row
        row.number = UInt8(index + 100)
        return row
    }

    @Test("choose what ours of the same name choose", arguments: numberedRows)
    func choices(row: Row) async throws {
        let commands =
            "ipvsadm -C && ip address replace 10.71.0.1/16 dev lo && ip route replace local 10.71.0.0/16 dev lo"
        try #require(system(commands) == 0)
        let kernel = try KernelTable()
        let virtual = Endpoint(.v4(IPv4Address(10, 71, 0, 1)), port: 80)
        let key = VirtualServerKey.endpoint(.tcp, virtual)
        let options = ServiceOptions(scheduler: row.scheduler, flags: row.flags)
        var destinations = row.weights.enumerated().map { index, weight in
            Destination(
                Endpoint(.v4(IPv4Address(10, 71, row.number, UInt8(index))), port: 80), forwarding: .masq,
                weight: weight
            )
        }
        let listeners = try destinations.map { try Listener($0.endpoint) }
        let desired = Table([key: TableEntry(options, destinations)])
        let results = await kernel.apply(Plan.changes(from: Table(), to: desired))
        try #require(results.allSatisfy { $0 == nil })

        // The plan adds in the order of addresses, one by one, and the kernel's list has the newest in front.
        var ours = try #require(options.makeScheduler([], virtual: virtual.address))
        for count in 1...destinations.count { ours.update(destinations.prefix(count).reversed()) }
        destinations.reverse()
        var connections: [Int32] = []
        defer { for connection in connections { close(connection) } }
        var day = 0
        var kernels: [Int?] = []
        var expected: [Int?] = []
        for number in 0..<48 {
            if number == 24, let quiesced = row.quiesced {
                let endpoint = Endpoint(.v4(IPv4Address(10, 71, row.number, UInt8(quiesced))), port: 80)
                let index = try #require(destinations.firstIndex { $0.endpoint == endpoint })
                destinations[index].weight = 0
                _ = await kernel.apply([.editDestination(key, destinations[index])])
                ours.update(destinations)
            }
            let counts = try await kernel.connections()[key] ?? [:]
            let loads = destinations.map {
                DestinationLoad(
                    active: counts[$0.endpoint]?.active ?? 0, inactive: counts[$0.endpoint]?.inactive ?? 0)
            }
            // A day is over for ours; for the kernel it has no length, for one connection.
            if row.expirations.contains(number) {
                day += 1
                ours.advance(to: .seconds(day * 86_401))
                try setExpiration(0)
            }
            let source = Endpoint(
                .v4(IPv4Address(10, 71, 2, UInt8(number))), port: UInt16(row.number) * 100 + UInt16(number))
            expected.append(ours.choose(for: source, loads: loads).map { Int(destinations[$0].endpoint.octet) })
            if let connection = connect(from: source, to: virtual) {
                let index = listeners.firstIndex { $0.hasAccepted() }
                #expect(index != nil)
                kernels.append(index)
                connections.append(connection)
            } else {
                kernels.append(nil)
            }
            if row.expirations.contains(number) { try setExpiration(86_400) }
        }
        #expect(kernels == expected)
        #expect(kernels.contains { $0 != nil })
        _ = await kernel.apply([.deleteService(key)])
        await kernel.close()
    }
}

extension Endpoint {
    fileprivate var octet: UInt8 { address.bytes.last ?? 0 }
}

private let isLab = ProcessInfo.processInfo.environment["SWERVE_LAB"] == "1" && (try? KernelTable()) != nil

/// Sets the seconds after which lblcr's set loses one, when two ticks of the kernel's clock at least are over since the
/// set has changed.
private func setExpiration(_ seconds: Int) throws {
    usleep(20_000)
    try #require(system("echo \(seconds) >/proc/sys/net/ipv4/vs/lblcr_expiration") == 0)
}

/// A real server whose connections stay open.
private final class Listener {
    private let socket: Descriptor
    private var accepted: [Int32] = []

    init(_ endpoint: Endpoint) throws {
        socket = try BoundSocket.tcp(endpoint, .first)
    }

    func hasAccepted() -> Bool {
        let connection = accept(socket.rawValue, nil, nil)
        if connection >= 0 { accepted.append(connection) }
        return connection >= 0
    }

    deinit {
        for connection in accepted { close(connection) }
    }
}

/// A connection from an address, or nil if there is none within a moment.
private func connect(from source: Endpoint, to target: Endpoint) -> Int32? {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var wait = timeval(tv_sec: 0, tv_usec: 300_000)
    setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    func call(_ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        SocketAddress(endpoint).withBytes {
            body($0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
        }
    }
    guard call(source, { bind(number, $0, $1) }) == 0, call(target, { Foundation.connect(number, $0, $1) }) == 0
    else {
        close(number)
        return nil
    }
    return number
}
