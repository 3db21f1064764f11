import Control
import ControlProtocol
import DNSWire
import Diagnostics
import Foundation
import Testing
import Zones

@testable import Daemon

@Suite("Many zones")
struct ManyZonesTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    static let count = 2000

    func file(_ number: Int) -> String { "z\(number).zone" }

    func name(_ number: Int) throws -> DomainName { try DomainName("z\(number).example.") }

    func writeZones(_ numbers: Range<Int>, serial: Int = 1) throws {
        for number in numbers { try folder.writeZone(file(number), serial: serial) }
    }

    func writeConfiguration(_ numbers: Range<Int>, _ more: String = "") throws -> String {
        let zones = numbers.map { "zone \"z\($0).example\" { type primary; file \"\(file($0))\"; };" }
        return try folder.write(
            "swerve.conf",
            "options { listen-on port 5300 { 127.0.0.1; }; listen-on-v6 { none; }; };\n"
                + zones.joined(separator: "\n") + "\n" + more)
    }

    /// How many zones came to what.
    func results(_ reading: Configuration.Reading) -> [ReloadReport.Zone.Result: Int] {
        reading.changes.reduce(into: [:]) { $0[$1.result, default: 0] += 1 }
    }

    @Test("A changed zone alone is read again; a broken one keeps its last good version; zones come and go")
    func changes() throws {
        try writeZones(0..<Self.count)
        let path = try writeConfiguration(0..<Self.count)
        let first = Configuration.read(path)
        var shelf = try #require(first.configuration, "\(first.diagnostics)").shelf
        #expect(results(first) == [.loaded: Self.count])
        let zones = shelf.items.mapValues(\.zone)

        try folder.writeZone(file(17), serial: 22)
        try folder.writeZone(file(18), serial: 22, extra: "bad A 192.0.2.300")
        let second = Configuration.read(path, shelf: shelf)
        shelf = try #require(second.configuration).shelf
        #expect(results(second) == [.loaded: 1, .failed: 1, .unchanged: Self.count - 2])
        #expect(shelf.items[try name(17)]?.zone?.serial == 22)
        // The very same objects: not read, not compiled.
        let same = shelf.items.filter { name, item in item.zone === zones[name, default: nil] }
        #expect(same.count == Self.count - 1)
        #expect(shelf.items[try name(18)]?.isCurrent == false)
        #expect(second.diagnostics.count { $0.severity == .error } == 1)

        try writeZones(Self.count..<Self.count + 100)
        let third = Configuration.read(try writeConfiguration(1000..<Self.count + 100), shelf: shelf)
        shelf = try #require(third.configuration).shelf
        #expect(results(third) == [.loaded: 100, .unchanged: Self.count - 1000, .removed: 1000])
        #expect(shelf.items.count == Self.count - 900)
        #expect(shelf.zones.count == Self.count - 900)
        #expect(shelf.items[try name(999)] == nil)
        #expect(shelf.items[try name(Self.count + 99)]?.zone?.serial == 1)
    }

    @Test("A zone that is written twice among many is found") func twice() throws {
        let reading = Configuration.read(
            try writeConfiguration(0..<Self.count, "zone \"Z1999.Example\" { type primary; file \"x\"; };"))
        #expect(reading.configuration == nil)
        #expect(reading.diagnostics.count == 1)
        #expect(reading.diagnostics.first?.position?.line == Self.count + 2)
    }

    @Test(
        "Zones are searched for VIPs once: what was said of them stays, and other VIPs have them searched anew")
    func search() throws {
        func director(_ vip: String) -> String {
            "director { backend none; virtual-server tcp \(vip) port 80 { "
                + "real-server 10.0.0.1 port 80; check connect; }; };"
        }
        try folder.writeZone(file(0), serial: 1)
        try folder.writeZone(file(1), serial: 1, extra: "@ NS ns\nns A 192.0.2.9")
        func read(_ vip: String, _ shelf: ZoneShelf) throws -> Configuration {
            try #require(
                Configuration.read(try writeConfiguration(0..<2, director(vip)), shelf: shelf).configuration)
        }
        func searches(_ shelf: ZoneShelf) throws -> [Bool?] {
            try (0..<2).map { shelf.items[try name($0)]?.search?.isSteered }
        }
        // www has 192.0.2.1; the name server 192.0.2.9, which is no steered name but is warned about.
        var configuration = try read("192.0.2.1", ZoneShelf())
        #expect(try searches(configuration.shelf) == [true, true])
        #expect(configuration.warnings.isEmpty)
        configuration = try read("192.0.2.9", configuration.shelf)
        #expect(try searches(configuration.shelf) == [false, false])
        for _ in 0..<2 {
            #expect(configuration.warnings.map(\.message).filter { $0.contains("never withdrawn") }.count == 1)
            configuration = try read("192.0.2.9", configuration.shelf)
        }
        try folder.writeZone(file(1), serial: 22)
        configuration = try read("192.0.2.9", configuration.shelf)
        #expect(configuration.warnings.isEmpty)
    }

    @Test("What was read at the start is not kept beside what is served") func start() throws {
        try folder.writeZone(file(0), serial: 1)
        weak var zone: Zone?
        let start: Start
        do {
            let reading = Configuration.read(try writeConfiguration(0..<1))
            let configuration = try #require(reading.configuration)
            start = Start(configuration, reading.changes)
            zone = configuration.shelf.items.values.first?.zone
        }
        #expect(zone != nil)
        let count = start.take { configuration, changes in configuration.shelf.items.count + changes.count }
        #expect(count == 2)
        #expect(zone == nil)
    }

    @Test(
        "The log tells of a thousand, and how many more there were",
        arguments: [
            (1000, ["z0.example", "z999.example"]), (1002, ["z0.example", "zones"]), (0, []),
        ]) func told(_ count: Int, _ ends: [String]) throws
    {
        let changes = try (0..<count).map {
            ZoneShelf.Change(name: try name($0), result: .loaded, oldSerial: nil, newSerial: 1)
        }
        let unchanged = ZoneShelf.Change(name: .root, result: .unchanged)
        let told = ZoneShelf.occurrences(of: changes + [unchanged])
        #expect(told.count == min(count, 1001))
        #expect([told.first, told.last].compactMap { $0?.subject.replacing("zone ", with: "") } == ends)
        if count > 1000 { #expect(told.last?.text == "2 more loaded") }
    }

    @Test("Broken zones are told before others are left out") func toldFailures() throws {
        let loaded = try (0..<1500).map {
            ZoneShelf.Change(name: try name($0), result: .loaded, oldSerial: nil, newSerial: 1)
        }
        let failed = ZoneShelf.Change(name: try name(9999), result: .failed)
        let told = ZoneShelf.occurrences(of: loaded + [failed])
        #expect(told.filter { $0.level == .error }.map(\.subject) == ["zone z9999.example"])
    }
}
