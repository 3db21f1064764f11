import Answering
import Testing

@Suite("RFC 9471: glue")
struct RFC9471Tests {
    static let apex =
        "@ 86400 SOA ns.test. admin.test. 1 3600 300 604800 300\n@ 86400 NS ns\nns 86400 A 192.0.2.99\n"

    /// §2.1, §2.2, §2.3
    static let zone = """
        $TTL 86400
        \(apex)
        in NS ns1.in
        in NS ns2.in
        ns1.in A 192.0.2.1
        ns1.in AAAA 2001:db8::1
        ns2.in A 192.0.2.2
        ns2.in AAAA 2001:db8::2
        sibling NS ns1.in
        sibling NS ns2.in
        bar NS ns1.foo
        bar NS ns2.foo
        ns1.bar A 192.0.2.5
        ns2.bar AAAA 2001:db8::6
        foo NS ns1.bar
        foo NS ns2.bar
        ns1.foo A 192.0.2.3
        ns2.foo AAAA 2001:db8::4
        """

    static let rows = transcript(
        """
        ; §2.1: name servers below the cut
        dig www.in.test. A
        NOERROR
        AUTHORITY
        in.test. 86400 NS ns1.in.test.
        in.test. 86400 NS ns2.in.test.
        ADDITIONAL
        ns1.in.test. 86400 A 192.0.2.1
        ns1.in.test. 86400 AAAA 2001:db8::1
        ns2.in.test. 86400 A 192.0.2.2
        ns2.in.test. 86400 AAAA 2001:db8::2

        ; §2.2: name servers below another cut of this zone
        dig www.sibling.test. A
        NOERROR
        AUTHORITY
        sibling.test. 86400 NS ns1.in.test.
        sibling.test. 86400 NS ns2.in.test.
        ADDITIONAL
        ns1.in.test. 86400 A 192.0.2.1
        ns1.in.test. 86400 AAAA 2001:db8::1
        ns2.in.test. 86400 A 192.0.2.2
        ns2.in.test. 86400 AAAA 2001:db8::2

        ; §2.3: cuts whose name servers lie below each other's
        dig www.foo.test. A
        NOERROR
        AUTHORITY
        foo.test. 86400 NS ns1.bar.test.
        foo.test. 86400 NS ns2.bar.test.
        ADDITIONAL
        ns1.bar.test. 86400 A 192.0.2.5
        ns2.bar.test. 86400 AAAA 2001:db8::6

        ; glue is not answered with: it is the child's
        dig ns1.in.test. A
        NOERROR
        AUTHORITY
        in.test. 86400 NS ns1.in.test.
        in.test. 86400 NS ns2.in.test.
        ADDITIONAL
        ns1.in.test. 86400 A 192.0.2.1
        ns1.in.test. 86400 AAAA 2001:db8::1
        ns2.in.test. 86400 A 192.0.2.2
        ns2.in.test. 86400 AAAA 2001:db8::2
        """)

    @Test("§2: types of glue", arguments: rows) func referral(_ exchange: Exchange) throws {
        try Server(["test": Self.zone]).expect(exchange)
    }

    // Header 12, question 4 and `www.xx.test.` 13; NS: 12 and `nsNN` with a pointer 7; A 16, AAAA 28 octets.
    static func size(servers: Int) -> Int { 12 + 13 + 4 + servers * (12 + 7 + 16 + 28) }

    static func servers(_ count: Int, of cut: String, below place: String) -> String {
        (10..<(10 + count)).map {
            "\(cut) NS ns\($0).\(place)\nns\($0).\(place) A 192.0.2.\($0)\nns\($0).\(place) AAAA 2001:db8::\($0)"
        }.joined(separator: "\n")
    }

    @Test(
        "§3.1: TC when glue of the cut's own name servers does not fit, without it if it does",
        arguments: [7, 8])
    func inDomain(_ count: Int) throws {
        let server = try Server(["test": Self.apex + Self.servers(count, of: "xx", below: "xx")])
        let fits = Self.size(servers: count) <= 512
        #expect(fits == (count == 7))
        let answer = try server.ask("www.xx.test. A")
        #expect(answer.status == (fits ? "NOERROR" : "NOERROR tc"))
        #expect(answer.authority.count == count)
        #expect(fits == (answer.additional.count == 2 * count))
        for way in ["+tcp", "+bufsize=1232", "+bufsize=\(Self.size(servers: count) + 11)"] {
            let whole = try server.ask("www.xx.test. A \(way)")
            #expect(whole.status == "NOERROR")
            #expect(whole.additional.count == 2 * count)
        }
        let short = try server.ask("www.xx.test. A +bufsize=\(max(512, Self.size(servers: count) + 10))")
        #expect(short.status == (fits ? "NOERROR" : "NOERROR tc"))
    }

    @Test("§3.2: sibling glue that does not fit is left out without TC", arguments: [7, 8, 12])
    func sibling(_ count: Int) throws {
        let zone =
            Self.apex + Self.servers(count, of: "yy", below: "yy") + "\n"
            + (10..<(10 + count)).map { "xx NS ns\($0).yy" }.joined(separator: "\n")
        let answer = try Server(["test": zone]).ask("www.xx.test. A")
        #expect(answer.status == "NOERROR")
        #expect(answer.authority.count == count)
        #expect(answer.additional.count <= 2 * count)
    }

    @Test("§3.1: glue of the cut's own comes before what siblings have") func order() throws {
        let zone =
            Self.apex + Self.servers(12, of: "yy", below: "yy") + "\n" + Self.servers(2, of: "xx", below: "xx")
            + "\n"
            + (10..<18).map { "xx NS ns\($0).yy" }.joined(separator: "\n")
        let answer = try Server(["test": zone]).ask("www.xx.test. A")
        #expect(answer.status == "NOERROR")
        #expect(
            answer.additional.filter { $0.hasSuffix("192.0.2.10") || $0.hasSuffix("192.0.2.11") }.count >= 2)
        for own in ["ns10.xx.test. 3600 A 192.0.2.10", "ns11.xx.test. 3600 AAAA 2001:db8::11"] {
            #expect(answer.additional.contains(own))
        }
    }
}
