import DNSWire
import Diagnostics
import Foundation
import Testing
import ZoneFiles
import Zones

@Suite("Zones from files")
struct ZoneFileTests {
    private func parse(_ text: String, origin: String = "example.com.") throws -> LoadedZone {
        ZoneFile.parse(SourceText(file: "zone", text), origin: try DomainName(origin))
    }

    private func data(_ zone: Zone, _ owner: String, _ type: RecordType) throws -> [String] {
        zone.records(of: try DomainName(owner), type: type).map { RecordData.text(type, $0.data) }
    }

    @Test("The article's zone loads without a word")
    func article() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "zones/yufu123.com.zone").path
        let loaded = ZoneFile.load(path: path, origin: try DomainName("yufu123.com."))
        #expect(loaded.diagnostics == [])
        let zone = try #require(loaded.zone)
        #expect(zone.serial == 20_180_703)
        #expect(zone.recordCount == 5)
        // The article leaves out the dot behind admin.yufu.com; BIND makes the same of it.
        let soa = try data(zone, "yufu123.com.", .soa)
        #expect(soa == ["ns1.yufu123.com. admin.yufu.com.yufu123.com. 20180703 3600 300 604800 86400"])
        #expect(try data(zone, "yufu123.com.", .ns) == ["ns1.yufu123.com."])
        #expect(try data(zone, "ns1.yufu123.com.", .a) == ["172.20.17.20"])
        #expect(try data(zone, "www.yufu123.com.", .a) == ["192.168.214.140"])
        #expect(try data(zone, "yufu123.com.", .a) == ["192.168.214.140"])
        #expect(zone.records(of: try DomainName("www.yufu123.com."), type: .a).map(\.timeToLive) == [86400])
        let file = try #require(loaded.files.first)
        #expect(file.path == path)
        #expect(file.identity?.size == 385)
    }

    private static let head = "$TTL 1h\n@ SOA ns1 admin 1 1h 5M 7D 1D\n  NS ns1\nns1 A 192.0.2.1\n"

    @Test(
        "What is wrong with the zone as a whole is told at the record's place",
        arguments: [
            ("www CNAME ns1\nwww A 192.0.2.2\n", "6:1: error: "),
            ("www A 192.0.2.2\nwww CNAME ns1\n", "6:1: error: "),
            ("www CNAME ns1\n  CNAME ns2\n", "6:3: error: "),
            ("sub NS ns.sub\n", "5:1: warning: "), ("@ NS ns9\n", "5:1: error: "),
            ("www.example.org. A 192.0.2.2\n", "5:1: warning: "),
            ("www A 192.0.2.2\n    60 A 192.0.2.3\n", "6:5: warning: "),
            ("www A 192.0.2.2\nwww A 192.0.2.2\n", "6:1: warning: "),
            ("www SOA a b 1 2 3 4 5\n", "5:1: error: "),
        ])
    func issues(text: String, expected: String) throws {
        let loaded = try parse(Self.head + text)
        #expect(loaded.diagnostics.count == 1, "\(loaded.diagnostics)")
        let diagnostic = try #require(loaded.diagnostics.first)
        let place = diagnostic.position.map { "\($0.line):\($0.column): \(diagnostic.severity.rawValue): " }
        #expect(place == expected)
        #expect(
            diagnostic.sourceLine
                == text.split(separator: "\n").map(String.init)[expected.hasPrefix("5") ? 0 : 1])
        #expect((loaded.zone == nil) == expected.contains("error"))
    }

    @Test(
        "A zone without SOA, or without anything, is refused in one sentence",
        arguments: [
            ("$TTL 1h\n@ NS ns1.example.org.\nwww A 192.0.2.1\n", "zone example.com. has no SOA record"),
            ("", "zone example.com. has no records"), ("; nothing\n", "zone example.com. has no records"),
        ])
    func noSOA(_ text: String, _ message: String) throws {
        let loaded = try parse(text)
        #expect(loaded.zone == nil)
        #expect(loaded.diagnostics.map(\.message) == [message])
    }

    @Test("A mistake in the SOA is not followed by complaints that there is none")
    func brokenSOA() throws {
        let loaded = try parse(
            "$TTL 1h\n@ SOA ns1 admin 1 1x 5M 7D 1D\n@ NS ns1\nwww CNAME a\nwww A 192.0.2.1\n")
        #expect(loaded.zone == nil)
        #expect(
            loaded.diagnostics.map { "\($0.position?.line ?? 0)" } == ["2", "5"], "\(loaded.diagnostics)")
    }

    @Test("A file that can't be read is named, with the system's reason")
    func unreadable() throws {
        let loaded = ZoneFile.load(path: "/nonexistent/zone", origin: .root)
        #expect(loaded.zone == nil)
        #expect(
            loaded.diagnostics.map(\.description) == [
                "error: can't read zone file '/nonexistent/zone': No such file or directory"
            ])
        #expect(loaded.files == [ReadFile(path: "/nonexistent/zone", identity: nil)])
        let folder = ZoneFile.load(path: "/", origin: .root)
        #expect(folder.diagnostics.map(\.message) == ["can't read zone file '/': Is a directory"])
    }

    @Test("A file larger than the limit is not read")
    func large() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "zonefiles-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        try Self.head.write(to: url, atomically: false, encoding: .utf8)
        var limits = ZoneFileLimits()
        limits.fileSize = Self.head.utf8.count - 1
        let origin = try DomainName("example.com.")
        #expect(ZoneFile.load(path: url.path, origin: origin, limits: limits).diagnostics.hasErrors)
        limits.fileSize += 1
        #expect(ZoneFile.load(path: url.path, origin: origin, limits: limits).zone?.recordCount == 3)
    }
}
