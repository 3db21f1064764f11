import Addresses
import DNSClient
import DNSWire
import Foundation
import Testing

@testable import Daemon

@Suite(
    "More TCP connections than there is room for", .enabled(if: Swerved.isBuilt, "swerved isn't built"),
    .timeLimit(.minutes(2)))
struct TCPFloodTests {
    private static let descriptors = 120

    @Test("Half as many idle ones again as there may be descriptors: the bound is held, others are served")
    func idle() async throws {
        let swerved = try Swerved(
            configuration: 20,
            options: """
                tcp-clients 1000; tcp-clients-per-address 1000;
                tcp-initial-timeout 1200; tcp-idle-timeout 1200;
                """, through: "ulimit -n \(Self.descriptors); exec \"$0\" \"$@\"")
        try await swerved.wait(for: "ready: ")
        let words = "but the process may have \(Self.descriptors) descriptors: "
        let errors = try swerved.errors()
        let said = try #require(errors.firstRange(of: words))
        let bound = try #require(Int(errors[said.upperBound...].prefix { $0.isNumber }))
        // What is left for others is a quarter, 32 here at least, beside what the process has for itself.
        #expect((10...(Self.descriptors - 32)).contains(bound))
        let atFirst = swerved.descriptorCount

        let server = Endpoint(.v4(IPv4Address(127, 0, 96, 20)), port: 15353)
        let query = try Message.query("example.com", .soa)
        var idle: [ClientSocket] = []
        for index in 0..<(Self.descriptors * 3 / 2) {
            let source = IPAddress.v4(IPv4Address(127, 0, 0, UInt8(2 + index % 6)))
            idle.append(try ClientSocket(.tcp, to: server, from: source))
            #expect(swerved.descriptorCount <= Self.descriptors)
            if index % 20 == 19 {
                let other = try ClientSocket(
                    .tcp, to: server, from: .v4(IPv4Address(127, 0, 0, 9)), patience: 20)
                #expect(other.ask(query)?.answerCount == 1, "after \(index)")
                #expect(try ClientSocket(.udp, to: server, patience: 20).ask(query)?.answerCount == 1)
            }
        }
        try await swerved.wait(for: "the bound") { idle.count { !$0.isClosedNow } <= bound }
        #expect(swerved.descriptorCount <= atFirst + bound + 16)
        // The newest are those that stay. (Which of several come first, the event loops decide.)
        #expect(idle.suffix(bound / 2).contains { $0.ask(query)?.answerCount == 1 })
        #expect(!idle.prefix((idle.count - bound) / 2).contains { !$0.isClosedNow })

        idle = []
        // A busy machine's threads open what they wait with only after it is ready.
        try await swerved.wait(for: "the descriptors") { swerved.descriptorCount <= atFirst + 8 }
        for _ in 0..<20 {
            #expect(try ClientSocket(.tcp, to: server, patience: 20).ask(query)?.answerCount == 1)
        }
        #expect(try await swerved.end(by: SIGTERM) == 0)
    }

    @Test(
        "Where descriptors run out all the same, some connections make room, once it is said, and others stay")
    func shortage() async throws {
        let swerved = try Swerved(
            configuration: 22, options: "tcp-clients 500; tcp-clients-per-address 500; tcp-idle-timeout 1200;")
        try await swerved.wait(for: "ready: ")
        let server = Endpoint(.v4(IPv4Address(127, 0, 96, 22)), port: 15353)
        let query = try Message.query("example.com", .soa)
        var idle: [ClientSocket] = []
        for _ in 0..<10 {
            idle.append(try ClientSocket(.tcp, to: server, patience: 20))
            #expect(idle[idle.count - 1].ask(query)?.answerCount == 1)
        }
        try swerved.limitDescriptors(to: swerved.descriptorCount + 10)
        for _ in 0..<30 { idle.append(try ClientSocket(.tcp, to: server, patience: 20)) }
        for _ in 0..<3 {
            #expect(try ClientSocket(.tcp, to: server, patience: 20).ask(query)?.answerCount == 1)
            #expect(try ClientSocket(.udp, to: server, patience: 20).ask(query)?.answerCount == 1)
        }
        try await swerved.wait(for: "accept: Too many open files; connections are closed to make room")
        #expect(try swerved.errors().split(separator: "\n").filter { $0.contains("accept: ") }.count == 1)
        #expect(idle.count { !$0.isClosedNow } >= 10)
        idle = []
        #expect(try ClientSocket(.tcp, to: server, patience: 20).ask(query)?.answerCount == 1)
        #expect(try await swerved.end(by: SIGTERM) == 0)
    }

    @Test(
        "So many connections as there are descriptors for",
        arguments: [
            // limit, in use, connections among those, wanted: possible
            (1024, 30, 0, 150, 150), (1024, 30, 0, 10_000, 738), (1024, 768, 738, 10_000, 738),
            (120, 30, 0, 150, 58),
            (1 << 20, 30, 0, 1_000_000, 1_000_000), (100_000, 30, 0, 100_000, 99_714), (40, 30, 0, 150, 1),
        ])
    func budget(limit: Int, inUse: Int, present: Int, wanted: Int, possible: Int) {
        #expect(DescriptorBudget(limit: limit, inUse: inUse).connections(wanted, present: present) == possible)
    }

    @Test("A relay that descriptors do not suffice for says so at the start")
    func relayShortage() async throws {
        // Half of 300, without the quarter that is left alone, is 75: 4 pipes and 33 connections.
        let swerved = try Swerved(
            configuration: 25, options: "}; director { backend relay;",
            through: "ulimit -n 300; exec \"$0\" \"$@\"")
        try await swerved.wait(
            for: "the process may have 300 descriptors: 33 connections are carried at a time, not 10000")
        try await swerved.wait(for: "ready: ")
        #expect(try await swerved.end(by: SIGTERM) == 0)
    }

    @Test(
        "The relay takes half of all descriptors without what is left alone",
        arguments: [(1024, 512 - 256), (20_000, 10_000 - 256), (120, 60 - 32), (40, 2)])
    func relay(limit: Int, share: Int) {
        #expect(DescriptorBudget(limit: limit, inUse: 30).relay == share)
    }
}
