import DNSWire
import TestZones
import Testing
import Zones

@Suite("Names that come into a zone with a name below them")
struct DeepNameTests {
    static let lines = [
        "a.b.c.d TXT a", "c.d TXT c", "x.y.c.d TXT x", "*.d TXT wild", "e.*.f A 192.0.2.1", "*.f A 192.0.2.2",
        "ab.b.c.d CNAME b.c.d", "b.c.d MX 10 a.b.c.d", "sub.g NS ns.sub.g", "ns.sub.g A 192.0.2.3",
        "\(String(repeating: "l.", count: 110))h A 192.0.2.4", "\(String(repeating: "l.", count: 55))h TXT h",
    ]

    /// Each name is made by the first record that needs it: its own, or one below it.
    @Test("Each has its own records, whichever comes first", arguments: 0..<24)
    func order(_ turn: Int) throws {
        let origin = try DomainName("example.com")
        let turned = Array(Self.lines[(turn % 12)...] + Self.lines[..<(turn % 12)])
        let lines = turn < 12 ? turned : turned.reversed()
        let zone = try #require(
            try compile("example.com", CompilationTests.base + lines.joined(separator: "\n")).zone)
        var owners: Set<DomainName> = [origin, try DomainName("ns1", origin: origin)]
        for line in lines {
            let record = try RecordText(line, origin: origin)
            var name = record.owner
            while name != origin {
                owners.insert(name)
                name = try #require(name.parent)
            }
            // What lies below a cut is no name of the zone.
            if line.hasPrefix("ns.sub") {
                owners.remove(record.owner)
                continue
            }
            let found = zone.records(of: record.owner, type: record.type)
            #expect(found.map(\.data) == [record.data], "\(line)")
        }
        #expect(zone.owners.count == owners.count)
        #expect(Set(zone.owners) == owners)
    }
}
