import Answering
import Testing

@Suite("RFC 6672: DNAME")
struct RFC6672Tests {
    /// A line of the table of §2.2; without a result where nothing is redirected.
    struct Substitution: Sendable, CustomTestStringConvertible {
        let name: String
        let owner: String
        let target: String
        let result: String?

        init(_ name: String, _ owner: String, _ target: String, _ result: String?) {
            self.name = name
            self.owner = owner
            self.target = target
            self.result = result
        }

        var testDescription: String { "\(name) by \(owner) DNAME \(target)" }
    }

    static let table = [
        Substitution("com.", "example.com.", "example.net.", nil),
        Substitution("example.com.", "example.com.", "example.net.", nil),
        Substitution("a.example.com.", "example.com.", "example.net.", "a.example.net."),
        Substitution("a.b.example.com.", "example.com.", "example.net.", "a.b.example.net."),
        Substitution("ab.example.com.", "b.example.com.", "example.net.", nil),
        Substitution("foo.example.com.", "example.com.", "example.net.", "foo.example.net."),
        Substitution("a.x.example.com.", "x.example.com.", "example.net.", "a.example.net."),
        Substitution("a.example.com.", "example.com.", "y.example.net.", "a.y.example.net."),
        Substitution("cyc.example.com.", "example.com.", "example.com.", "cyc.example.com."),
        Substitution("cyc.example.com.", "example.com.", "c.example.com.", "cyc.c.example.com."),
        Substitution("shortloop.x.x.", "x.", ".", "shortloop.x."),
        Substitution("shortloop.x.", "x.", ".", "shortloop."),
    ]

