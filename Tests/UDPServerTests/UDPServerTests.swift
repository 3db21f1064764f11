import Addresses
import Answering
import DNSClient
import DNSWire
import Glibc
import Sockets
import Synchronization
import Telemetry
import Testing

@testable import UDPServer

private let loopback = Endpoint(.v4(.loopback), port: 0)

/// A server of the example zone.
private final class Running: Sendable {
    let server: UDPServer
    let store: SnapshotStore
    let endpoints: [Endpoint]

    init(_ endpoints: [Endpoint] = [loopback], workers: Int = 1, options: AnswerOptions = AnswerOptions())
        throws
    {
        let sockets = try UDPSockets.open(endpoints, workers: workers)
        store = SnapshotStore(try ExampleZone.snapshot(options: options))
        server = UDPServer(workers: workers)
        try server.serve(sockets, from: store)
        self.endpoints = sockets.endpoints
    }

    func total(_ counter: Counter) -> UInt64 { server.counters.reduce(0) { $0 + $1.value(of: counter) } }

    deinit { server.stop() }
}

@Suite("Answers over UDP", .timeLimit(.minutes(1)))
struct UDPServerTests {
    @Test("each family is answered", arguments: ["127.0.0.1", "::1"])
    func families(address: String) throws {
        let running = try Running([Endpoint(try #require(IPAddress(address)), port: 0)])
        let client = try ClientSocket(.udp, to: running.endpoints[0])
        let answer = try #require(client.ask(Message.query("www.example.com", .a, id: 77)))
        #expect(answer.id == 77)
        #expect(answer.isResponse)
        #expect(answer.responseCode == 0)
        #expect(answer.answerCount == 1)
        #expect(answer.lastAddress == [192, 0, 2, 1])
    }

    @Test(
        "an answer leaves from the address that was asked, on a wildcard socket too",
        arguments: [
            ("0.0.0.0", "127.0.0.2"), ("0.0.0.0", "127.9.8.7"), ("::", "::1"), ("127.0.0.3", "127.0.0.3"),
        ])
    func source(bound: String, asked: String) throws {
        let running = try Running([Endpoint(try #require(IPAddress(bound)), port: 0)])
        let port = running.endpoints[0].port
        let client = try ClientSocket(.udp, to: Endpoint(try #require(IPAddress(asked)), port: port))
        // The client's socket is connected: it takes nothing from any other address.
        #expect(client.ask(try Message.query("www.example.com", .a))?.answerCount == 1)
    }

    @Test(
        "so it does where the worker has sockets of both kinds, and each a batch of its own size",
        arguments: [(1, 8), (1, 40), (40, 40)])
    func sources(ofOne: Int, ofAll: Int) throws {
        let sockets = try UDPSockets.open([loopback, Endpoint(.v4(.any), port: 0)], workers: 1)
        let one = try ClientSocket(.udp, to: sockets.endpoints[0])
        let second = Endpoint(.v4(IPv4Address(127, 0, 0, 5)), port: sockets.endpoints[1].port)
        let all = try ClientSocket(.udp, to: second)
        let query = try Message.query("www.example.com", .a)
        let server = UDPServer(workers: 1)
        defer { server.stop() }
        // All wait when the worker starts, and are served in this order.
        for _ in 0..<ofOne { one.send(query) }
        for _ in 0..<ofAll { all.send(query) }
        try server.serve(sockets, from: SnapshotStore(try ExampleZone.snapshot()))
        for _ in 0..<ofOne { try #require(one.receiveMessage()?.answerCount == 1) }
        for _ in 0..<ofAll { try #require(all.receiveMessage()?.answerCount == 1) }
    }

    @Test("cookies are made with the clock of the host")
    func clock() throws {
        let secret = try #require(CookieSecret(Array(0..<16)))
        let running = try Running(options: AnswerOptions(cookies: CookieOptions(secrets: [secret])))
        let client = try ClientSocket(.udp, to: running.endpoints[0])
        let before = time(nil)
        let query = try Message.query(
            "www.example.com", .a, udpSize: 1232, options: [0, 10, 0, 8] + Array(0..<8))
        let cookie = try #require(client.ask(query)).bytes.suffix(16)
        let made = cookie.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        // The worker's clock may be a tick late.
        #expect((before - 1...time(nil)).contains(made))
    }

    @Test("one worker serves several endpoints", arguments: [1, 3])
    func severalEndpoints(workers: Int) throws {
        let addresses = ["127.0.0.1", "127.0.0.2", "::1"].compactMap { IPAddress($0) }
        let running = try Running(addresses.map { Endpoint($0, port: 0) }, workers: workers)
        for endpoint in running.endpoints {
            let client = try ClientSocket(.udp, to: endpoint)
            #expect(client.ask(try Message.query("www.example.com", .a))?.answerCount == 1)
        }
    }

    @Test("every query of many is answered, once", arguments: [1, 4])
    func many(workers: Int) throws {
        let running = try Running(workers: workers)
        for client in 0..<20 {
            let socket = try ClientSocket(.udp, to: running.endpoints[0])
            // Few enough for the socket's queue.
            for round in 0..<5 {
                let ids = (0..<40).map { UInt16(client * 1000 + round * 40 + $0) }
                for id in ids { socket.send(try Message.query("www.example.com", .a, id: id)) }
                let answered = ids.compactMap { _ in socket.receiveMessage()?.id }
                #expect(answered.sorted() == ids)
            }
        }
        #expect(running.total(.udp4Queries) == 20 * 5 * 40)
        if workers > 1 {
            // Twenty clients fall to one of four workers with a probability of 4 * 4^-20.
            #expect(running.server.counters.filter { $0.value(of: .udp4Queries) > 0 }.count > 1)
        }
    }

    @Test("octets of every length that mean nothing change nothing")
    func garbage() throws {
        let running = try Running()
        let client = try ClientSocket(.udp, to: running.endpoints[0])
        var state: UInt64 = 42
        for length in Array(0..<600) + [4095, 4096, 4097, 9000, 65507] {
            let bytes = (0..<length).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(state >> 56)
            }
            #expect(client.send(bytes))
        }
        let other = try ClientSocket(.udp, to: running.endpoints[0])
        #expect(other.ask(try Message.query("www.example.com", .a))?.answerCount == 1)
    }

    @Test("a query with a record beyond 4,096 octets is malformed; octets behind the last record are ignored")
    func oversize() throws {
        let running = try Running()
        let client = try ClientSocket(.udp, to: running.endpoints[0])
        var query = try Message.query("www.example.com", .a, udpSize: 1232)
        #expect(client.ask(query + [UInt8](repeating: 0, count: 5000))?.answerCount == 1)
        // One EDNS option (65001, for local use) of 5,000 octets.
        query.removeLast(2)
        query += [UInt8(5004 >> 8), UInt8(5004 & 255), 0xFD, 0xE9, UInt8(5000 >> 8), UInt8(5000 & 255)]
        query += [UInt8](repeating: 0, count: 5000)
        #expect(client.ask(query)?.responseCode == 1)
    }

    @Test("queries that arrived before a server served the socket are answered")
    func early() throws {
        let sockets = try UDPSockets.open([loopback], workers: 1)
        let client = try ClientSocket(.udp, to: sockets.endpoints[0])
        client.send(try Message.query("www.example.com", .a))
        let server = UDPServer(workers: 1)
        defer { server.stop() }
        try server.serve(sockets, from: SnapshotStore(try ExampleZone.snapshot()))
        #expect(client.receiveMessage()?.answerCount == 1)
    }

    @Test("what finds no room in a socket's queue is counted, by whichever worker has the socket")
    func losses() throws {
        let sockets = try UDPSockets.open([loopback], workers: 1)
        let client = try ClientSocket(.udp, to: sockets.endpoints[0])
        let store = SnapshotStore(try ExampleZone.snapshot())
        let server = UDPServer(workers: 1)
        func lost() -> UInt64 { server.counters[0].value(of: .droppedQueueFull) }
        func seen() -> UInt64 { server.counters[0].value(of: .droppedShort) + lost() }
        // Two megabytes hold some thousands. What is read of them is too short to be a query.
        for _ in 0..<10_000 { client.send([0]) }
        try server.serve(sockets, from: store)
        while seen() != 10_000 { sched_yield() }
        #expect(lost() > 0)
        let both = try UDPSockets.open([sockets.endpoints[0], loopback], keeping: sockets)
        try server.serve(both, from: store)
        #expect(seen() == 10_000)
        for _ in 0..<10_000 { client.send([0]) }
        while seen() != 20_000 { sched_yield() }
        server.stop()
        #expect(seen() == 20_000)
    }

    @Test("a published snapshot answers the next query")
    func publication() throws {
        let running = try Running()
        let client = try ClientSocket(.udp, to: running.endpoints[0])
        for octet in UInt8(1)...50 {
            running.store.publish(try ExampleZone.snapshot(www: [198, 51, 100, octet]))
            #expect(client.ask(try Message.query("www.example.com", .a))?.lastAddress == [198, 51, 100, octet])
        }
    }

    @Test("what doesn't fit is truncated, and comes whole where the client takes more")
    func truncation() throws {
        let running = try Running()
        let client = try ClientSocket(.udp, to: running.endpoints[0])
        let answer = try #require(client.ask(Message.query("big.example.com", .txt)))
        #expect(answer.isTruncated)
        #expect(answer.bytes.count <= 512)
    }

    @Test("a stopped server lets go of its endpoints, soon", arguments: [1, 2])
    func stop(endpoints: Int) throws {
        let wanted = ["127.0.0.1", "127.0.0.2"].prefix(endpoints).compactMap { IPAddress($0) }
        let server = UDPServer(workers: 2)
        func serve() throws -> [Endpoint] {
            let sockets = try UDPSockets.open(wanted.map { Endpoint($0, port: 0) }, workers: 2)
            try server.serve(sockets, from: SnapshotStore(try ExampleZone.snapshot()))
            return sockets.endpoints
        }
        let bound = try serve()
        #expect(ContinuousClock().measure { server.stop() } < .seconds(2))
        #expect(throws: Never.self) { try UDPSockets.open(bound, workers: 2) }
    }
}

/// A client that always has eight queries under way.
private final class Flow: Sendable {
    let sent = Atomic(0)
    let lost = Atomic(0)
    let isOver = Atomic(false)
    private let query: [UInt8]
    private let client: ClientSocket

    init(of query: [UInt8], from client: ClientSocket) {
        self.query = query
        self.client = client
    }

    func run() {
        let window = 8
        while !isOver.load(ordering: .relaxed) {
            for _ in 0..<window { client.send(query) }
            sent.add(window, ordering: .relaxed)
            let answered = (0..<window).count { _ in client.receiveMessage()?.answerCount == 1 }
            lost.add(window - answered, ordering: .relaxed)
        }
    }
}

@Suite("Endpoints of a UDP server", .timeLimit(.minutes(1)))
struct UDPEndpointsTests {
    @Test("an endpoint in use is refused in words, though servers of one user could share it")
    func inUse() throws {
        let first = try UDPSockets.open([loopback], workers: 2)
        let port = first.endpoints[0].port
        #expect {
            try UDPSockets.open(first.endpoints, workers: 2)
        } throws: { error in
            "\(error)" == "bind udp 127.0.0.1#\(port): Address already in use"
        }
    }

    @Test("an address that the host doesn't have is refused in words")
    func notHere() throws {
        #expect {
            try UDPSockets.open([Endpoint(.v4(IPv4Address(192, 0, 2, 1)), port: 5300)], workers: 1)
        } throws: { error in
            "\(error)" == "bind udp 192.0.2.1#5300: Cannot assign requested address"
        }
    }

    @Test("all or none are opened")
    func allOrNone() throws {
        let free = try UDPSockets.open([loopback], workers: 1).endpoints[0]
        #expect(throws: SocketError.self) {
            try UDPSockets.open([free, Endpoint(.v4(IPv4Address(192, 0, 2, 1)), port: 5300)], workers: 1)
        }
        #expect(throws: Never.self) { try UDPSockets.open([free], workers: 1) }
    }

    @Test("endpoints come and go beside one that stays")
    func difference() throws {
        let query = try Message.query("www.example.com", .a)
        let running = try Running(workers: 2)
        let stays = running.endpoints[0]
        let second = Endpoint(.v4(IPv4Address(127, 0, 0, 2)), port: 0)
        let both = try UDPSockets.open([stays, second], keeping: running.server.sockets)
        let client = try ClientSocket(.udp, to: stays)
        // Asked while nobody serves the new set yet, and in the middle of the change.
        client.send(query)
        try running.server.serve(both, from: running.store)
        #expect(client.receiveMessage()?.answerCount == 1)
        #expect(client.ask(query)?.answerCount == 1)
        let added = both.endpoints[1]
        #expect(try ClientSocket(.udp, to: added).ask(query)?.answerCount == 1)

        try running.server.serve(
            UDPSockets.open([stays], keeping: running.server.sockets), from: running.store)
        #expect(client.ask(query)?.answerCount == 1)
        #expect(running.total(.udp4Queries) == 4)
    }

    /// A worker that idles sleeps until it is woken here: whoever waited for it otherwise would wait for ever.
    @Test("a flow goes on while they change, and no change waits for a worker that idles", arguments: [1, 2])
    func flow(endpoints: Int) throws {
        let query = try Message.query("www.example.com", .a)
        let wanted = ["127.0.0.1", "127.0.0.2"].prefix(endpoints).compactMap { IPAddress($0) }
        let store = SnapshotStore(try ExampleZone.snapshot())
        let server = UDPServer(workers: 4, patience: -1)
        let sockets = try UDPSockets.open(wanted.map { Endpoint($0, port: 0) }, workers: 4)
        try server.serve(sockets, from: store)
        let client = try ClientSocket(.udp, to: sockets.endpoints[0])
        let flow = Flow(of: query, from: client)
        let thread = try ServerThread("flow") { flow.run() }
        for _ in 0..<20 {
            let more = sockets.endpoints + [Endpoint(.v4(IPv4Address(127, 0, 0, 3)), port: 0)]
            try server.serve(UDPSockets.open(more, keeping: server.sockets), from: store)
            try server.serve(UDPSockets.open(sockets.endpoints, keeping: server.sockets), from: store)
        }
        flow.isOver.store(true, ordering: .relaxed)
        thread.join()
        server.stop()
        #expect(flow.lost.load(ordering: .relaxed) == 0)
        let answered = server.counters.reduce(0) { $0 + $1.value(of: .noError) }
        #expect(answered == UInt64(flow.sent.load(ordering: .relaxed)))
    }

    @Test("a wildcard takes the place of one address")
    func widening() throws {
        let running = try Running(workers: 2)
        let port = running.endpoints[0].port
        let wide = try UDPSockets.open([Endpoint(.v4(.any), port: port)], keeping: running.server.sockets)
        try running.server.serve(wide, from: running.store)
        let client = try ClientSocket(.udp, to: Endpoint(.v4(IPv4Address(127, 0, 0, 9)), port: port))
        #expect(client.ask(try Message.query("www.example.com", .a))?.answerCount == 1)
    }
}
