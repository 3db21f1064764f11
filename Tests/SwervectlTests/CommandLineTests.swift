import ControlProtocol
import Daemon
import Foundation
import Testing

@Suite("The command line", .enabled(if: Program.isBuilt, "swervectl isn't built"), .timeLimit(.minutes(2)))
struct CommandLineTests {
    private static let zone = """
        $TTL 1D
        @    IN SOA ns1 admin 7 1H 5M 7D 1D
             IN NS  ns1
        ns1  IN A   192.0.2.1
        www  IN A   192.0.2.2

        """

    @Test(
        "Without a daemon each command ends with 3 and says which socket was tried",
        arguments: [
            ["status"], ["stats"], ["reload"], ["reload", "example.com"], ["zones"], ["servers"], ["table"],
            ["table", "--actual"], ["explain", "example.com", "A"],
            ["explain", "a.example", "AAAA", "from", "::1"], ["drain", "10.0.0.1", "for", "5m", "--no-wait"],
            ["disable", "tcp", "192.0.2.1:80", "for", "1h", "because", "new", "disks"], ["enable", "*"],
            ["weight", "vip", "192.0.2.1", "default"], ["override", "192.0.2.1", "down", "for", "90s"],
            ["wait", "10.0.0.1", "serving"], ["servers", "--watch"], ["events"],
        ])
    func notRunning(command: [String]) async throws {
        for arguments in [
            ["-s", "/nowhere/control.sock"] + command, command + ["--socket", "/nowhere/control.sock"],
        ] {
            let result = try await Program.run(arguments)
            #expect(result.status == 3)
            #expect(result.output == "")
            #expect(
                result.errors.hasPrefix(
                    "swervectl: swerved is not running: connect /nowhere/control.sock: No such file or directory\n"
                ))
        }
    }

    @Test(
        "What can't be meant ends with 64",
        arguments: [
            ["frobnicate"], ["status", "now"], ["explain", "example.com"],
            ["explain", "a", "A", "to", "192.0.2.1"],
            ["explain", "a", "A", "from"], ["explain", "a", "A", "from", "192.0.2.300"],
            ["check", "zone", "a"],
            ["check", "zone", "a..b", "file"], ["check", "config"], ["realserver", "prepare"],
            ["realserver", "check", "192.0.2.300"], ["reload", "a", "b"], ["drain"],
            ["drain", "10.0.0.1", "for", "ever"], ["drain", "10.0.0.1", "for"], ["disable", "because", "so"],
            ["drain", "10.0.0.1", "because"], ["disable", "10.0.0.1", "for", "0s"], ["weight", "10.0.0.1"],
            ["weight", "10.0.0.1", "70000"],
            ["weight", "10.0.0.1", "much"],
            ["override", "10.0.0.1"], ["override", "up"], ["wait", "10.0.0.1"], ["wait", "10.0.0.1", "fine"],
            ["enable", "10.0.0.1", "for", "5m"], ["enable", "10.0.0.1", "because", "so"],
            ["override", "10.0.0.1", "default", "for", "5m"], ["weight", "10.0.0.1", "for", "5m", "3"],
            ["override", "10.0.0.1", "default", "because", "so"], ["weight", "10.0.0.1", "3", "for", "5m"],
            ["weight", "10.0.0.1", "default", "because", "so"],
            ["wait", "10.0.0.1", "up", "for", "5m", "because", "so"],
        ])
    func usage(arguments: [String]) async throws {
        let result = try await Program.run(arguments)
        #expect(result.status == 64)
        #expect(result.errors.hasPrefix("Error: "))
        if ["drain", "disable", "enable", "weight", "override", "wait"].contains(arguments[0]) {
            #expect(result.errors.contains("\nUsage: swervectl \(arguments[0]) SUBJECT"))
        }
    }

    @Test("check zone, of a file and of standard input")
    func checkZone() async throws {
        let folder = try TemporaryFolder()
        try folder.write("example.zone", Self.zone)
        let words = "zone example.com/IN: loaded serial 7\nOK\n"
        let file = try await Program.run(["check", "zone", "example.com", folder.path("example.zone")])
        #expect(file.status == 0)
        #expect(file.output == words)
        #expect(file.errors == "")
        let input = try await Program.run(["check", "zone", "example.com.", "-"], input: Self.zone)
        #expect(input.status == 0)
        #expect(input.output == words)
    }

    @Test("check zone names every mistake with its place, and ends with 1")
    func checkBrokenZone() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path("example.zone")
        try folder.write("example.zone", Self.zone + "a IN A 192.0.2.300\nb IN AX 1\n")
        let result = try await Program.run(["check", "zone", "example.com", file])
        #expect(result.status == 1)
        #expect(result.errors.contains("\(file):6:8: error: "))
        #expect(result.errors.contains("\(file):7:6: error: "))
        #expect(
            result.output == """
                zone example.com/IN: file \(file) has 2 errors
                zone example.com/IN: not loaded due to errors.

                """)
        let missing = try await Program.run(["check", "zone", "example.com", folder.path("missing")])
        #expect(missing.status == 1)
        #expect(missing.errors.contains("No such file or directory"))
    }

    @Test("check zone --json")
    func checkZoneJSON() async throws {
        let result = try await Program.run(["check", "zone", "example.com", "-", "--json"], input: Self.zone)
        #expect(
            result.output == """
                {
                  "diagnostics" : [

                  ],
                  "file" : "-",
                  "name" : "example.com",
                  "records" : 4,
                  "serial" : 7
                }

                """)
    }

    private static let configuration = """
        options { listen-on { 127.0.0.1; }; };
        zone "example.com" { type primary; file "example.zone"; };
        director {
            backend none;
            virtual-server tcp 192.0.2.2 port 80 {
                real-server 192.0.2.11 port 80;
                real-server 192.0.2.12 port 80;
                check http;
            };
        };

        """

    @Test("check config reads the zones too")
    func checkConfiguration() async throws {
        let folder = try TemporaryFolder()
        try folder.write("example.zone", Self.zone)
        try folder.write("swerve.conf", Self.configuration)
        let file = folder.path("swerve.conf")
        let result = try await Program.run(["check", "config", file])
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output == """
                zone example.com/IN: loaded serial 7
                \(file): 0 errors, 0 warnings, 1 zone, 1 virtual server, 2 real servers

                """)
        try folder.write("example.zone", Self.zone + "a IN A 192.0.2.300\n")
        let broken = try await Program.run(["check", "config", file])
        #expect(broken.status == 1)
        #expect(broken.errors.contains("example.zone:6:8: error: "))
        #expect(broken.output.hasPrefix("zone example.com/IN: not loaded due to errors.\n"))
    }

    @Test("check config names a mistake with its place, and ends with 1")
    func checkBrokenConfiguration() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path("swerve.conf")
        try folder.write(
            "swerve.conf", Self.configuration.replacing("real-server 192.0.2.12", with: "reel-server x"))
        let result = try await Program.run(["check", "config", file])
        #expect(result.status == 1)
        #expect(result.errors.contains("\(file):7:9: error: "))
        let json = try await Program.run(["check", "config", "--json", file])
        #expect(json.status == 1)
        let check = try JSONDecoder().decode(CheckOutput.self, from: Data(json.output.utf8))
        #expect(check.diagnostics.first?.line == 7)
        #expect(check.diagnostics.first?.column == 9)
        #expect(check.diagnostics.first?.severity == "error")
    }

    private struct CheckOutput: Decodable {
        var diagnostics: [DiagnosticReport]
    }

    @Test("--version")
    func version() async throws {
        let result = try await Program.run(["--version"])
        #expect(result.status == 0)
        #expect(result.output == "swervectl \(Daemon.version)\n")
    }

    @Test("director check needs a configuration that can be used")
    func directorCheck() async throws {
        let result = try await Program.run(["director", "check", "-c", "/nowhere/swerve.conf"])
        #expect(result.status == 1)
        #expect(result.errors.contains("swervectl: /nowhere/swerve.conf can't be used"))
    }

    @Test("realserver check judges this host; a host without the VIP is no real server")
    func realServerCheck() async throws {
        let result = try await Program.run(["realserver", "check", "203.0.113.77", "--json"])
        #expect(result.status == 1)
        #expect(result.output.contains("203.0.113.77"))
    }
}
