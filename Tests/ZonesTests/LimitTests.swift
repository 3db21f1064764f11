import DNSWire
import TestZones
import Testing
import Zones

@Suite("Limits of a zone")
struct LimitTests {
    private func compiled(
        _ text: String, _ limits: ZoneLimits
    ) throws -> (zone: Zone?, issues: [ZoneIssue]) {
        let origin = try DomainName("example.com")
        var builder = ZoneBuilder(origin: origin, limits: limits)
        for (index, line) in (CompilationTests.base + text).split(separator: "\n").enumerated() {
            let record = try RecordText(String(line), origin: origin)
            builder.add(
                owner: record.owner, type: record.type, ttl: record.ttl, data: record.data,
                location: UInt64(index + 1))
        }
        return builder.compile()
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let set: @Sendable (inout ZoneLimits, Int) -> Void
        /// What the text after the base of three records and one label needs.
        let most: Int
        let text: String
        /// The line of the first record too many.
        let line: UInt64

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "records of a type", set: { $0.recordsPerType = $1 }, most: 3,
            text: "www A 192.0.2.1\nwww A 192.0.2.2\nwww A 192.0.2.3", line: 6),
        Case(
            name: "types of a name", set: { $0.typesPerName = $1 }, most: 3,
            text: "www A 192.0.2.1\nwww A 192.0.2.2\nwww TXT a\nwww MX 0 .", line: 4),
        Case(name: "records", set: { $0.records = $1 }, most: 5, text: "a A 192.0.2.1\nb A 192.0.2.2", line: 5),
        Case(name: "labels", set: { $0.nameDepth = $1 }, most: 4, text: "a.b.c.d A 192.0.2.1", line: 4),
    ]

    @Test("What the limit is still enough for is loaded, one less is an error at its place", arguments: cases)
    func limit(_ row: Case) throws {
        for (most, isEnough) in [(row.most, true), (row.most - 1, false)] {
            var limits = ZoneLimits()
            row.set(&limits, most)
            let (zone, issues) = try compiled(row.text, limits)
            #expect((zone != nil) == isEnough)
            let places = issues.filter { $0.kind == .beyondLimit && $0.isError }.map(\.location)
            #expect(places == (isEnough ? [] : [row.line]))
        }
    }

    @Test("Of many issues the first are kept, and the number of the others") func many() throws {
        var limits = ZoneLimits()
        limits.issues = 10
        let outside = (0..<25).map { "a\($0).example.org. A 192.0.2.1" }
        let aliases = (0..<12).map { "b\($0) CNAME a.\nb\($0) A 192.0.2.1" }
        let (zone, issues) = try compiled((outside + aliases).joined(separator: "\n"), limits)
        #expect(zone == nil)
        #expect(issues.count { $0.kind == .outOfZone } == 10)
        #expect(issues.count { $0.kind == .cnameAndOther } == 10)
        #expect(issues.filter { $0.kind == .further }.map(\.count) == [2, 15])
        #expect(issues.filter { $0.kind == .further }.map(\.isError) == [true, false])
    }

    /// Data is valid for its type by contract; what isn't must not end the process all the same.
    @Test(
        "A record in whose data no name can be read leads nowhere",
        arguments: ["TYPE33 # 000001", "TYPE33 # 00000000000003616263", "TYPE18 # 00", "TYPE18 # 0001036162"])
    func noName(_ record: String) throws {
        let (zone, issues) = try compiled("x \(record)", ZoneLimits())
        #expect(zone?.recordCount == 4)
        #expect(issues == [])
    }

    // 12 + 2 + 5 octets for the NS record of `nX.sub`, whose name is compressed against the owner, and as the owner of
    // glue it has to be within 16,383 octets: 300 servers fit, 1200 don't. RFC 9471 wants all of them.
    @Test("Glue that a message can't hold is said", arguments: [(300, true), (1200, false)])
    func glue(_ servers: Int, _ fits: Bool) throws {
        let text = (0..<servers).map { "sub NS n\($0).sub\nn\($0).sub A 10.0.\($0 / 250).\($0 % 250)" }
        let (zone, issues) = try compiled(text.joined(separator: "\n"), ZoneLimits())
        #expect((zone != nil) == fits)
        #expect(issues.filter { $0.kind == .tooLarge }.map(\.isError) == (fits ? [] : [true]))
    }

    // 23 hosts of 100 AAAA records have 23 × 100 × 28 octets of addresses, all that a message holds. A referral doesn't need
    // them: 1000 take 64.4 MB, of 64 MB and what else the zone has; 1300 would take 83.7 MB.
    @Test("Addresses that delegations share don't multiply without bound", arguments: [(1000, 0), (1300, 1)])
    func sharedGlue(_ delegations: Int, _ warnings: Int) throws {
        let hosts = (0..<23).flatMap { host in (0..<100).map { "h\(host) AAAA 2001:db8::\($0)" } }
        let cuts = (0..<delegations).flatMap { cut in (0..<23).map { "sub\(cut) NS h\($0)" } }
        let (zone, issues) = try compiled((hosts + cuts).joined(separator: "\n"), ZoneLimits())
        #expect(try #require(zone).memory < 75_000_000)
        #expect(issues.count { $0.kind == .zoneTooLarge } == warnings)
    }

    /// Nothing is written of a host that never fits, and to look at it a hundred thousand times would take minutes.
    @Test("A host that is too large for every referral is not looked at for ever")
    func largeHost() throws {
        let host = (0..<4000).map { "h A 10.0.\($0 / 250).\($0 % 250)" }
        let cuts = (0..<20_000).map { "sub\($0) NS h" }
        let (zone, issues) = try compiled((host + cuts).joined(separator: "\n"), ZoneLimits())
        #expect(zone != nil)
        #expect(issues.count { $0.kind == .zoneTooLarge } == 1)
    }

    @Test("A zone is the same as another of the same records") func same() throws {
        let texts = [
            "www A 192.0.2.1", "www A 192.0.2.1", "www A 192.0.2.2", "www 60 A 192.0.2.1", "ww A 192.0.2.1", "",
        ]
        let zones = try texts.map { try #require(try compiled($0, ZoneLimits()).zone) }
        #expect(zones.map { zones[0].isSame(as: $0) } == [true, true, false, false, false, false])
    }
}
