import DNSWire
import TestZones
import Testing

@testable import Zones

@Suite("What a zone proves not to have")
struct DenialTests {
    @Test(
        "SHA-1 (FIPS 180-4, examples of NIST)",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            (String(repeating: "a", count: 510), "17e37b4fef409dd27ecc85d90f7ecb3bdb6732f7"),
        ]) func digest(_ text: String, _ expected: String) throws
    {
        var sha = SHA1()
        for octet in text.utf8 { sha.append(octet) }
        let octets = stride(from: 0, to: 40, by: 2).compactMap {
            UInt8(expected.dropFirst($0).prefix(2), radix: 16)
        }
        #expect(sha.finish() == (try #require(SHA1Digest(octets: octets))))
    }

    // RFC 5155, appendix A: salt aabbccdd, 12 iterations.
    @Test(
        "Hashed names (RFC 5155 appendix A)",
        arguments: [
            ("example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"), ("a.example", "35mthgpgcu1qg68fab165klnsnk3dpvl"),
            ("ai.example", "gjeqe526plbf1g8mklp59enfd789njgi"),
            ("ns1.example", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"),
            ("x.w.example", "b4um86eghhds6nea196smvmlo4ors995"),
            ("*.w.example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"),
            ("2T7B4G4VSA5SMI47K61MV5BV1A22BOJR.example", "kohar7mbb8dc2ce8a9qvl8hon4k53uhi"),
        ]) func hash(_ name: String, _ label: String) throws
    {
        var salt = FlatBuffer(capacity: 4)
        _ = salt.extend(by: 4)
        salt.store(UInt32(0xAABB_CCDD).bigEndian, at: 0)
        let parameters = NSEC3Parameters(iterations: 12, saltStart: 0, saltLength: 4)
        var key = NameKey()
        key.read(try DomainName(name))
        let expected = try #require(SHA1Digest(label: label.utf8))
        let labels = key.labelCount
        #expect(parameters.hash(key, labels: labels, saltIn: salt.view) == expected)
        guard name.hasPrefix("*.") else { return }
        key.read(try DomainName(name.dropFirst(2)))
        let below = parameters.hash(
            key, labels: labels - 1, isWildcardBelow: true, saltIn: salt.view)
        #expect(below == expected)
    }

    @Test("No digest", arguments: ["", "0p9mhaveqvm6t7vbl5lop2u3t2rp3to", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tow"])
    func label(_ label: String) {
        #expect(SHA1Digest(label: label.utf8) == nil)
    }

    @Test("The longest name under the longest salt") func longest() throws {
        let salt = String(repeating: "ab", count: 255)
        // 54 and three times 64 octets, and 9 of example and the root.
        let labels = [53, 63, 63, 63].map { String(repeating: "a", count: $0) }
        let name = labels.joined(separator: ".")
        let text = try Self.text(nsec: []) + "\n@ TYPE51 # 01000000FF\(salt)\n\(name) A 192.0.2.1"
        let zone = try #require(try compile("example", text).zone)
        #expect(zone.records(of: try DomainName(name + ".example"), type: .a).count == 1)
    }

    @Test("Canonical order (RFC 4034 §6.1)") func order() throws {
        let names = [
            "example", "a.example", "yljkjljk.a.example", "Z.a.example", "zABC.a.EXAMPLE", "z.example",
            "\\001.z.example", "*.z.example", "\\200.z.example",
        ]
        let keys = try names.map { try DomainName($0).lowercased.wire }
        var buffer = FlatBuffer(capacity: 256)
        let places = keys.map { wire in
            let place = buffer.extend(by: wire.count)
            buffer.copy(wire, from: 0, count: wire.count, to: place)
            return place
        }
        let apex = try DomainName("example").wire.count
        for (i, a) in keys.enumerated() {
            for (j, b) in keys.enumerated() {
                let result = CanonicalOrder.compare(
                    buffer.view, places[i], a.count - apex, buffer.view, places[j], b.count - apex)
                #expect(result.signum() == (i - j).signum(), "\(names[i]) \(names[j])")
            }
        }
    }

    /// A zone of `@`, a, *.b, c.d and a delegation x; names of NSEC's data are followed by a bitmap.
    static let names = ["@", "a", "*.b", "c.d", "x"]

    static func text(nsec: [(String, String)]) throws -> String {
        let base = """
            @ SOA ns.example.net. admin 7 3600 300 604800 300
            @ NS ns.example.net.
            @ TYPE46 # 0006
            a A 192.0.2.1
            *.b A 192.0.2.2
            c.d A 192.0.2.3
            x NS ns.example.net.
            """
        let origin = try DomainName("example")
        return try base
            + nsec.map { owner, next in
                let data = try DomainName(next, origin: origin).wire + [0, 1, 0x40]
                let digits = data.map { octet in String(octet / 16, radix: 16) + String(octet % 16, radix: 16) }
                return "\n\(owner) TYPE47 # \(digits.joined())"
            }.joined()
    }

    @Test(
        "NSEC: what denies a name, and a wildcard below it",
        arguments: [
            // Empty non-terminals come right after a name before them, and before their descendants.
            ("example", "example", true, "example"), ("a.example", "a.example", true, "a.example"),
            ("b.example", "a.example", false, nil), ("d.example", "*.b.example", false, "*.b.example"),
            ("*.b.example", "*.b.example", true, "*.b.example"), ("x.example", "x.example", true, nil),
        ] as [(String, String, Bool, String?)])
    func nsec(_ name: String, _ own: String, _ isMatch: Bool, _ below: String?) throws {
        // In another order than the names'.
        let text = try Self.text(
            nsec: [("x", "@"), ("c.d", "x"), ("*.b", "c.d"), ("a", "*.b"), ("@", "a")])
        let (compiled, issues) = try compile("example", text)
        let zone = try #require(compiled)
        #expect(issues == [])
        defer { withExtendedLifetime(zone) {} }
        let content = zone.content
        #expect(content.denialKind == .nsec)
        var key = NameKey()
        key.read(try DomainName(name))
        let node = content.find(key, labels: key.labelCount)
        let denial = try #require(content.denial(of: node))
        #expect(zone.name(of: denial.node) == (try DomainName(own)))
        #expect(denial.isMatch == isMatch)
        let wildcard = content.wildcardDenial(below: node)
        #expect((wildcard == 0 ? nil : zone.name(of: wildcard)) == (try below.map { try DomainName($0) }))
    }

    @Test(
        "A chain that leaves something out is said",
        arguments: [
            ([("@", "a"), ("a", "*.b"), ("*.b", "c.d"), ("c.d", "x"), ("x", "@")], nil),
            (
                [("@", "a"), ("a", "c.d"), ("*.b", "c.d"), ("c.d", "x"), ("x", "@")],
                "does not name *.b.example."
            ),
            ([("@", "a"), ("a", "*.b"), ("*.b", "x"), ("x", "@")], "c.d.example. has no NSEC record"),
            ([], nil),
        ] as [([(String, String)], String?)]) func broken(_ nsec: [(String, String)], _ message: String?) throws
    {
        let (zone, issues) = try compile("example", try Self.text(nsec: nsec))
        #expect(zone != nil)
        let found = issues.filter { $0.kind == .brokenDenial }.map(\.message)
        #expect(found.count == (message == nil ? 0 : 1))
        if let message { #expect(found.first?.contains(message) == true, "\(found)") }
    }

    @Test(
        "Iterations (RFC 9276 §3.1): any is said, too many are refused",
        arguments: [("0000", true, 0), ("0001", true, 1), ("0096", true, 1), ("0097", false, 1)])
    func iterations(_ digits: String, _ isServed: Bool, _ count: Int) throws {
        let text = try Self.text(nsec: []) + "\n@ TYPE51 # 0100\(digits)00"
        let (zone, issues) = try compile("example", text)
        #expect((zone != nil) == isServed)
        #expect(issues.filter { $0.kind == .nsec3Iterations }.count == count)
    }

    @Test("An NSEC3 record's name is nobody's, and a signature of nothing is said") func hidden() throws {
        let label = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"
        let digest = String(repeating: "00", count: 20)
        let text =
            try Self.text(nsec: []) + "\n@ TYPE51 # 0100000000\n\(label) TYPE50 # 01000000 00 14 \(digest)"
            + "\n\(label) TYPE46 # 0032\na TYPE46 # 001C"
        let (compiled, issues) = try compile("example", text)
        let zone = try #require(compiled)
        let name = try DomainName(label + ".example")
        #expect(zone.lookup(name).match == .absent)
        #expect(zone.records(of: name, type: .nsec3).isEmpty)
        #expect(issues.filter { $0.kind == .unusedSignature }.map(\.owner) == [try DomainName("a.example")])
        #expect(zone.lookup(try DomainName("x." + label + ".example")).owner == (try DomainName("example")))
    }

    @Test(
        "Signatures that don't hold are said",
        arguments: [
            // Expiration and inception, from 1000000 on.
            (1_000_001, 1_000_000, "expires at 19700112134641"),
            (1_000_000, 999_000, "1 signatures have expired"),
            (1_259_200, 1_000_000, "expires at 19700115134640"), (1_259_201, 1_000_000, nil),
            (2_000_000, 1_000_001, "holds only from 19700112134641"),
            // Times go round (RFC 1982): beyond half of all numbers is before.
            (3_000_000_000, 1_000_000, "1 signatures have expired"),
        ] as [(UInt32, UInt32, String?)])
    func signatureTimes(_ expiration: UInt32, _ inception: UInt32, _ message: String?) throws {
        let base = try DomainName("example")
        var builder = ZoneBuilder(origin: base)
        for line in ["@ SOA ns.example.net. admin 7 3600 300 604800 300", "@ NS ns.example.net."] {
            let record = try RecordText(line, origin: base)
            builder.add(owner: record.owner, type: record.type, ttl: record.ttl, data: record.data)
        }
        let big = { (value: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) } }
        builder.add(
            owner: base, type: .rrsig, ttl: 60,
            data: [0, 6, 13, 1, 0, 0, 0, 60] + big(expiration) + big(inception) + [0, 1, 0, 1])
        let issues = builder.compile(at: 1_000_000).issues.filter { $0.kind == .signatureTime }
        #expect(issues.count == (message == nil ? 0 : 1))
        if let message { #expect(issues.first?.message.contains(message) == true, "\(issues)") }
    }
}
