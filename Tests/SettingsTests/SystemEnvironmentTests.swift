import Addresses
import DNSWire
import Diagnostics
import Director
import Foundation
import Testing

@testable import Settings

@Suite("Files and names of this host")
struct SystemEnvironmentTests {
    private let environment = ReaderEnvironment.system

    @Test func files() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "swerve-\(UUID().uuidString)").path()
        try Data("abc".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(environment.readFile(path) == .success(Array("abc".utf8)))
        #expect(environment.expandPattern(path.dropLast() + "?") == [path])
        #expect(environment.readFile(path + ".no") == .failure(.init("No such file or directory")))
        #expect(environment.readFile("/") == .failure(.init("Is a directory")))
        #expect(environment.readFile("/dev/zero") == .failure(.init("Not a regular file")))
    }

    @Test(
        "Names in /etc/hosts and /etc/services",
        .enabled(if: access("/etc/services", R_OK) == 0, "no /etc/services"))
    func names() {
        let question = ReaderEnvironment.HostQuestion(host: "localhost", family: .v4)
        #expect(environment.resolve([question], .seconds(60)) == [question: .v4(.loopback)])
        #expect(environment.port("https", .tcp) == 443)
        #expect(environment.port("no-such-service", .tcp) == nil)
    }

    @Test(
        "Regular expressions are Perl's",
        arguments: [("a(b", 3), ("[a", 2), ("RS \\d+", nil), ("(?<=x)y", nil)])
    func patterns(_ text: String, _ offset: Int?) {
        #expect(environment.patternError(text)?.offset == offset)
    }
}

@Suite("The files of zones/")
struct SampleFilesTests {
    private func path(_ name: String) -> String { repository.appending(path: "zones/\(name)").path() }

    @Test("The demo needs no privileges and stays on loopback addresses")
    func demo() throws {
        let result = SettingsReader.read(path: path("swerve.conf"))
        let settings = try result.accepted()
        #expect(result.diagnostics.isEmpty)
        #expect(settings.listeners.filter { !$0.isNone }.map(\.port) == [5300])
        #expect(settings.director.backend == .relay)
        let server = try #require(settings.director.virtualServers.first)
        #expect(server.key.description == "tcp 127.0.0.140:8080")
        #expect(
            server.realServers.map(\.destination.endpoint.description) == [
                "127.0.0.143:8080", "127.0.0.145:8080",
            ])
        #expect(settings.zones.map(\.name) == [try DomainName("yufu123.com")])
        for file in settings.zones.map(\.file) { #expect(access(file, R_OK) == 0) }
        #expect(settings.control.path.hasSuffix(".build/demo/control.sock"))
    }

    @Test(
        "What the manual shows for moving over is read as it stands there",
        arguments: ["README.md", "Sources/Daemon/Swerve.docc/Migration.md"])
    func manual(_ page: String) throws {
        let text = try String(contentsOf: repository.appending(path: page), encoding: .utf8)
        let blocks = text.components(separatedBy: "\n```\n").filter { $0.hasPrefix("include ") }
        #expect(!blocks.isEmpty)
        for block in blocks {
            var files = ["/etc/swerve/swerve.conf": block + "\n"]
            for (name, place) in [("named.conf", "/etc"), ("ldirectord.cf", "/etc/ha.d")] {
                files["\(place)/\(name)"] = try String(contentsOfFile: path(name), encoding: .utf8)
            }
            let result = SettingsReader.read(path: "/etc/swerve/swerve.conf", environment: environment(files))
            let settings = try result.accepted()
            #expect(settings.zones.map(\.file) == ["/var/named/yufu123.com.zone"])
            #expect(settings.director.virtualServers.map(\.realServers.count) == [2])
        }
    }

    @Test(
        "swerve.conf may have options beside those of the file that it includes",
        arguments: [
            ("state-directory \"/s\"; autoreload yes;", nil),
            ("allow-query { none; };", "'allow-query' is written twice"),
        ] as [(String, String?)])
    func options(_ own: String, _ mistake: String?) throws {
        let files = [
            "/etc/named.conf": "options { directory \"/d\"; allow-query { any; }; };",
            "/etc/swerve/swerve.conf": "options { \(own) };\ninclude \"/etc/named.conf\";",
        ]
        let result = SettingsReader.read(path: "/etc/swerve/swerve.conf", environment: environment(files))
        #expect(result.errors.map(\.message) == (mistake.map { [$0] } ?? []))
        guard mistake == nil else { return }
        let settings = try result.accepted()
        #expect(settings.stateDirectory == "/s" && settings.autoreload)
        #expect(settings.directory == "/d" && settings.allowQuery == .any)
    }

    @Test("The article's two files, in one")
    func article() throws {
        var files: [String: String] = [:]
        for name in ["article.conf", "named.conf", "ldirectord.cf"] {
            files["/var/named/\(name)"] = try String(contentsOfFile: path(name), encoding: .utf8)
        }
        let result = SettingsReader.read(path: "/var/named/article.conf", environment: environment(files))
        let settings = try result.accepted()
        #expect(settings.zones.map(\.file) == ["/var/named/yufu123.com.zone"])
        #expect(settings.director.virtualServers.map(\.realServers.count) == [2])
        #expect(
            settings.readFiles == ["article.conf", "named.conf", "ldirectord.cf"].map { "/var/named/\($0)" })
    }
}
