import Addresses
import DNSClient
import DNSWire
import Foundation
import FuzzTargets
import Testing

/// The running daemon under packets that nobody should send. `SWERVE_FLOOD` says how many; Tests/Hostile/flood
/// sends a million and prints the figures.
@Suite(
    "Floods of hostile packets", .serialized, .enabled(if: Swerved.isBuilt, "swerved isn't built"),
    .timeLimit(.minutes(30)))
struct FloodTests {
    private static let packets =
        ProcessInfo.processInfo.environment["SWERVE_FLOOD"].flatMap { Int($0) } ?? 40_000
    /// What memory may grow by once all is warm: what the allocator keeps of another moment's connections. A leak
    /// of one octet per packet of a million would not pass, half a packet's size of the short run would not.
    private static let growth = 1 << 20

    private static func zone(_ serial: Int) -> String {
        """
        @ 60 IN SOA ns1 admin \(serial) 60 60 60 60
        @ 60 NS ns1
        ns1 60 A 192.0.2.1
        www 60 A 192.0.2.3
        *.w 60 MX 10 www
        dn 60 DNAME ns1
        alias 60 CNAME www
        cut 60 NS ns.cut
        ns.cut 60 A 192.0.2.7

        """
    }

    private static func start(_ number: Int) async throws -> (Swerved, Flood) {
        let swerved = try Swerved(configuration: number, zone: zone(1))
        try await swerved.wait(for: "ready: ")
        let address = try #require(IPAddress("127.0.96.\(number)"))
        return (swerved, Flood(server: Endpoint(address, port: 15353)))
    }

    @Test("It neither falls nor grows, and answers those who ask") func flood() async throws {
        let (swerved, flood) = try await Self.start(11)
        // Until the allocator and the connections' memory have been used once.
        let warmUp = try await flood.send(max(Self.packets / 4, 10_000))
        let before = try Holdings(of: swerved.number)
        let start = ContinuousClock.now
        let count = try await flood.send(Self.packets, seed: 100)
        let duration = ContinuousClock.now - start
        #expect(count.packets >= Self.packets)
        #expect(count.answers == count.questions)
        #expect(warmUp.answers == warmUp.questions)
        // The last connections end when their ends have been seen.
        var after = try Holdings(of: swerved.number)
        for _ in 0..<500 where after.descriptors > before.descriptors {
            try await Task.sleep(for: .milliseconds(20))
            after = try Holdings(of: swerved.number)
        }
        #expect(after.descriptors <= before.descriptors)
        #expect(after.memory - before.memory < Self.growth)
        #expect(try await swerved.end(by: SIGTERM) == 0)
        if ProcessInfo.processInfo.environment["SWERVE_FLOOD"] != nil {
            print(
                """
                packets      \(count.packets) in \(duration), after \(warmUp.packets) to warm up
                questions    \(count.questions) among them, answered \(count.answers), \
                asked again \(count.repeats) times
                memory       \(before.memory >> 10) KiB before, \(after.memory >> 10) KiB after
                descriptors  \(before.descriptors) before, \(after.descriptors) after
                """)
        }
    }

    @Test("Reloads amid a flood are each seen by clients, and SIGTERM amid it ends with 0")
    func reloads() async throws {
        let (swerved, flood) = try await Self.start(12)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Goes on until the server is gone.
            for seed in 0..<2 as Range<UInt64> {
                group.addTask {
                    while !Task.isCancelled {
                        guard let count = try? await flood.send(300, seed: seed), count.answers > 0 else {
                            return
                        }
                    }
                }
            }
            for serial in 2...15 {
                try Data(Self.zone(serial).utf8).write(to: URL(fileURLWithPath: swerved.path("example.zone")))
                kill(swerved.number, SIGHUP)
                try await swerved.wait(for: "serial \(serial - 1) -> \(serial)")
                #expect(try Self.serial(from: flood.server) == serial)
            }
            #expect(try await swerved.end(by: SIGTERM) == 0)
            group.cancelAll()
        }
        let errors = try swerved.errors()
        #expect(!errors.contains("Sanitizer") && !errors.contains("Fatal"))
    }

    /// The SOA's serial as a client sees it.
    private static func serial(from server: Endpoint) throws -> Int? {
        let query = try Message.query("example.com", .soa)
        for _ in 0..<5 {
            guard let answer = try ClientSocket(.tcp, to: server).ask(query) else { continue }
            // Five numbers end the message, the serial first.
            return answer.bytes.suffix(20).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        }
        return nil
    }
}
