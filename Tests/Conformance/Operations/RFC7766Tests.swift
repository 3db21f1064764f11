import Addresses
import Answering
import DNSClient
import DNSWire
import Logging
import StreamServer
import Testing
import Zones

@Suite("RFC 7766: DNS over TCP", .timeLimit(.minutes(1)))
struct RFC7766Tests {
    /// Asks a server of example. while it runs.
    private func withServer(_ body: (ClientSocket) throws -> Void) async throws {
        let zone = try Server.zone("example", Self.zone)
        let snapshot = Snapshot(catalog: ZoneCatalog([zone.origin: ServedZone(zone: zone)]))
        let sockets = try StreamSockets.open([Endpoint(.v4(.loopback), port: 0)])
        let server = StreamServer(store: SnapshotStore(snapshot), logger: Logger(label: "conformance"))
        try server.serve(sockets)
        let result = Result { try body(try ClientSocket(.tcp, to: try #require(sockets.endpoints.first))) }
        server.stop()
        try result.get()
    }

    static let zone =
        RFC8906Tests.zone + "\n" + (0..<200).map { "many A 10.0.0.\($0)" }.joined(separator: "\n")

    private static func query(_ name: String, id: UInt16) throws -> [UInt8] {
        try Message.query(name, .a, id: id)
    }

    @Test("§5: what is truncated over UDP comes whole") func whole() async throws {
        #expect(try Server(["example": Self.zone]).ask("many.example. A").status == "NOERROR aa tc")
        try await withServer { client in
            let answer = try #require(client.ask(try Self.query("many.example.", id: 1)))
            #expect(answer.answerCount == 200 && !answer.isTruncated)
        }
    }

    @Test("§6.2.1: one connection for many questions, after one another") func reuse() async throws {
        try await withServer { client in
            for id in 1...20 as ClosedRange<UInt16> {
                let answer = client.ask(try Self.query("ns.example.", id: id))
                #expect(answer?.id == id)
            }
        }
    }

    @Test("§6.2.1.1: many questions at once; each answer is known by its identifier, in any order (§7)")
    func pipelining() async throws {
        try await withServer { client in
            for id in 1...100 as ClosedRange<UInt16> {
                client.sendMessage(
                    try Self.query(id.isMultiple(of: 2) ? "many.example." : "ns.example.", id: id))
            }
            var counts: [UInt16: Int] = [:]
            for _ in 1...100 {
                let answer = try #require(client.receiveMessage())
                counts[answer.id] = answer.answerCount
            }
            #expect(counts.count == 100)
            #expect(counts.allSatisfy { $0.value == ($0.key.isMultiple(of: 2) ? 200 : 1) })
        }
    }

    @Test("§8: length and message may come in any pieces", arguments: [1, 2, 3, 7, 30]) func pieces(_ size: Int)
        async throws
    {
        try await withServer { client in
            let message = try Self.query("ns.example.", id: 7)
            let stream = big(UInt16(message.count)) + message
            for start in stride(from: 0, to: stream.count, by: size) {
                #expect(client.send(Array(stream[start..<min(start + size, stream.count)])))
            }
            #expect(client.receiveMessage()?.id == 7)
        }
    }

    @Test("§6.2.4: a client that has closed its half is still answered") func halfClosed() async throws {
        try await withServer { client in
            client.sendMessage(try Self.query("many.example.", id: 9))
            client.finishSending()
            #expect(client.receiveMessage()?.answerCount == 200)
            #expect(client.isClosedByServer())
        }
    }
}
