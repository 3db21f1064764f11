import Addresses
import Answering
import Control
import DNSWire
import Diagnostics
import Director
import Foundation
import Health
import Steering
import Testing

@testable import Daemon

@Suite("A configuration is a transaction")
struct ReloadTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
        try folder.writeZone(serial: 1)
        try folder.writeZone("b.zone", serial: 5)
    }

    func write(_ more: String = "") throws -> String {
        try folder.write(
            "swerve.conf",
            """
            options { listen-on port 5300 { 127.0.0.1; }; listen-on-v6 { none; }; };
            zone "example.com" { type primary; file "a.zone"; };
            \(more)
            """)
    }

    @Test("It is read whole, with its zones")
    func whole() throws {
        let reading = Configuration.read(
            try write(
                "director { backend none; virtual-server tcp 192.0.2.1 port 80 { "
                    + "real-server 10.0.0.1 port 80; check connect; }; };"))
        let configuration = try #require(reading.configuration, "\(reading.diagnostics)")
        #expect(configuration.endpoints.map(\.dnsText) == ["127.0.0.1#5300"])
        #expect(configuration.plan.services.map(\.key.description) == ["tcp 192.0.2.1:80"])
        #expect(configuration.plan.vips.map(\.address.description) == ["192.0.2.1"])
        #expect(reading.changes.map(\.words) == ["loaded, serial none -> 1"])
    }

    @Test("A mistake leaves nothing of it, and is shown with its place")
    func mistake() throws {
        let reading = Configuration.read(try write("direktor { };"))
        #expect(reading.configuration == nil)
        #expect(reading.changes.isEmpty)
        let error = try #require(reading.diagnostics.first { $0.severity == .error })
        #expect(error.position?.line == 3 && error.position?.column == 1)
        #expect("\(error)".contains("director"))
    }

    @Test("A broken zone does not keep the others from being read")
    func brokenZone() throws {
        try folder.writeZone("b.zone", serial: 5, extra: "bad A x")
        let reading = Configuration.read(
            try write("zone \"example.org\" { type primary; file \"b.zone\"; };"))
        let configuration = try #require(reading.configuration)
        #expect(configuration.shelf.items[try DomainName("example.com.")]?.isCurrent == true)
        #expect(configuration.shelf.items[try DomainName("example.org.")]?.zone == nil)
        #expect(reading.diagnostics.contains { $0.severity == .error && $0.position?.line == 5 })
    }

    @Test(
        "VIPs are added for what carries packets, in the kernel or not", arguments: ["ipvs", "relay", "none"])
    func vipInterface(backend: String) throws {
        let reading = Configuration.read(
            try write(
                "director { backend \(backend); vip-interface lo; virtual-server tcp 192.0.2.1 port 80 { "
                    + "real-server 10.0.0.1 port 80; check connect; }; };"))
        let plan = try #require(reading.configuration, "\(reading.diagnostics)").plan
        #expect(plan.vipInterface == (backend == "none" ? nil : "lo"))
    }

    @Test("What steering can't do is said of all zones, or of one")
    func steering() throws {
        try folder.writeZone("a.zone", serial: 1, extra: "ns1 A 192.0.2.1\n@ NS ns1\n")
        try folder.writeZone("b.zone", serial: 1)
        let reading = Configuration.read(
            try write(
                "zone \"example.org\" { type primary; file \"b.zone\"; }; director { backend none; "
                    + "virtual-server tcp 192.0.2.1 port 80 { real-server 10.0.0.1 port 80; check connect; }; };"
            ))
        let configuration = try #require(reading.configuration, "\(reading.diagnostics)")
        let said = configuration.steeringWarnings().map(\.message)
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix("zone example.com: ns1.example.com A: ") == true, "\(said)")
        #expect(configuration.warnings.map(\.message).contains(said))
        #expect(configuration.steeringWarnings(of: try DomainName("example.com.")).map(\.message) == said)
        #expect(configuration.steeringWarnings(of: try DomainName("example.org.")).isEmpty)
    }

    @Test(
        "What only a start heeds is told of when it changes",
        arguments: [
            ("", []), ("controls { unix \"other.sock\"; };", ["controls"]),
            ("steering { ttl 10s; };", []),
        ])
    func restart(statement: String, names: [String]) throws {
        let start = try #require(Configuration.read(try write()).configuration).settings
        let now = try #require(Configuration.read(try write(statement)).configuration).settings
        let warnings = now.heededAtStartOnly(since: start)
        #expect(warnings.map { $0.message.split(separator: "'")[0] } == names.map { Substring($0) })
        #expect(warnings.allSatisfy { $0.severity == .warning })
    }

    @Test("A fallback on this host is checked at the VIP while it stands in the table, except in the relay")
    func fallback() throws {
        for (backend, target, isInTableOnly) in [
            ("ipvs", "192.0.2.1:80", true), ("none", "192.0.2.1:80", true), ("relay", "127.0.0.1:80", false),
        ] {
            let reading = Configuration.read(
                try write(
                    "director { backend \(backend); virtual-server tcp 192.0.2.1 port 80 { "
                        + "real-server 10.0.0.1 port 80; fallback 127.0.0.1 port 80; check connect; }; };"))
            let configuration = try #require(reading.configuration, "\(reading.diagnostics)")
            let fallback = try #require(configuration.plan.services[0].fallback)
            #expect("\(fallback.check.target)" == target)
            #expect(fallback.isCheckedInTableOnly == isInTableOnly)
        }
    }

    @Test("Policies of names become places in the plan, equal ones the same")
    func policies() throws {
        let reading = Configuration.read(
            try write(
                "steering { ttl 20s; name \"a.example.com\" { answers single; }; "
                    + "name \"b.example.com\" { answers single; }; name \"c.example.com\" { ttl 7s; }; };"))
        let plan = try #require(reading.configuration, "\(reading.diagnostics)").plan
        #expect(plan.policies.map(\.timeToLive) == [20, 20, 7])
        #expect(plan.policies.map(\.isSingle) == [false, true, false])
        #expect(plan.policyOfName[try DomainName("b.example.com.")] == 1)
        #expect(plan.policyOfName[try DomainName("c.example.com.")] == 2)
    }
}
