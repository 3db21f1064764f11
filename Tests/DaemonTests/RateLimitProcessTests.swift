import Addresses
import DNSClient
import DNSWire
import Foundation
import Testing

@Suite(
    "Limits of responses in the running process", .enabled(if: Swerved.isBuilt, "swerved isn't built"),
    .timeLimit(.minutes(2)))
struct RateLimitProcessTests {
    @Test("What is over the limit is cut short and logged once; a reload changes the limits, and connections'")
    func process() async throws {
        // A debt of some dozen responses takes as many seconds to be paid off: the clock has no part in it.
        let swerved = try Swerved(
            configuration: 21, options: "rate-limit { responses-per-second 1; slip 1; window 60; };")
        try await swerved.wait(for: "ready: ")
        let endpoint = Endpoint(.v4(IPv4Address(127, 0, 96, 21)), port: 15353)
        let query = try Message.query("example.com", .soa)
        let client = try ClientSocket(.udp, to: endpoint, from: .v4(IPv4Address(127, 0, 5, 1)))
        var cut = 0
        for _ in 0..<20 { cut += try #require(client.ask(query)).isTruncated ? 1 : 0 }
        #expect(cut >= 10)
        #expect(
            try ClientSocket(.tcp, to: endpoint, from: .v4(IPv4Address(127, 0, 5, 1))).ask(query)?.answerCount
                == 1)
        let line = "warning: [rate-limit] limit responses to 127.0.5.0/24 for example.com IN SOA"
        try await swerved.wait(for: line)
        #expect(try swerved.errors().split(separator: "\n").filter { $0.contains("[rate-limit]") }.count == 1)

        try swerved.configure(21, options: "tcp-clients 1;")
        kill(swerved.number, SIGHUP)
        try await swerved.wait(for: "[reload] complete")
        for _ in 0..<20 { #expect(client.ask(query)?.answerCount == 1) }
        let first = try ClientSocket(.tcp, to: endpoint)
        #expect(first.ask(query)?.answerCount == 1)
        #expect(try ClientSocket(.tcp, to: endpoint).ask(query)?.answerCount == 1)
        #expect(first.isClosedByServer())
        #expect(try await swerved.end(by: SIGTERM) == 0)
    }
}
