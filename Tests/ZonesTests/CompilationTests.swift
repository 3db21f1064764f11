import DNSWire
import TestZones
import Testing
import Zones

@Suite("Compilation of a zone")
struct CompilationTests {
    static let base = "@ SOA ns1 admin 7 3600 300 604800 300\n@ NS ns1\nns1 A 192.0.2.1\n"

    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let kind: ZoneIssue.Kind
        let isError: Bool
        let line: UInt64?

        /// A line that begins with `.` replaces the base; others come after its three lines.
        init(_ text: String, _ kind: ZoneIssue.Kind, error: Bool, line: UInt64? = nil) {
            self.text = text
            self.kind = kind
            isError = error
            self.line = line
        }

        var testDescription: String { "\(kind): \(text)" }
    }

    static let additions = [
        Case("@ SOA ns1 admin 8 3600 300 604800 300", .multipleSOA, error: true, line: 4),
        Case("www SOA ns1 admin 8 3600 300 604800 300", .soaNotAtApex, error: true, line: 4),
        Case("www CNAME ns1\nwww A 192.0.2.2", .cnameAndOther, error: true, line: 5),
        Case("www A 192.0.2.2\nwww CNAME ns1", .cnameAndOther, error: true, line: 5),
        Case("@ CNAME www", .cnameAndOther, error: true, line: 4),
        Case("www CNAME ns1\nwww CNAME ns2", .multipleCNAME, error: true, line: 5),
        Case("www DNAME a.\nwww DNAME b.", .multipleDNAME, error: true, line: 5),
        Case("www DNAME a.\nwww NS b.", .dnameAndNS, error: true, line: 5),
        Case("www DNAME a.\nwww CNAME b.", .cnameAndOther, error: true, line: 5),
        // named-checkzone and kzonecheck refuse it for the zone itself; that a child's server can't be reached is
        // no reason for named-checkzone and nsd-checkzone to refuse the parent.
        Case("@ NS ns2", .missingGlue, error: true, line: 4),
        Case("sub NS ns.sub", .missingGlue, error: false, line: 4),
        Case("sub NS ns9", .missingGlue, error: false, line: 4),
        Case("sub NS sub", .missingGlue, error: false, line: 4),
        Case("sub NS a.star\n*.star TXT a", .missingGlue, error: false, line: 4),
        Case("sib NS ns1\nsub NS ns.sib", .missingGlue, error: false, line: 5),
        // What lies below a cut is the child's, also if the zone itself names it: named-checkzone and
        // nsd-checkzone load it.
        Case("@ NS ns.sub\nsub NS ns1", .missingGlue, error: false, line: 4),
        Case("@ NS sub\nsub NS ns1", .missingGlue, error: false, line: 4),
        Case("@ NS ns.dn\ndn DNAME a.", .nameServerIsAlias, error: true, line: 4),
        Case("sub NS ns.dn\ndn DNAME a.", .nameServerIsAlias, error: false, line: 4),
        Case("@ NS a.star\n*.star CNAME ns1", .nameServerIsAlias, error: true, line: 4),
        Case("other.example. A 192.0.2.1", .outOfZone, error: false, line: 4),
        Case("com. A 192.0.2.1", .outOfZone, error: false, line: 4),
        Case("notexample.com. A 192.0.2.1", .outOfZone, error: false, line: 4),
        Case("www 300 A 192.0.2.1\nwww 301 A 192.0.2.2", .ttlMismatch, error: false, line: 5),
        Case("www A 192.0.2.1\nwww A 192.0.2.1", .duplicateRecord, error: false, line: 5),
        // Names are the same in any case, and so are records that have nothing else; numbers are not.
        Case("www CNAME ns1\nwww CNAME NS1", .duplicateRecord, error: false, line: 5),
        Case("www DNAME a.\nwww DNAME A.", .duplicateRecord, error: false, line: 5),
        Case("www PTR a.\nwww PTR A.", .duplicateRecord, error: false, line: 5),
        Case(
            "www MX 1 ns1\nwww MX 16705 a\nwww MX 24929 a\nwww MX 1 Ns1", .duplicateRecord, error: false,
            line: 7),
        Case(
            (0..<10).map { "www SRV 1 1 \($0) ns1" }.joined(separator: "\n") + "\nwww SRV 1 1 5 NS1",
            .duplicateRecord, error: false, line: 14),
        // Refused by named-checkzone and kzonecheck; at a delegation by the latter only.
        Case("@ NS alias\nalias CNAME ns1", .nameServerIsAlias, error: true, line: 4),
        Case("sub NS alias\nalias CNAME ns1", .nameServerIsAlias, error: false, line: 4),
        Case("@ NS 192.0.2.1.", .targetIsAddress, error: false, line: 4),
        Case("@ MX 10 192.0.2.1", .targetIsAddress, error: false, line: 4),
        Case("@ MX 10 mail", .targetWithoutAddress, error: false, line: 4),
        Case("@ MX 10 mail\nmail TXT a", .targetWithoutAddress, error: false, line: 4),
        Case("_x._tcp SRV 0 0 1 missing", .targetWithoutAddress, error: false, line: 4),
        Case("_x._tcp SRV 0 0 1 alias\nalias CNAME ns1", .targetIsAlias, error: false, line: 4),
        Case("@ MX 10 a.dn\ndn DNAME b.", .targetIsAlias, error: false, line: 4),
        Case("@ MX 10 a.star\n*.star CNAME b.", .mailExchangerIsAlias, error: false, line: 4),
        Case("*.x NS ns.example.net.", .nameServerAtWildcard, error: false, line: 4),
        Case("*.x NS missing", .missingGlue, error: true, line: 4),
        Case("@ TYPE43 # 0001080900", .misplacedDS, error: true, line: 4),
        Case("www TYPE43 # 0001080900", .misplacedDS, error: false, line: 4),
        Case("www TYPE59 # 0001080900", .notAtApex, error: false, line: 4),
        Case("@ TYPE59 # 0001080900", .doubtfulForm, error: false, line: 4),
        Case("www TYPE48 # 0100030800", .notAtApex, error: false, line: 4),
        Case("@ TYPE48 # 0100020800", .doubtfulForm, error: false, line: 4),
        Case("sub NS ns1\nsub TYPE43 # 0001080100", .doubtfulForm, error: false, line: 5),
        Case("w_w A 192.0.2.1", .badName, error: false, line: 4),
        Case("-w AAAA 2001:db8::1", .badName, error: false, line: 4),
        Case("w- MX 10 ns1", .badName, error: false, line: 4),
        Case("*.w_w A 192.0.2.1", .badName, error: false, line: 4),
        Case("@ NS n_s.example.net.", .badName, error: false, line: 4),
        Case("x SRV 0 0 1 a_b.", .badName, error: false, line: 4),
        Case("a.*.w A 192.0.2.1", .wildcardInside, error: false, line: 4),
        Case("www CNAME ns1\nwww TYPE25 # 0100030800", .cnameAndOther, error: true, line: 5),
        // Nobody is answered with these, but named-checkzone, nsd-checkzone and kzonecheck refuse them.
        Case("sub NS ns1\na.sub CNAME b\na.sub A 192.0.2.1", .cnameAndOther, error: true, line: 6),
        Case("sub NS ns1\na.sub DNAME b.\nc.a.sub A 192.0.2.1", .belowDNAME, error: true, line: 6),
        Case("dn DNAME a.\na.b.dn A 192.0.2.1", .belowDNAME, error: true, line: 5),
        Case("@ MX 10 alias\nalias CNAME ns1", .mailExchangerIsAlias, error: false, line: 4),
        Case("sub NS ns1\nwww.sub A 192.0.2.1", .occluded, error: false, line: 5),
        Case("sub NS ns1\nsub TXT text", .occluded, error: false, line: 5),
        Case("dn DNAME a.\nwww.dn A 192.0.2.1", .belowDNAME, error: true, line: 5),
        Case("www 2147483648 A 192.0.2.1", .ttlTooLarge, error: false, line: 4),
        Case(
            (0..<4200).map { "www A 10.\($0 / 62500).\($0 / 250 % 250).\($0 % 250)" }.joined(separator: "\n"),
            .tooLarge, error: true),
        Case(
            (0..<20).map { "www A 10.0.0.\($0)" }.joined(separator: "\n") + "\nwww A 10.0.0.5",
            .duplicateRecord, error: false, line: 24),
    ]

    @Test(arguments: additions) func issue(_ row: Case) throws {
        let (zone, issues) = try compile("example.com", Self.base + row.text)
        let issue = try #require(issues.first { $0.kind == row.kind })
        #expect(issue.isError == row.isError)
        if let line = row.line { #expect(issue.location == line) }
        #expect((zone == nil) == issues.contains(where: \.isError))
        #expect((zone == nil) == row.isError)
    }

    @Test(
        "What is doubtful alone, and not beside another record",
        arguments: [
            // SPF: "v=spf1", "spf2.0"; TXT the same.
            ("x TYPE99 # 06763D73706631", [4 as UInt64]), ("x TYPE99 # 06737066322E30", []),
            ("x TYPE99 # 06737066322E30\nx TYPE99 # 06763D73706631", [5]),
            ("x TYPE99 # 06763D73706631\nx TYPE99 # 06737066322E30", [4]),
            ("x TYPE99 # 06763D73706631\nx TXT v=spf1", []),
            ("x TYPE99 # 06763D73706631\nx TXT spf2.0", [4]),
            // "V=SPF1", "v=spf1 -all", "v=spf" and "v=spf10"; "v=sp" and "f1", "" and "v=spf1" are joined.
            ("x TYPE99 # 06563D53504631", [4]), ("x TYPE99 # 0B763D73706631202D616C6C", [4]),
            ("x TYPE99 # 05763D737066", []), ("x TYPE99 # 07763D7370663130", []),
            ("x TYPE99 # 04763D7370026631", [4]), ("x TYPE99 # 0006763D73706631", [4]),
            ("x TYPE99 # 06763D73706631\nx TXT V=Spf1", []),
            ("x TYPE99 # 06763D73706631\nx TXT v=spf10", [4]),
            ("x TYPE99 # 06763D73706631\nx TXT v=spf", [4]),
            ("x TYPE99 # 06763D73706631\nx TYPE16 # 0B763D73706631202D616C6C", []),
            ("x TYPE99 # 06763D73706631\nx TYPE16 # 04763D7370026631", []),
            // CDS, CDNSKEY; DNSKEY.
            ("@ TYPE59 # 0001080900", [4]), ("@ TYPE60 # 0100030800", [4]),
            ("@ TYPE59 # 0001080900\n@ TYPE60 # 0100030800", [4]),
            ("@ TYPE59 # 0001080900\n@ TYPE48 # 0100030800", []),
            ("@ TYPE48 # 0100030800\n@ TYPE60 # 0100030800", []),
        ]) func doubtful(_ text: String, _ lines: [UInt64]) throws
    {
        let (zone, issues) = try compile("example.com", Self.base + text)
        #expect(zone != nil)
        #expect(issues.filter { $0.kind == .doubtfulForm }.map(\.location) == lines)
    }

    @Test("Each of many records is followed to its own name, whatever stands between") func targets() throws {
        var text = ""
        var expected: [UInt64: ZoneIssue.Kind] = [:]
        for number in 0..<90 {
            let line = UInt64(4 + number)
            let target = (number * 37 + number / 6) % 90
            switch number % 6 {
            case 0: text += "h\(number) MX 10 h\(target)\n"
            case 1: text += "h\(number) SRV 0 0 1 h\(target)\n"
            case 2: text += "h\(number) CNAME h\(target)\n"
            case 3: text += "h\(number) NS h\(target)\n"
            case 4: text += "h\(number) A 192.0.2.1\n"
            default: text += "h\(number) MX 10 h\(target).elsewhere.\n"
            }
            // What the target has: an address, an alias, a delegation, or none.
            switch (number % 6, target % 6) {
            case (0, 2): expected[line] = .mailExchangerIsAlias
            case (1, 2): expected[line] = .targetIsAlias
            case (3, 2): expected[line] = .nameServerIsAlias
            case (0...1, 0...1), (0...1, 5): expected[line] = .targetWithoutAddress
            case (3, 0...1), (3, 3), (3, 5): expected[line] = .missingGlue
            default: break
            }
        }
        let (zone, issues) = try compile("example.com", Self.base + text)
        #expect(zone != nil)
        #expect(Set(expected.values).count == 5)
        let found = issues.compactMap { issue in issue.location.map { ($0, issue.kind) } }
        #expect(Dictionary(found, uniquingKeysWith: { first, _ in first }) == expected)
        #expect(found.count == expected.count)
    }

    @Test(
        "What must be at the apex",
        arguments: [
            ("@ NS ns.example.net.", ZoneIssue.Kind.noSOA), ("@ SOA a. b. 1 2 3 4 5", .noApexNS), ("", .noSOA),
        ]) func apex(_ text: String, _ kind: ZoneIssue.Kind) throws
    {
        let (zone, issues) = try compile("example.com", text)
        #expect(zone == nil)
        #expect(issues.contains { $0.kind == kind && $0.isError })
    }

    @Test(
        "What is no issue",
        arguments: [
            "www A 192.0.2.1\nwww AAAA 2001:db8::1", "sub NS ns.example.net.",
            "sub NS ns.sub\nns.sub AAAA 2001:db8::1",
            "@ NS ns2.star\n*.star A 192.0.2.1", "sub NS ns1", "sub NS sub\nsub A 192.0.2.1",
            "@ DNAME example.net.",
            "www CNAME ns1\nwww TYPE46 # 0005",
            "www A 192.0.2.1\nwww 60 TYPE46 # 000101\nwww 90 TYPE46 # 000102",
            "*.w A 192.0.2.1", "gc._msdcs A 192.0.2.1", "_x TXT a", "x MX 0 .",
            "_x._tcp SRV 0 0 0 .", "x MX 10 a.sub\nsub NS ns1", "x MX 10 y.example.net.",
            "x MX 10 a.w\n*.w A 192.0.2.1",
            "www A 192.0.2.1\nWWW AAAA 2001:db8::1",
        ]) func clean(_ text: String) throws
    {
        let base = text.hasPrefix("@ DNAME") ? "@ SOA a. b. 1 2 3 4 5\n@ NS ns.example.net.\n" : Self.base
        let (zone, issues) = try compile("example.com", base + text)
        #expect(issues == [])
        #expect(zone != nil)
    }

    @Test("Records come out as they went in") func roundTrip() throws {
        let text =
            Self.base + """
                www 60 A 192.0.2.1
                www 60 A 192.0.2.2
                www MX 10 mail.www
                www MX 20 ns1
                www MX 30 mail.example.net.
                *.w MX 10 x.w
                *.w MX 20 *.w
                sub NS ns1.sub
                sub NS ns2.sub
                ns1.sub A 192.0.2.3
                ns2.sub A 192.0.2.4
                srv SRV 1 2 3 www
                a.deep.name TXT text
                signed 60 TXT text
                signed 60 TYPE46 # 001001
                signed 90 TYPE46 # 001002
                """
        let zone = try #require(try compile("example.com", text).zone)
        #expect(zone.serial == 7)
        #expect(zone.recordCount == 19)
        #expect("\(zone.origin)" == "example.com.")
        let origin = try DomainName("example.com")
        for line in text.split(separator: "\n") where !line.hasPrefix("ns1.sub") && !line.hasPrefix("ns2.sub") {
            let record = try RecordText(String(line), origin: origin)
            let found = zone.records(of: record.owner, type: record.type)
            #expect(
                found.contains {
                    $0.data == record.data && $0.timeToLive == record.ttl && $0.owner == record.owner
                },
                "\(line)")
        }
        #expect(zone.records(of: try DomainName("www.example.com"), type: .any).count == 5)
        #expect(zone.records(of: try DomainName("WWW.example.com"), type: .a).count == 2)
        #expect(zone.records(of: try DomainName("deep.name.example.com"), type: .any).isEmpty)
        #expect(zone.records(of: try DomainName("example.org"), type: .any).isEmpty)
    }

    @Test("Small records take less than 100 octets each, table and all") func memory() throws {
        let origin = try DomainName("example.com")
        var builder = ZoneBuilder(origin: origin, recordCountHint: 10)
        for line in Self.base.split(separator: "\n") {
            let record = try RecordText(String(line), origin: origin)
            builder.add(owner: record.owner, type: record.type, ttl: record.ttl, data: record.data)
        }
        for number in 0..<20000 {
            let owner = try DomainName("h\(number)", origin: origin)
            builder.add(
                owner: owner, type: .a, ttl: 3600, data: [10, 0, UInt8(number >> 8), UInt8(number & 255)])
        }
        let zone = try #require(builder.compile().zone)
        #expect(zone.recordCount == 20003)
        #expect(zone.memory < 20003 * 100)
        // Name, type, class, TTL, length and address alone are 9 + 2 + 2 + 4 + 2 + 4, and the table has a word for each.
        #expect(zone.memory > 20003 * 31)
        for number in [0, 1, 19999, 12345] {
            #expect(zone.records(of: try DomainName("h\(number).example.com"), type: .a).count == 1)
        }
    }

    @Test(
        "Each name of a zone is found with its own records, and no other, however many there are",
        arguments: [0, 1, 2, 3, 5, 8, 13, 40, 63, 64, 65, 200, 3000])
    func everyName(count: Int) throws {
        let origin = try DomainName("example.com")
        var lines = Self.base.split(separator: "\n").map(String.init)
        for number in 0..<count {
            // Nodes of many sizes, with names that end in others, wildcards and what is empty between them.
            let name = "h\(number)" + String(repeating: "x", count: number % 40)
            switch number % 5 {
            case 0: lines.append("*.\(name) 60 A 192.0.2.\(number % 250)")
            case 1: lines.append("deep.\(name) 60 AAAA 2001:db8::\(number % 250)")
            case 2: lines += ["\(name) 60 TXT \(number)", "*.\(name) 60 TXT wild\(number)"]
            case 3: lines.append("\(name) 60 CNAME h\(number - 3)")
            default: lines.append("\(name) 60 A 192.0.2.\(number % 250)")
            }
        }
        let zone = try #require(try compile("example.com", lines.joined(separator: "\n")).zone)
        var owners: Set<DomainName> = [origin]
        for line in lines {
            let record = try RecordText(line, origin: origin)
            let found = zone.records(of: record.owner, type: record.type)
            #expect(found.contains { $0.data == record.data && $0.owner == record.owner }, "\(line)")
            var name = record.owner
            while name != origin {
                owners.insert(name)
                name = try #require(name.parent)
            }
        }
        #expect(zone.owners.count == owners.count)
        #expect(Set(zone.owners) == owners)
        for number in 0..<max(count, 100) {
            let name = try DomainName("g\(number)", origin: origin)
            #expect(zone.lookup(name).match == .absent)
        }
    }

    @Test(
        "What a name is known by",
        arguments: [
            ("WWW.example.com", Match.exact, "www.example.com"), ("c.example.com", .exact, "c.example.com"),
            ("x.y.b.c.example.com", .wildcard, "*.b.c.example.com"),
            ("x.a.b.c.example.com", .absent, "a.b.c.example.com"), ("x.example.com", .absent, "example.com"),
            ("x.y.sub.example.com", .delegation, "sub.example.com"),
            ("sub.example.com", .delegation, "sub.example.com"),
            ("x.dn.example.com", .subtreeAlias, "dn.example.com"), ("dn.example.com", .exact, "dn.example.com"),
        ]) func lookup(_ name: String, _ match: Match, _ owner: String) throws
    {
        let text =
            Self.base + "www A 192.0.2.9\nsub NS ns1\na.b.c TXT text\n*.b.c TXT wild\ndn DNAME x."
        let zone = try #require(try compile("example.com", text).zone)
        let found = zone.lookup(try DomainName(name))
        #expect(found.match == match)
        #expect(found.owner == (try DomainName(owner)))
    }

    @Test("Names below a cut or a DNAME are no nodes, those above are") func nodes() throws {
        let text = Self.base + "sub NS ns.sub\nns.sub A 192.0.2.3\na.b.c TXT text\n*.b.c TXT wild\ndn DNAME x."
        let zone = try #require(try compile("example.com", text).zone)
        // What `compiled` leads to lives as long as the zone.
        defer { withExtendedLifetime(zone) {} }
        func find(_ name: String) throws -> (match: Match, labels: Int) {
            var key = NameKey()
            key.read(try DomainName(name))
            let found = zone.compiled.lookup(key)
            return (found.match, found.labels)
        }
        // Labels of the node, or of the closest encloser.
        for (name, match, labels) in [
            ("example.com", .exact, 2), ("c.example.com", .exact, 3), ("b.c.example.com", .exact, 4),
            ("a.b.c.example.com", .exact, 5), ("x.b.c.example.com", .wildcard, 4),
            ("x.y.z.b.c.example.com", .wildcard, 4), ("x.a.b.c.example.com", .absent, 5),
            ("*.b.c.example.com", .exact, 5), ("x.*.b.c.example.com", .absent, 5),
            ("x.c.example.com", .absent, 3),
            ("x.y.example.com", .absent, 2), ("sub.example.com", .delegation, 3),
            ("ns.sub.example.com", .delegation, 3),
            ("1.2.3.4.5.6.7.8.9.sub.example.com", .delegation, 3), ("dn.example.com", .exact, 3),
            ("x.dn.example.com", .subtreeAlias, 3),
        ] as [(String, Match, Int)] {
            #expect(try find(name) == (match, labels), "\(name)")
        }
    }
}
