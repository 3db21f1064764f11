import Addresses
import DNSWire
import TestZones
import Testing
import Zones

@Suite("What of a zone is steered")
struct SteeringTests {
    static let text = """
        @ SOA ns1 admin 7 3600 300 604800 300
        @ NS ns1
        @ NS x.wild
        ns1 A 192.0.2.140
        www A 192.0.2.140
        same A 192.0.2.140
        other 60 A 192.0.2.140
        six AAAA 2001:db8::140
        two A 192.0.2.140
        two A 198.51.100.1
        plain A 198.51.100.1
        sub NS ns.sub
        ns.sub A 192.0.2.140
        *.star A 192.0.2.140
        *.wild A 192.0.2.140
        svc TYPE64 # 00010000040008C000028C01020304
        svc TYPE65 # 000100000600102001 0db8 0000 0000 0000 0000 0000 0140
        """
    static let vips = Set(["192.0.2.140", "2001:db8::140"].compactMap { IPAddress($0) })

    static func zone() throws -> Zone { try #require(try compile("example.com", text).zone) }

    @Test("Sets are kept by what they are, not by name") func marks() throws {
        var registry = SteeringRegistry()
        let zone = try Self.zone()
        let special = try DomainName("same.example.com")
        let marks = zone.marks(vips: Self.vips, policy: { $0 == special ? 9 : 0 }, registry: &registry)
        func index(_ name: String, _ type: RecordType = .a) throws -> UInt32? {
            zone.steeredIndex(of: try DomainName(name + ".example.com"), type: type, marks: marks)
        }
        #expect(marks.count == 6)
        #expect(registry.sets.count == 5)
        #expect(try index("www") != nil)
        #expect(try index("www") == index("*.star"))
        #expect(try index("www") != index("other"))
        #expect(try index("www") != index("same"))
        #expect(try index("six", .aaaa) != nil)
        let two = try #require(try index("two"))
        #expect(registry.sets[Int(two)].addresses.map(\.description) == ["192.0.2.140", "198.51.100.1"])
        let other = try #require(try index("other"))
        #expect(
            registry.sets[Int(other)]
                == SteeredSet(
                    type: .a, addresses: [try #require(IPAddress("192.0.2.140"))], timeToLive: 60, policy: 0))
        // Name servers of the zone, the wildcard that stands in for one, glue, and what has no VIP.
        for name in ["ns1", "*.wild", "ns.sub", "plain", "nothing"] {
            #expect(try index(name) == nil, "\(name)")
        }
        #expect(try index("www", .aaaa) == nil)
    }

    @Test("A registry is shared by zones, and grows") func registry() throws {
        var registry = SteeringRegistry()
        let zone = try Self.zone()
        _ = zone.marks(vips: Self.vips, policy: { _ in 0 }, registry: &registry)
        let count = registry.sets.count
        _ = zone.marks(vips: Self.vips, policy: { _ in 0 }, registry: &registry)
        #expect(registry.sets.count == count)
        #expect(zone.marks(vips: [], policy: { _ in 0 }, registry: &registry).isEmpty)
        #expect(registry.sets.count == count)
    }

    @Test("VIPs that are never withdrawn are warned about") func warnings() throws {
        let warnings = try Self.zone().steeringWarnings(vips: Self.vips)
        #expect(
            warnings.map { "\($0.owner) \($0.type)" } == [
                "ns1.example.com. A", "ns.sub.example.com. A", "svc.example.com. SVCB",
                "svc.example.com. HTTPS",
                "*.wild.example.com. A",
            ])
        #expect(warnings.allSatisfy { $0.message.contains("140") })
        #expect(try Self.zone().steeringWarnings(vips: []).isEmpty)
    }

    @Test("Thousands of steered names are each found") func many() throws {
        let names = (0..<3000).map { "v\($0) A 192.0.2.140\np\($0) A 192.0.2.1" }.joined(separator: "\n")
        let zone = try #require(try compile("example.com", Self.text + "\n" + names).zone)
        var registry = SteeringRegistry()
        let marks = zone.marks(vips: Self.vips, policy: { _ in 0 }, registry: &registry)
        #expect(marks.count == 3006)
        for number in 0..<3000 {
            let steered = try DomainName("v\(number).example.com")
            let plain = try DomainName("p\(number).example.com")
            #expect(zone.steeredIndex(of: steered, type: .a, marks: marks) != nil)
            #expect(zone.steeredIndex(of: plain, type: .a, marks: marks) == nil)
        }
    }
}
