import Addresses
import Answering
import DNSClient
import DNSWire
import Foundation
import Settings
import Testing

@testable import Daemon

@Suite("What a configuration says about EDNS and the server itself")
struct AnswerOptionsTests {
    static let random = CookieSecret.random()

    @Test(
        "Cookies: the secrets that are written, else one of this process; none if they are not wanted",
        arguments: [
            (true, [], [random]),
            (true, [secret(1), secret(2)], [CookieSecret(secret(1)), CookieSecret(secret(2))]),
            (false, [secret(1)], []),
        ] as [(Bool, [[UInt8]], [CookieSecret?])])
    func cookies(_ answers: Bool, _ secrets: [[UInt8]], _ expected: [CookieSecret?]) {
        for required in [false, true] {
            var settings = Settings(file: "")
            settings.answersCookies = answers
            settings.cookieSecrets = secrets
            settings.requiresServerCookie = required
            let options = AnswerOptions(settings, rateLimiter: nil, cookieSecret: Self.random).cookies
            #expect(options.secrets == expected)
            #expect(options.areRequired == required)
        }
    }

    static func secret(_ octet: UInt8) -> [UInt8] { Array(repeating: octet, count: 16) }

    @Test("Identity") func identity() throws {
        var settings = Settings(file: "")
        var identity = AnswerOptions(settings, rateLimiter: nil, cookieSecret: Self.random).identity
        #expect(identity.version == Array("Swerve \(Daemon.version)".utf8))
        let hostname = try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8).dropLast()
        #expect(identity.hostname == Array(hostname.utf8))
        #expect(identity.serverID == nil)
        settings.version = .none
        settings.hostname = .text("h")
        settings.serverID = .standard
        identity = AnswerOptions(settings, rateLimiter: nil, cookieSecret: Self.random).identity
        #expect(identity.version == nil && identity.hostname == [104])
        #expect(identity.serverID == Array(hostname.utf8))
    }
}

@Suite(
    "EDNS of the running process", .enabled(if: Swerved.isBuilt, "swerved isn't built"), .timeLimit(.minutes(2))
)
struct EDNSProcessTests {
    @Test("A reload changes what is said, and spoils no cookie") func reload() async throws {
        let swerved = try Swerved(configuration: 5, options: "require-server-cookie yes; version \"v1\";")
        try await swerved.wait(for: "ready: ")
        let endpoint = Endpoint(.v4(IPv4Address(127, 0, 96, 5)), port: 15353)
        let client = try ClientSocket(.udp, to: endpoint)
        let first = try ask(client, [0, 10, 0, 8] + Array(0..<8))
        // BADCOOKIE (23): the lower four bits here, and no record.
        #expect(first.responseCode == 7 && first.answerCount == 0)
        let cookie = Array(first.bytes.suffix(28))
        #expect(try ask(client, cookie).answerCount == 1)
        let question = try Message.query("version.bind", .txt, class: 3)
        #expect(client.ask(question)?.bytes.suffix(3) == Array("\u{2}v1".utf8)[...])

        try swerved.configure(5, options: "require-server-cookie yes; version none; server-id \"x\";")
        kill(swerved.number, SIGHUP)
        try await swerved.wait(for: "[reload] complete")
        #expect(client.ask(question)?.responseCode == 5)
        let last = try ask(client, cookie + [0, 3, 0, 0])
        #expect(last.answerCount == 1)
        #expect(last.bytes.suffix(33) == [0, 3, 0, 1, 120] + cookie)
        #expect(try await swerved.end(by: SIGTERM) == 0)
    }

    private func ask(_ client: ClientSocket, _ options: [UInt8]) throws -> Message {
        let query = try Message.query("example.com", .soa, udpSize: 1232, options: options)
        return try #require(client.ask(query))
    }
}
