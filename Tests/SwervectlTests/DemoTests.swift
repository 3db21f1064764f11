import Addresses
import ControlProtocol
import Foundation
import Health
import NIOPosix
import Probes
import Testing

@testable import swervectl

@Suite("The demo", .enabled(if: Program.isBuilt, "swervectl isn't built"), .timeLimit(.minutes(2)))
struct DemoTests {
    @Test("A web server answers every path with its line, and can be stopped and started")
    func webServer() async throws {
        let endpoint = try #require(Endpoint("127.0.97.1:18080"))
        let server = DemoWebServer(endpoint, line: "RS 1 SERVER")
        let prober = Prober(group: .singletonMultiThreadedEventLoopGroup)
        func isUp(_ method: HTTPCheck.RequestMethod, _ path: String) async -> Bool {
            let receive = method == .get ? "^RS 1 SERVER\\n$" : nil
            let check = Check(
                .http(HTTPCheck(requestMethod: method, path: path, receive: receive)), target: endpoint)
            if case .success = await prober.probe(check) { return true }
            return false
        }
        #expect(await !isUp(.get, "/"))
        try await server.start()
        #expect(await isUp(.get, "/"))
        #expect(await isUp(.get, "/index.html?a=b"))
        #expect(await isUp(.head, "/"))
        #expect(try await server.toggle() == false)
        #expect(await !isUp(.get, "/"))
        #expect(try await server.toggle() == true)
        #expect(await isUp(.get, "/"))
        try await server.stop()
    }

    @Test(
        "Paths are shown as one would type them",
        arguments: [
            ("zones/../.build/demo/control.sock", ".build/demo/control.sock"),
            ("/src/swerve/.build/debug/swervectl", ".build/debug/swervectl"), ("/run/a.sock", "/run/a.sock"),
            ("../zones/./a", "../zones/a"), ("/src/swerve2/a", "/src/swerve2/a"), ("swervectl", "swervectl"),
        ])
    func short(path: String, expected: String) {
        #expect(Demo.short(path, from: "/src/swerve") == expected)
    }

    @Test("check config --probe asks each server once, and tells who would leave")
    func probe() async throws {
        let endpoint = try #require(Endpoint("127.0.97.2:18080"))
        let server = DemoWebServer(endpoint, line: "RS 1 SERVER")
        try await server.start()
        let folder = try TemporaryFolder()
        try folder.write("swerve.conf", Self.configuration(host: 97, servers: [2, 3], folder: folder))
        try folder.write("demo.zone", Self.zone(host: 97))
        let result = try await Program.run(["check", "config", "--probe", folder.path("swerve.conf")])
        #expect(result.status == 1)
        #expect(result.output.contains("  -> 127.0.97.2:18080   up "), "\(result.output)")
        #expect(
            result.output.contains(
                "\nwould leave the table: 127.0.97.3:18080 of tcp 127.0.97.140:18080\n"), "\(result.output)")
        #expect(!result.output.contains("would leave the table: 127.0.97.2"))
        try await server.stop()
    }

    @Test("It shows the main job: servers stopped and started, the name withdrawn and back")
    func demo() async throws {
        let folder = try TemporaryFolder()
        try folder.write("swerve.conf", Self.configuration(host: 98, servers: [143, 145], folder: folder))
        try folder.write("demo.zone", Self.zone(host: 98))
        let demo = try RunningProgram(["demo", "--config", folder.path("swerve.conf")], folder: folder)
        func explain(_ type: String = "A") async throws -> ExplainReport {
            let socket = folder.path("control.sock")
            let result = try await Program.run(["-s", socket, "--json", "explain", "www.example.com", type])
            return try JSONDecoder().decode(ExplainReport.self, from: Data(result.output.utf8))
        }
        try await demo.wait(for: "Ctrl-C ends the demo.")
        #expect(try await explain().answer.count == 1)
        let any = try await explain("ANY")
        #expect(any.steps.first?.steering?.addresses.count == 1)
        #expect(any.notes == ["minimal-any: over UDP one of these sets alone is answered (RFC 8482 §4.1)"])
        for words in [["--stats"], ["--rate"], ["--zero"]] {
            let counted = try await Program.run(["-s", folder.path("control.sock"), "table"] + words)
            #expect(counted.status == 1)
            #expect(
                counted.errors
                    == "swervectl: no traffic is counted: backend relay\nhint: the kernel counts it, with 'backend ipvs'\n"
            )
        }
        // Whoever reads no more ends it, and it says so where there is no room.
        for (command, status, errors) in [
            ("servers --watch | head -n 1", 0, ""),
            ("status >/dev/full", 1, "swervectl: write standard output: No space left on device\n"),
        ] as [(String, Int32, String)] {
            let line = "exec 2>&1; '\(Program.path)' -s '\(folder.path("control.sock"))' \(command)"
            let result = try await Program.run(["-c", line], program: "/bin/sh")
            #expect(result.status == status, "\(command)")
            #expect(result.output.hasSuffix(errors), "\(command): \(result.output)")
        }
        try demo.type("1\n")
        try await demo.wait(for: "127.0.98.143:18080: down: ")
        #expect(try await explain().answer.count == 1)
        try demo.type("2\n")
        try await demo.wait(for: "127.0.98.140: VIP down")
        let withdrawn = try await explain()
        #expect(withdrawn.answer == [])
        #expect(withdrawn.responseCode == "NOERROR")
        #expect(withdrawn.authority.count == 1)
        #expect(withdrawn.steps.first?.steering?.whenAllDown == "withdraw")
        try demo.type("hello\n")
        try await demo.wait(for: "type a number from 1 to 2 and Enter")
        try demo.type("2\n")
        try await demo.wait(for: "127.0.98.140: VIP up")
        #expect(try await explain().answer.count == 1)
        #expect(try await demo.interrupt() == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.path("control.sock")))
        #expect(try demo.errors() == "")
    }

    @Test("Without its configuration it says what to do")
    func nowhere() async throws {
        let result = try await Program.run(["demo", "--config", "/nowhere/swerve.conf"])
        #expect(result.status == 1)
        #expect(result.errors.contains("swervectl: /nowhere/swerve.conf can't be used"))
    }

    private static func zone(host: Int) -> String {
        """
        $TTL 1D
        @    IN SOA ns1 admin 7 1H 5M 7D 1D
             IN NS  ns1
        ns1  IN A   127.0.\(host).1
        www  IN A   127.0.\(host).140

        """
    }

    private static func configuration(host: Int, servers: [Int], folder: TemporaryFolder) -> String {
        """
        options { listen-on port 15353 { 127.0.0.1; }; listen-on-v6 { none; }; state-directory "."; };
        controls { unix "control.sock"; };
        zone "example.com" { type primary; file "demo.zone"; };
        director {
            backend relay;
            virtual-server tcp 127.0.\(host).140 port 18080 {
                scheduler rr;
                real-server 127.0.\(host).\(servers[0]) port 18080;
                real-server 127.0.\(host).\(servers[1]) port 18080;
                check http { path "/"; match "RS"; interval 200ms; timeout 2s; };
            };
        };

        """
    }
}