    @Test("§2.2: the table of substitutions", arguments: table)
    func substitution(_ row: Substitution) throws {
        let zone = """
            . SOA ns.test. admin.test. 1 3600 300 604800 300
            . NS ns.test.
            \(row.owner) 600 DNAME \(row.target)
            ns.test. A 192.0.2.1
            """
        let answer = try Server([".": zone]).ask("\(row.name) A").answer
        if let result = row.result {
            // §3.1: the DNAME, and a CNAME made of it, with its TTL.
            #expect(answer.contains("\(row.owner) 600 DNAME \(row.target)"))
            #expect(answer.contains("\(row.name) 600 CNAME \(result)"))
        } else {
            #expect(answer.isEmpty)
        }
        // Where the owner itself is asked for, it is no alias (§2.3).
        #expect(
            try Server([".": zone]).ask("\(row.owner) DNAME").answer == [
                "\(row.owner) 600 DNAME \(row.target)"
            ])
    }

    static let zones = [
        "example.com": """
        @ SOA ns admin 1 3600 300 604800 300
        @ NS ns
        ns A 192.0.2.1
        moved 600 DNAME example.net.
        moved TXT "the owner has more"
        inside DNAME target
        host.target A 192.0.2.2
        alias CNAME host.inside
        a.away DNAME b.away
        *.b.away A 192.0.2.3
        first DNAME second
        second DNAME third
        x.third A 192.0.2.4
        """,
        "example.net": """
        @ SOA ns.example.com. admin 1 3600 300 604800 60
        @ NS ns.example.com.
        www A 192.0.2.10
        sub NS ns.elsewhere.test.
        """,
    ]

    static let rows = transcript(
        """
        ; §3.1: into another zone that is here
        dig www.moved.example.com. A
        NOERROR aa
        ANSWER
        moved.example.com. 600 DNAME example.net.
        www.moved.example.com. 600 CNAME www.example.net.
        www.example.net. 3600 A 192.0.2.10

        ; §3.1: the code is that of the last name
        dig gone.moved.example.com. A
        NXDOMAIN aa
        ANSWER
        moved.example.com. 600 DNAME example.net.
        gone.moved.example.com. 600 CNAME gone.example.net.
        AUTHORITY
        example.net. 60 SOA ns.example.com. admin.example.net. 1 3600 300 604800 60

        ; §3.1: no data at the last name
        dig www.moved.example.com. AAAA
        NOERROR aa
        ANSWER
        moved.example.com. 600 DNAME example.net.
        www.moved.example.com. 600 CNAME www.example.net.
        AUTHORITY
        example.net. 60 SOA ns.example.com. admin.example.net. 1 3600 300 604800 60

        ; §3.1: the last name lies below a cut
        dig www.sub.moved.example.com. A
        NOERROR aa
        ANSWER
        moved.example.com. 600 DNAME example.net.
        www.sub.moved.example.com. 600 CNAME www.sub.example.net.
        AUTHORITY
        sub.example.net. 3600 NS ns.elsewhere.test.

        ; §2.3: the owner's other records
        dig moved.example.com. TXT
        NOERROR aa
        ANSWER
        moved.example.com. 3600 TXT "the owner has more"

        ; §2.3: the owner has no address, and is not redirected
        dig moved.example.com. A
        NOERROR aa
        AUTHORITY
        example.com. 300 SOA ns.example.com. admin.example.com. 1 3600 300 604800 300

        ; §3.1: a question for CNAME is answered by the one that was made
        dig www.moved.example.com. CNAME
        NOERROR aa
        ANSWER
        moved.example.com. 600 DNAME example.net.
        www.moved.example.com. 600 CNAME www.example.net.

        ; §3.1: one for DNAME below the owner is redirected as all others are
        dig www.moved.example.com. DNAME
        NOERROR aa
        ANSWER
        moved.example.com. 600 DNAME example.net.
        www.moved.example.com. 600 CNAME www.example.net.
        AUTHORITY
        example.net. 60 SOA ns.example.com. admin.example.net. 1 3600 300 604800 60

        ; §2.5: behind a CNAME
        dig alias.example.com. A
        NOERROR aa
        ANSWER
        alias.example.com. 3600 CNAME host.inside.example.com.
        inside.example.com. 3600 DNAME target.example.com.
        host.inside.example.com. 3600 CNAME host.target.example.com.
        host.target.example.com. 3600 A 192.0.2.2

        ; §2.2: one DNAME leads to another
        dig x.first.example.com. A
        NOERROR aa
        ANSWER
        first.example.com. 3600 DNAME second.example.com.
        x.first.example.com. 3600 CNAME x.second.example.com.
        second.example.com. 3600 DNAME third.example.com.
        x.second.example.com. 3600 CNAME x.third.example.com.
        x.third.example.com. 3600 A 192.0.2.4

        ; §2.2: to a wildcard
        dig y.a.away.example.com. A
        NOERROR aa
        ANSWER
        a.away.example.com. 3600 DNAME b.away.example.com.
        y.a.away.example.com. 3600 CNAME y.b.away.example.com.
        y.b.away.example.com. 3600 A 192.0.2.3

        ; §2.2: the case of what is kept is the question's
        dig WwW.moved.example.com. A
        NOERROR aa
        ANSWER
        moved.example.com. 600 DNAME example.net.
        WwW.moved.example.com. 600 CNAME WwW.example.net.
        WwW.example.net. 3600 A 192.0.2.10
        """)

    @Test("§3: the algorithm", arguments: rows) func redirection(_ exchange: Exchange) throws {
        try Server(Self.zones).expect(exchange)
    }

    // 63 + 1 octets for a label; what the DNAME adds is `long.example.com.` less `d.example.com.`: 3 octets.
    @Test("§2.2: YXDOMAIN when the new name has more than 255 octets", arguments: [45, 46])
    func tooLong(_ rest: Int) throws {
        let zone = "@ SOA ns.test. admin 1 2 3 4 5\n@ NS ns.test.\nd DNAME long\n"
        let label = String(repeating: "a", count: 63)
        // `d.example.com.` has 15 octets, the new name's `long.example.com.` 18.
        let name = ([label, label, label] + [String(repeating: "b", count: rest - 1)]).joined(separator: ".")
        let length = 3 * 64 + rest + 18
        #expect((length <= 255) == (rest == 45))
        let answer = try Server(["example.com": zone]).ask("\(name).d.example.com. A +tcp")
        if length <= 255 {
            #expect(answer.status == "NXDOMAIN aa")
            #expect(answer.answer.count == 2)
        } else {
            #expect(answer.status == "YXDOMAIN aa")
            #expect(answer.answer == ["d.example.com. 3600 DNAME long.example.com."])
        }
    }

    @Test("§2.4: nothing stands below a DNAME", arguments: ["x.d A 192.0.2.1", "y.x.d CNAME e", "*.d TXT a"])
    func below(_ record: String) {
        #expect(throws: Server.Unreadable.self) {
            try Server.zone(
                "example.com", "@ SOA ns.test. admin 1 2 3 4 5\n@ NS ns.test.\nd DNAME e\n" + record)
        }
    }

    @Test("§2.4: one DNAME for a name, and no CNAME beside it", arguments: ["d DNAME f", "d CNAME f"])
    func alone(_ second: String) {
        #expect(throws: Server.Unreadable.self) {
            try Server.zone(
                "example.com", "@ SOA ns.test. admin 1 2 3 4 5\n@ NS ns.test.\nd DNAME e\n" + second)
        }
    }
}
