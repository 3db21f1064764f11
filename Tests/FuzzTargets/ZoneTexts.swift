internal import Answering
internal import DNSWire
internal import Diagnostics
internal import ZoneFiles
internal import Zones

/// The text of a zone. What is taken is valid, can be written and read again, and can be served.
enum ZoneTexts {
    static func run(_ input: [UInt8]) throws(Finding) {
        var limits = ZoneFileLimits()
        // Includes would read this machine's files.
        limits.includeDepth = 0
        limits.generatedRecords = 64
        let origin = try Worlds.name("example.com")
        let loaded = ZoneFile.parse(
            SourceText(file: "zone", bytes: input), origin: origin, directory: "/nowhere", limits: limits)
        for diagnostic in loaded.diagnostics { try check(diagnostic, input) }
        guard let zone = loaded.zone else {
            try require(loaded.diagnostics.contains { $0.severity == .error }, "no zone and no error")
            return
        }
        try require(!loaded.diagnostics.contains { $0.severity == .error }, "a zone in spite of errors")
        try serve(zone, origin, recordCount: loaded.recordCount)
    }

    /// Its place is one of the text.
    static func check(_ diagnostic: Diagnostic, _ input: [UInt8]) throws(Finding) {
        try require(!diagnostic.description.isEmpty, "nothing said")
        guard let position = diagnostic.position else { return }
        let lines = input.reduce(into: 1) { if $1 == 10 { $0 += 1 } }
        try require(
            position.line >= 1 && position.line <= lines + 1 && position.column >= 1,
            "line \(position.line), column \(position.column) of \(lines)")
    }

    private static func serve(_ zone: Zone, _ origin: DomainName, recordCount: Int) throws(Finding) {
        let apex = zone.records(of: origin, type: .any)
        try require(apex.filter { $0.type == .soa }.count == 1, "not one SOA")
        let world = World(
            [origin: ServedZone(zone: zone)],
            options: AnswerOptions(minimalResponses: recordCount % 2 == 0 ? .yes : .no, maximumUDPSize: 4096))
        for name in Set(zone.owners.prefix(24) + [origin]) {
            var types: [Int] = [1, 255]
            for record in zone.records(of: name, type: .any).prefix(8) {
                try check(record)
                types.append(Int(record.type.rawValue))
            }
            for type in Set(types) {
                let head = [0x1234, 0, 1, 0, 0, 1].flatMap(Queries.big)
                let question = name.wire + Queries.big(type) + Queries.big(1)
                try Engine.check(head + question + Queries.opt(flags: 0x8000), in: world)
            }
        }
    }

    /// Its data is valid, and so is its text, which is read as the same.
    private static func check(_ record: ZoneRecord) throws(Finding) {
        do throws(RecordData.Invalid) {
            try RecordData.validate(record.type, record.data)
        } catch {
            throw Finding("\(record.type): \(error.reason)")
        }
        // These two are what the zone around the line has already.
        if record.type == .soa || record.type == .ns { return }
        let text = RecordData.text(record.type, record.data)
        let line = "@ 1 IN SOA a a 1 1 1 1 1\n@ 1 IN NS a\na 1 IN A 192.0.2.1\nt 1 IN \(record.type) \(text)\n"
        let again = try Worlds.read(line, ".")
        let records = again.records(of: try Worlds.name("t"), type: record.type)
        try require(records.map(\.data) == [record.data], "\(record.type) \(text) is read as another")
    }

    static let words = [
        "$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE 1-4", "${0,3,d}", "\\# 4 ", "\"", "\\000", "IN", "(", ")",
        ";",
        "SOA", "NS", "A", "AAAA", "TXT", "MX", "SRV", "CNAME", "DNAME", "PTR", "NAPTR", "SVCB", "HTTPS", "CAA",
        "TLSA", "SSHFP", "LOC", "DS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "HINFO", "RP", "AFSDB",
        "X25", "ISDN", "RT", "NSAP", "PX", "GPOS", "APL", "CERT", "KX", "IPSECKEY", "HIP", "OPENPGPKEY", "URI",
        "EUI48", "EUI64", "CSYNC", "ZONEMD", "SMIMEA", "CDS", "CDNSKEY", "SPF", "NID", "L32", "L64", "LP",
        "TALINK",
        "AMTRELAY", "TYPE65280", "CLASS1", "alpn=", "ipv4hint=", "ech=", "mandatory=", "1h2m", "@", "*",
    ]

    static var seeds: [[UInt8]] {
        let head = "@ 3600 IN SOA ns1 admin ( 1 3600 ; refresh\n 300 1w 300 )\n@ NS ns1\nns1 A 192.0.2.1\n"
        let lines = [
            "$TTL 1h\n$ORIGIN sub.example.com.\na 1 IN TXT \"a b\" c \\\"d \\100\n\tMX 10 @\n",
            "$GENERATE 1-4/2 h${-1,3,x} A 192.0.2.$\n$GENERATE 0-3 ${0,2,n}.r PTR h$\n",
            "l LOC 51 30 12.748 N 0 7 39.612 W 0.00m 1m 1m 10m\nl APL 1:192.0.2.0/24 !2:2001:db8::/32\n",
            "s SVCB 1 . alpn=h2,h3 port=443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1 key65000=x mandatory=alpn\n",
            "i IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==\n",
            "i HIP 2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr1gsNrut79ryra+bSRGQb1slImA8YVJyuIDsj7kwzG7jnERNqnWxZ48AWkskmdHaVDP4BcelrTI3rMXdXF5D rvs\n",
            "c CERT PGP 1 0 AQID\nc KX 10 a\nc SSHFP 1 1 0102\nc TLSA 3 1 1 0102\nc URI 1 1 \"x:y\"\n",
            "k DNSKEY 257 3 8 AQID\nk DS 1 8 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\n",
            "n NSEC o A TYPE1234 RRSIG\nn NSEC3PARAM 1 0 0 -\nn RRSIG A 8 3 60 20300101000000 20200101000000 1 @ AQID\n",
            "x WKS 192.0.2.1 TCP 25 80\nx NSAP 0x47000580\nx X25 \"311061700956\"\nx ISDN \"1\" \"2\"\nx GPOS 1 2 3\n",
            "e EUI48 00-00-5e-00-53-2a\ne EUI64 00-00-5e-ef-10-00-00-2a\ne NID 1 14:4fff:ff20:ee64\ne L32 1 10.1.2.0\n",
            "*.w CNAME x\nd DNAME other.example.\nsub NS ns.sub\nns.sub A 192.0.2.9\nu TYPE65280 \\# 2 0102\n",
            "z ZONEMD 1 1 1 " + String(repeating: "0a", count: 48)
                + "\nz CSYNC 1 3 A NS\nz AMTRELAY 1 0 1 192.0.2.1\n",
            "t TKEY a 1 2 3 0 0 0\nr RP a b\nr AFSDB 1 a\nr RT 1 a\nr PX 1 a b\nr MINFO a b\nr TALINK a b\nr NAPTR 1 1 \"u\" \"E2U\" \"!^.*$!x!\" .\n",
        ]
        return lines.map { Array((head + $0).utf8) }
    }
}
