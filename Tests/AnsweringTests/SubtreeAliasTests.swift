import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("DNAME (RFC 6672)")
struct SubtreeAliasTests {
    static let zone = """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.1
        dn 600 DNAME target
        dn TXT beside
        www.target A 192.0.2.2
        out DNAME example.net.
        grow DNAME a.grow
        far CNAME www.dn
        dnent DNAME twice
        down.a.twice A 192.0.2.9
        up.twice DNAME twice
        x.twice A 192.0.2.8
        """

    static let rows = [
        // §3.2: the DNAME, the CNAME made of it with its TTL, what that leads to.
        Row(
            "www.dn.example.com A", "NOERROR aa", "an dn.example.com. 600 DNAME target.example.com.",
            "an www.dn.example.com. 600 CNAME www.target.example.com.",
            "an www.target.example.com. 3600 A 192.0.2.2"),
        Row(
            "x.dn.example.com A", "NXDOMAIN aa", "an dn.example.com. 600 DNAME target.example.com.",
            "an x.dn.example.com. 600 CNAME x.target.example.com.",
            "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"),
        // §2.3: the owner itself is not redirected.
        Row("dn.example.com TXT", "NOERROR aa", "an dn.example.com. 3600 TXT beside"),
        Row("dn.example.com DNAME", "NOERROR aa", "an dn.example.com. 600 DNAME target.example.com."),
        Row(
            "dn.example.com A", "NOERROR aa",
            "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"),
        Row(
            "a.b.out.example.com MX", "NOERROR aa", "an a.b.out.example.com. 3600 CNAME a.b.example.net.",
            "an out.example.com. 3600 DNAME example.net."),
        Row(
            "far.example.com A", "NOERROR aa", "an dn.example.com. 600 DNAME target.example.com.",
            "an far.example.com. 3600 CNAME www.dn.example.com.",
            "an www.dn.example.com. 600 CNAME www.target.example.com.",
            "an www.target.example.com. 3600 A 192.0.2.2"),
        // BIND, NSD and Knot: a question for CNAME has its answer.
        Row(
            "www.dn.example.com CNAME", "NOERROR aa", "an dn.example.com. 600 DNAME target.example.com.",
            "an www.dn.example.com. 600 CNAME www.target.example.com."),
        // NSD: names that would only grow end at once.
        Row(
            "x.grow.example.com A", "NOERROR aa", "an grow.example.com. 3600 DNAME a.grow.example.com.",
            "an x.grow.example.com. 3600 CNAME x.a.grow.example.com."),
        // Also for ANY, what the name made has none of is said to be none (RFC 2308 §2.2).
        Row(
            "a.dnent.example.com ANY", "NOERROR aa",
            "an a.dnent.example.com. 3600 CNAME a.twice.example.com.",
            "an dnent.example.com. 3600 DNAME twice.example.com.",
            "ns example.com. 300 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"),
        // A DNAME that serves twice is there once.
        Row(
            "x.up.up.twice.example.com A", "NOERROR aa",
            "an up.twice.example.com. 3600 DNAME twice.example.com.",
            "an x.twice.example.com. 3600 A 192.0.2.8",
            "an x.up.twice.example.com. 3600 CNAME x.twice.example.com.",
            "an x.up.up.twice.example.com. 3600 CNAME x.up.twice.example.com."),
    ]

    @Test(arguments: rows) func redirection(_ row: Row) throws {
        #expect(try Fixture(["example.com": Self.zone]).lines(row.question) == row.lines)
    }

    @Test("A name that becomes too long is YXDOMAIN (§2.2)", arguments: [(1, true), (2, false)])
    func tooLong(_ shorter: Int, _ overflows: Bool) throws {
        // The question: labels of 60, 60, 60 and so many octets that the new name has 256 or 255.
        let long = [60, 60, 60].map { String(repeating: "a", count: $0) }.joined(separator: ".")
        // .dn.example.com is 16 octets, .target.example.com 20: 183 + 1 + n + 20 = 256 for n = 52.
        let label = String(repeating: "b", count: 53 - shorter)
        let answer = try Fixture(["example.com": Self.zone]).ask(
            "\(label).\(long).dn.example.com A", edns: 1232)
        #expect(answer.text(0).first == "dn.example.com. 600 DNAME target.example.com.")
        #expect(answer.code == (overflows ? .nameExists : .nameError))
        #expect(answer.sections[0].count == (overflows ? 1 : 2))
    }
}
