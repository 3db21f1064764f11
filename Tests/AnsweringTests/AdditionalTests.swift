import Addresses
import Answering
import DNSWire
import TestZones
import Testing

@Suite("What answers carry that nobody asked for")
struct AdditionalTests {
    /// The data of a record: numbers of 16 bits, texts and a name of example.com.
    private static func data(_ numbers: [UInt16], _ texts: [String] = [], name: String? = nil) throws -> String
    {
        var octets = numbers.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        for text in texts { octets += [UInt8(text.utf8.count)] + Array(text.utf8) }
        if let name { octets += try DomainName(name, origin: DomainName("example.com")).wire }
        return "# " + octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func zone() throws -> String {
        """
        @ SOA ns1 admin 1 3600 300 604800 300
        @ NS ns1
        ns1 A 192.0.2.1
        host A 192.0.2.2
        host AAAA 2001:db8::2
        host TXT text
        toapex CNAME @
        mx MX 10 host
        mx MX 20 elsewhere.example.
        _s._udp SRV 1 2 3 host
        afsdb AFSDB \(try data([1], name: "host"))
        kx KX \(try data([1], name: "host"))
        mb MB \(try data([], name: "host"))
        rt RT \(try data([1], name: "relay"))
        relay A 192.0.2.3
        relay X25 \(try data([], ["311061700956"]))
        relay ISDN \(try data([], ["150862028003217"]))
        lp LP \(try data([10], name: "locator"))
        locator L32 \(try data([10, 0x0A01, 0x0203]))
        locator L64 \(try data([10, 0x2001, 0x0DB8, 0x1140, 0x1000]))
        naptr-s NAPTR \(try data([1, 1], ["S", "SIP+D2U", ""], name: "_s._udp"))
        naptr-a NAPTR \(try data([1, 1], ["a", "SIP+D2T", ""], name: "host"))
        naptr-u NAPTR \(try data([1, 1], ["U", "E2U+sip", "!^.*$!sip:a@b!"], name: "."))
        naptr-p NAPTR \(try data([1, 1], ["P", "x", ""], name: "host"))
        naptr-next NAPTR \(try data([1, 1], ["", "", ""], name: "host"))
        svc HTTPS \(try data([1], name: "host"))
        self HTTPS \(try data([1], name: "."))
        self A 192.0.2.4
        gone HTTPS \(try data([0], name: "."))
        gone A 192.0.2.5
        svcb SVCB \(try data([1], name: "self"))
        alias1 HTTPS \(try data([0], name: "alias2"))
        alias2 HTTPS \(try data([0], name: "svc"))
        loop1 SVCB \(try data([0], name: "loop2"))
        loop2 SVCB \(try data([0], name: "loop1"))
        @ DNSKEY \(try data([256, 0x0308, 1]))
        sub NS ns.sub
        ns.sub A 192.0.2.6
        subhost MX 1 ns.sub
        wild MX 1 x.w
        *.w A 192.0.2.7
        any MX 1 any
        any A 192.0.2.8
        """
    }

    /// A question, and the owners and types of the additional records, the zone's servers' addresses apart.
    private static let rows: [(String, Set<String>)] = [
        ("mx MX", ["host A", "host AAAA"]),
        ("_s._udp SRV", ["host A", "host AAAA"]),
        ("afsdb AFSDB", ["host A", "host AAAA"]),
        ("kx KX", ["host A", "host AAAA"]),
        ("mb MB", ["host A", "host AAAA"]),
        ("rt RT", ["relay A", "relay X25", "relay ISDN"]),
        ("lp LP", ["locator L32", "locator L64"]),
        // RFC 3403 §4.1: S leads to SRV records, and those to addresses; U, P and no flag to none.
        ("naptr-s NAPTR", ["_s._udp SRV", "host A", "host AAAA"]),
        ("naptr-a NAPTR", ["host A", "host AAAA"]),
        ("naptr-u NAPTR", []), ("naptr-p NAPTR", []), ("naptr-next NAPTR", []),
        ("svc HTTPS", ["host A", "host AAAA"]),
        // RFC 9460 §2.5: a target that is the root is the owner, or of an alias nothing.
        ("self HTTPS", ["self A"]), ("gone HTTPS", []),
        // The same type only.
        ("svcb SVCB", ["self A"]),
        // §4.1: from alias to alias.
        ("alias1 HTTPS", ["alias2 HTTPS", "svc HTTPS", "host A", "host AAAA"]),
        ("loop1 SVCB", ["loop2 SVCB"]),
        ("subhost MX", ["ns.sub A"]), ("wild MX", ["x.w A"]),
        // Not what is in the answer.
        ("any MX", ["any A"]), ("any ANY", []),
        ("host A", []), ("nx MX", []), ("mx ANY", []),
    ]

    private static func added(_ answer: TestAnswer) -> Set<String> {
        Set(
            answer.text(2).compactMap { line in
                let words = line.split(separator: " ")
                let owner = words[0].dropLast(".example.com.".count)
                return owner == "ns1" ? nil : "\(owner) \(words[2])"
            })
    }

    @Test("What names in the records lead to", arguments: rows) func leads(
        _ question: String, _ added: Set<String>
    )
        throws
    {
        let words = question.split(separator: " ")
        for form in [MinimalResponses.no, .noAuth, .yes] {
            let fixture = try Fixture(
                ["example.com": Self.zone()], options: AnswerOptions(minimalResponses: form, minimalAny: false))
            let answer = try fixture.ask("\(words[0]).example.com \(words[1])", over: .tcp)
            #expect(Self.added(answer) == (form == .yes ? [] : added), "\(form)")
            #expect(answer.text(2).count == Set(answer.text(2)).count)
        }
    }

    /// Whether servers come with a query without RD, and with one that has it.
    private static let forms: [(MinimalResponses, without: Bool, with: Bool)] = [
        (.no, true, true), (.yes, false, false), (.noAuth, false, false), (.noAuthRecursive, true, false),
    ]

    @Test("The zone's servers, by form and RD", arguments: forms)
    func servers(_ form: MinimalResponses, without: Bool, with: Bool) throws {
        let fixture = try Fixture(
            ["example.com": Self.zone()], options: AnswerOptions(minimalResponses: form, minimalAny: false))
        for question in ["mx MX", "host A", "host ANY"] {
            let words = question.split(separator: " ")
            for wantsRecursion in [false, true] {
                var query = try TestQuery("\(words[0]).example.com \(words[1])")
                query.flags = wantsRecursion ? HeaderFlags.recursionDesired.rawValue : 0
                let answer = try TestAnswer(fixture.answer(query.message))
                let isThere = answer.text(1) == ["example.com. 3600 NS ns1.example.com."]
                #expect(isThere == (wantsRecursion ? with : without), "\(question)")
                #expect(isThere || answer.sections[1].isEmpty)
                // Their addresses come with them alone, and not with ANY.
                let address = answer.text(2).contains("ns1.example.com. 3600 A 192.0.2.1")
                #expect(address == (isThere && question != "host ANY"))
            }
        }
    }

    @Test(
        "With any form: servers of an apex with addresses, keys and what isn't there alone",
        arguments: [MinimalResponses.no, .yes, .noAuth, .noAuthRecursive])
    func always(_ form: MinimalResponses) throws {
        let fixture = try Fixture(["example.com": Self.zone()], options: AnswerOptions(minimalResponses: form))
        let address = "ad ns1.example.com. 3600 A 192.0.2.1"
        #expect(
            try fixture.lines("example.com NS") == [
                "NOERROR aa", "an example.com. 3600 NS ns1.example.com.", address,
            ])
        #expect(
            try fixture.lines("toapex.example.com NS") == [
                "NOERROR aa", "an example.com. 3600 NS ns1.example.com.",
                "an toapex.example.com. 3600 CNAME example.com.", address,
            ])
        #expect(try fixture.ask("example.com DNSKEY").sections.map(\.count) == [1, 0, 0])
        #expect(try fixture.ask("host.example.com SRV").sections.map(\.count) == [0, 1, 0])
        #expect(try fixture.ask("nx.example.com MX").sections.map(\.count) == [0, 1, 0])
        #expect(
            try fixture.lines("x.sub.example.com MX") == [
                "NOERROR", "ns sub.example.com. 3600 NS ns.sub.example.com.",
                "ad ns.sub.example.com. 3600 A 192.0.2.6",
            ])
    }

    @Test("Nothing by EDNS of 512 octets") func small() throws {
        let fixture = try Fixture(["example.com": Self.zone()], options: AnswerOptions(minimalResponses: .no))
        #expect(try fixture.ask("mx.example.com MX", edns: 512).sections.map(\.count) == [2, 0, 0])
        #expect(try fixture.ask("mx.example.com MX", edns: 513).sections.map(\.count) == [2, 1, 3])
    }

    @Test("An alias to an absence is denied alone") func absence() throws {
        let zone = try Self.zone() + "\ngoes CNAME host\nnowhere CNAME nx"
        let fixture = try Fixture(["example.com": zone], options: AnswerOptions(minimalResponses: .no))
        #expect(try fixture.ask("goes.example.com MX").sections.map(\.count) == [1, 1, 0])
        #expect(try fixture.ask("nowhere.example.com MX").sections.map(\.count) == [1, 1, 0])
    }

    @Test("minimal-any no: all rrsets over UDP too") func any() throws {
        let fixture = try Fixture(["example.com": Self.zone()], options: AnswerOptions(minimalAny: false))
        let types = try fixture.ask("host.example.com ANY").text(0).map { $0.split(separator: " ")[2] }
        #expect(types.sorted() == ["A", "AAAA", "TXT"])
    }

    @Test("Further data of a zone that the client may not ask are not shown") func access() throws {
        let closed = "@ SOA ns admin 1 2 3 4 5\n@ NS ns\nns A 198.51.100.1\nhost A 198.51.100.2"
        let zone = try Self.zone() + "\nfar MX 1 host.closed.example."
        for (list, count) in [(AccessList.none, 0), (.any, 1)] {
            let fixture = try Fixture(
                ["example.com": zone, "closed.example": closed],
                options: AnswerOptions(minimalResponses: .noAuth), allowQuery: ["closed.example": list])
            #expect(try fixture.ask("far.example.com MX").sections[2].count == count)
        }
    }
}
