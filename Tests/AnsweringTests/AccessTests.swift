import Addresses
import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

@Suite("Who may ask")
struct AccessTests {
    static let zone =
        "@ SOA ns1 admin 1 3600 300 604800 300\n@ NS ns1\nns1 A 192.0.2.1\nout CNAME www.closed.example."

    static func network(_ text: String, not: Bool = false) throws -> AccessList.Element {
        AccessList.Element(.network(try #require(Prefix(text))), isNegated: not)
    }

    @Test("First element that holds the address decides, whatever the list is made of")
    func lists() throws {
        let lists: [AccessList] = [
            .any, .none, AccessList([try Self.network("192.0.2.0/24")]),
            AccessList([try Self.network("192.0.2.1", not: true), AccessList.Element(.any)]),
            AccessList([try Self.network("2001:db8::/33"), try Self.network("2001:db8:1::5")]),
            AccessList([try Self.network("0.0.0.0/0")]), AccessList([try Self.network("::/0")]),
            AccessList([AccessList.Element(.any, isNegated: true)]),
            // A list inside a list: one that says no holds nothing.
            AccessList([
                AccessList.Element(
                    .list([try Self.network("192.0.2.7", not: true), try Self.network("192.0.2.0/24")])),
                try Self.network("10.0.0.0/8"),
            ]),
            AccessList([
                AccessList.Element(.list([try Self.network("192.0.2.0/24")]), isNegated: true),
                AccessList.Element(.any),
            ]),
            AccessList([
                AccessList.Element(.localhost), AccessList.Element(.list([AccessList.Element(.localnets)])),
            ]),
        ]
        let clients = [
            "192.0.2.1", "192.0.2.7", "192.0.3.1", "10.9.8.7", "2001:db8::1", "2001:db8:8000::1",
            "2001:db8:1::5",
            "2001:db8:1::6", "127.0.0.1", "::1",
        ]
        for list in lists {
            let general = try Fixture(["example.com": Self.zone], options: AnswerOptions(allowQuery: list))
            let own = try Fixture(
                ["example.com": Self.zone], options: AnswerOptions(allowQuery: .none),
                allowQuery: ["example.com": list])
            for client in clients {
                // AccessList itself is the peer here.
                let code = list.allows(try #require(IPAddress(client))) ? ResponseCode.noError : .refused
                #expect(try general.ask("example.com SOA", from: client).code == code, "\(client) \(list)")
                #expect(try own.ask("example.com SOA", from: client).code == code, "\(client) \(list)")
            }
        }
    }

    @Test("An alias into a zone that the client may not ask ends there") func alias() throws {
        let other = "@ SOA ns1.example.com. admin 1 2 3 4 5\n@ NS ns1.example.com.\nwww A 198.51.100.1"
        let fixture = try Fixture(
            ["example.com": Self.zone, "closed.example": other], allowQuery: ["closed.example": .none])
        #expect(
            try fixture.lines("out.example.com A") == [
                "NOERROR aa", "an out.example.com. 3600 CNAME www.closed.example.",
            ])
        #expect(try fixture.lines("www.closed.example A") == ["REFUSED"])
    }

    /// A question, the response code with the child closed, and with the parent closed.
    private static let cuts: [(String, ResponseCode, ResponseCode)] = [
        ("example.com SOA", .noError, .refused), ("www.child.example.com A", .refused, .noError),
        ("child.example.com SOA", .refused, .noError), ("nx.child.example.com A", .refused, .nameError),
        // The parent's, as long as it is served (RFC 4035 §3.1.4.1).
        ("child.example.com DS", .noError, .refused), ("nx.example.com A", .nameError, .refused),
        ("x.d.child.example.com A", .refused, .noError),
    ]

    @Test("A parent and its child: each by its own list", arguments: cuts)
    func cut(_ question: String, _ childClosed: ResponseCode, _ parentClosed: ResponseCode) throws {
        let parent = """
            @ SOA ns1 admin 1 3600 300 604800 300
            @ NS ns1
            ns1 A 192.0.2.1
            child NS ns.child
            ns.child A 192.0.2.2
            child DS # 0001050100
            x A 192.0.2.3
            """
        let child = """
            @ SOA ns admin 1 3600 300 604800 300
            @ NS ns
            ns A 192.0.2.2
            www A 192.0.2.4
            d DNAME example.com.
            """
        for (closed, code) in [("child.example.com", childClosed), ("example.com", parentClosed)] {
            let fixture = try Fixture(
                ["example.com": parent, "child.example.com": child], allowQuery: [closed: .none])
            let query = try TestQuery(question).message
            let bytes = fixture.answer(query)
            let answer = try TestAnswer(bytes)
            #expect(answer.code == code, "\(closed)")
            if code == .refused { #expect(bytes.count == query.count) }
            // The DNAME's alias is given, what it leads to isn't.
            if question.hasPrefix("x.d."), code == .noError { #expect(answer.sections[0].count == 2) }
        }
    }

    @Test("Many zones: each by its own apex, the longest match, and nothing between") func catalog() throws {
        var zones: [String: String?] = [:]
        for index in 0..<300 {
            zones["z\(index).example"] = Self.zone.replacing(
                "out CNAME www.closed.example.", with: "@ TXT \(index)")
        }
        zones["deep.er.z7.example"] = "@ SOA ns. admin. 1 2 3 4 5\n@ NS ns.\n@ TXT deeper"
        let fixture = try Fixture(zones)
        for index in 0..<300 {
            #expect(
                try fixture.ask("z\(index).example TXT").text(0) == ["z\(index).example. 3600 TXT \(index)"])
        }
        #expect(try fixture.ask("deep.er.z7.example TXT").text(0) == ["deep.er.z7.example. 3600 TXT deeper"])
        #expect(try fixture.ask("er.z7.example TXT").code == .nameError)
        #expect(try fixture.ask("example TXT").code == .refused)
        #expect(try fixture.ask("z300.example TXT").code == .refused)
        #expect(try Fixture([:]).ask("z300.example TXT").code == .refused)
    }
}
