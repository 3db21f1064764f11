import Answering
import DNSWire
import Steering
import Testing
import Zones

@Suite("Steering through the engine")
struct SteeredAnswersTests {
    /// One of each state and family. The TTL of what may change soon is the recovery, from 5 to 30 s (the default
    /// `ttl`).
    static let vips = Steered(standings: [
        "203.0.113.1": SteeredVIP(VIPStanding(state: .up, weight: 1)),
        "203.0.113.2": SteeredVIP(VIPStanding(state: .down, weight: 0, recovery: .seconds(10))),
        "203.0.113.3": SteeredVIP(VIPStanding(state: .degraded, weight: 1, recovery: .seconds(7))),
        "203.0.113.4": SteeredVIP(VIPStanding(state: .up, weight: 1)),
        "203.0.113.9": SteeredVIP(
            VIPStanding(state: .down, weight: 0, recovery: .seconds(20)), isServedWhenAllDown: true),
        "2001:db8:113::1": SteeredVIP(VIPStanding(state: .up, weight: 1)),
        "2001:db8:113::2": SteeredVIP(VIPStanding(state: .down, weight: 0, recovery: .seconds(1))),
    ])

    static let zones: [String: String] = [
        "example": """
        @ SOA ns admin 1 3600 300 604800 300
        @ NS ns
        ns 3600 A 203.0.113.2
        ns 3600 AAAA 2001:db8:113::2
        up A 203.0.113.1
        down A 203.0.113.2
        short 3 A 203.0.113.1
        two A 203.0.113.1
        two A 203.0.113.4
        one-of-two A 203.0.113.1
        one-of-two A 203.0.113.2
        mixed A 203.0.113.2
        mixed A 192.0.2.77
        mixed-up A 203.0.113.1
        mixed-up A 192.0.2.77
        degraded A 203.0.113.3
        degraded A 203.0.113.2
        degraded-beside A 203.0.113.3
        degraded-beside A 203.0.113.1
        foreign 86400 A 192.0.2.78
        last A 203.0.113.9
        dual A 203.0.113.1
        dual AAAA 2001:db8:113::2
        six A 203.0.113.2
        six AAAA 2001:db8:113::1
        gone A 203.0.113.2
        gone AAAA 2001:db8:113::2
        *.wild A 203.0.113.1
        *.wild-down A 203.0.113.2
        *.wild-down TXT "still here"
        to-up CNAME up
        to-down CNAME down
        to-wild CNAME x.wild-down
        over CNAME www.example.org.
        tree DNAME example.org.
        cut NS ns.cut
        ns.cut A 203.0.113.2
        further NS down
        mail MX 1 up
        mail MX 2 down
        mail MX 3 dual
        mail MX 4 foreign
        _s._tcp SRV 0 0 80 down
        _s._tcp SRV 1 0 80 one-of-two
        svc SVCB 1 six
        https HTTPS 1 . ipv4hint=203.0.113.2
        https A 203.0.113.2
        https AAAA 2001:db8:113::1
        """,
        "example.org": """
        @ SOA ns.example. admin 1 3600 300 604800 900
        @ NS ns.wild-server
        *.wild-server A 203.0.113.2
        www A 203.0.113.2
        web A 203.0.113.1
        """,
    ]

    static func soa(_ ttl: Int) -> String {
        "AUTHORITY\nexample. \(ttl) SOA ns.example. admin.example. 1 3600 300 604800 300"
    }
    static func orgSOA(_ ttl: Int) -> String {
        "AUTHORITY\nexample.org. \(ttl) SOA ns.example. admin.example.org. 1 3600 300 604800 900"
    }

    static let rows = transcript(
        """
        ; up: the zone's TTL, at most 30 s
        dig up.example. A
        NOERROR aa
        ANSWER
        up.example. 30 A 203.0.113.1

        ; a TTL that is shorter stays
        dig short.example. A
        NOERROR aa
        ANSWER
        short.example. 3 A 203.0.113.1

        ; down: the absence is cached as long as the recovery takes
        dig down.example. A
        NOERROR aa
        \(soa(10))

        ; no less than 5 s
        dig gone.example. AAAA
        NOERROR aa
        \(soa(5))

        ; what no VIP has is not touched
        dig foreign.example. A
        NOERROR aa
        ANSWER
        foreign.example. 86400 A 192.0.2.78

        ; several VIPs
        dig two.example. A
        NOERROR aa
        ANSWER
        two.example. 30 A 203.0.113.1
        two.example. 30 A 203.0.113.4

        ; one of two down
        dig one-of-two.example. A
        NOERROR aa
        ANSWER
        one-of-two.example. 10 A 203.0.113.1

        ; beside an address that is not ours
        dig mixed.example. A
        NOERROR aa
        ANSWER
        mixed.example. 10 A 192.0.2.77

        ; the same while the VIP is up
        dig mixed-up.example. A
        NOERROR aa
        ANSWER
        mixed-up.example. 30 A 192.0.2.77
        mixed-up.example. 30 A 203.0.113.1

        ; degraded when nothing is up
        dig degraded.example. A
        NOERROR aa
        ANSWER
        degraded.example. 7 A 203.0.113.3

        ; not degraded when something is
        dig degraded-beside.example. A
        NOERROR aa
        ANSWER
        degraded-beside.example. 7 A 203.0.113.1

        ; when-all-down serve-all
        dig last.example. A
        NOERROR aa
        ANSWER
        last.example. 20 A 203.0.113.9

        ; one family down, the other is said
        dig dual.example. A
        NOERROR aa
        ANSWER
        dual.example. 30 A 203.0.113.1

        ; one family down
        dig dual.example. AAAA
        NOERROR aa
        \(soa(5))

        ; the other way round
        dig six.example. AAAA
        NOERROR aa
        ANSWER
        six.example. 30 AAAA 2001:db8:113::1

        ; wildcard
        dig x.wild.example. A
        NOERROR aa
        ANSWER
        x.wild.example. 30 A 203.0.113.1

        ; wildcard, down: the name exists
        dig x.wild-down.example. A
        NOERROR aa
        \(soa(10))

        ; wildcard, what is not steered
        dig x.wild-down.example. TXT
        NOERROR aa
        ANSWER
        x.wild-down.example. 3600 TXT "still here"

        ; another denial keeps its TTL
        dig x.wild-down.example. MX
        NOERROR aa
        \(soa(300))

        ; no such name
        dig nothing.example. A
        NXDOMAIN aa
        \(soa(300))

        ; alias
        dig to-up.example. A
        NOERROR aa
        ANSWER
        to-up.example. 3600 CNAME up.example.
        up.example. 30 A 203.0.113.1

        ; alias, down
        dig to-down.example. A
        NOERROR aa
        ANSWER
        to-down.example. 3600 CNAME down.example.
        \(soa(10))

        ; alias to a wildcard, down
        dig to-wild.example. A
        NOERROR aa
        ANSWER
        to-wild.example. 3600 CNAME x.wild-down.example.
        \(soa(10))

        ; alias into another zone, down: that zone's SOA
        dig over.example. A
        NOERROR aa
        ANSWER
        over.example. 3600 CNAME www.example.org.
        \(orgSOA(10))

        ; DNAME into another zone
        dig web.tree.example. A
        NOERROR aa
        ANSWER
        tree.example. 3600 DNAME example.org.
        web.tree.example. 3600 CNAME web.example.org.
        web.example.org. 30 A 203.0.113.1

        ; DNAME into another zone, down
        dig www.tree.example. A
        NOERROR aa
        ANSWER
        tree.example. 3600 DNAME example.org.
        www.tree.example. 3600 CNAME www.example.org.
        \(orgSOA(10))

        ; ANY over UDP: one rrset, not the one that is down
        dig six.example. ANY
        NOERROR aa
        ANSWER
        six.example. 30 AAAA 2001:db8:113::1

        ; ANY over a stream
        dig dual.example. ANY +tcp
        NOERROR aa
        ANSWER
        dual.example. 30 A 203.0.113.1

        ; ANY, all down
        dig gone.example. ANY
        NOERROR aa
        \(soa(5))

        ; ANY at a wildcard
        dig x.wild-down.example. ANY
        NOERROR aa
        ANSWER
        x.wild-down.example. 3600 TXT "still here"

        ; ANY at a wildcard over a stream
        dig x.wild-down.example. ANY +tcp
        NOERROR aa
        ANSWER
        x.wild-down.example. 3600 TXT "still here"

        ; a name server of the zone is never withdrawn
        dig ns.example. A
        NOERROR aa
        ANSWER
        ns.example. 3600 A 203.0.113.2

        ; nor its other address
        dig ns.example. AAAA
        NOERROR aa
        ANSWER
        ns.example. 3600 AAAA 2001:db8:113::2

        ; with the servers
        dig example. NS
        NOERROR aa
        ANSWER
        example. 3600 NS ns.example.
        ADDITIONAL
        ns.example. 3600 A 203.0.113.2
        ns.example. 3600 AAAA 2001:db8:113::2

        ; nor when a wildcard makes the name
        dig ns.wild-server.example.org. A
        NOERROR aa
        ANSWER
        ns.wild-server.example.org. 3600 A 203.0.113.2

        ; glue
        dig www.cut.example. A
        NOERROR
        AUTHORITY
        cut.example. 3600 NS ns.cut.example.
        ADDITIONAL
        ns.cut.example. 3600 A 203.0.113.2

        ; an authoritative address as glue
        dig www.further.example. A
        NOERROR
        AUTHORITY
        further.example. 3600 NS down.example.
        ADDITIONAL
        down.example. 3600 A 203.0.113.2

        ; hints are data
        dig https.example. HTTPS
        NOERROR aa
        ANSWER
        https.example. 3600 HTTPS 1 . ipv4hint=203.0.113.2

        ; EDNS takes nothing away
        dig down.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        \(soa(10))
        """)

    @Test(arguments: rows) func answer(_ exchange: Exchange) throws {
        try Server(Self.zones, .minimal, steering: Self.vips).expect(exchange)
    }

    static let targets = transcript(
        """
        ; MX: what is down is left out, what is up has the steered TTL
        dig mail.example. MX
        NOERROR aa
        ANSWER
        mail.example. 3600 MX 1 up.example.
        mail.example. 3600 MX 2 down.example.
        mail.example. 3600 MX 3 dual.example.
        mail.example. 3600 MX 4 foreign.example.
        AUTHORITY
        example. 3600 NS ns.example.
        ADDITIONAL
        up.example. 30 A 203.0.113.1
        dual.example. 30 A 203.0.113.1
        foreign.example. 86400 A 192.0.2.78
        ns.example. 3600 A 203.0.113.2
        ns.example. 3600 AAAA 2001:db8:113::2

        ; SRV
        dig _s._tcp.example. SRV
        NOERROR aa
        ANSWER
        _s._tcp.example. 3600 SRV 0 0 80 down.example.
        _s._tcp.example. 3600 SRV 1 0 80 one-of-two.example.
        AUTHORITY
        example. 3600 NS ns.example.
        ADDITIONAL
        one-of-two.example. 10 A 203.0.113.1
        ns.example. 3600 A 203.0.113.2
        ns.example. 3600 AAAA 2001:db8:113::2

        ; SVCB: one family
        dig svc.example. SVCB
        NOERROR aa
        ANSWER
        svc.example. 3600 SVCB 1 six.example.
        AUTHORITY
        example. 3600 NS ns.example.
        ADDITIONAL
        six.example. 30 AAAA 2001:db8:113::1
        ns.example. 3600 A 203.0.113.2
        ns.example. 3600 AAAA 2001:db8:113::2

        ; HTTPS of its own name
        dig https.example. HTTPS
        NOERROR aa
        ANSWER
        https.example. 3600 HTTPS 1 . ipv4hint=203.0.113.2
        AUTHORITY
        example. 3600 NS ns.example.
        ADDITIONAL
        https.example. 30 AAAA 2001:db8:113::1
        ns.example. 3600 A 203.0.113.2
        ns.example. 3600 AAAA 2001:db8:113::2

        ; withdrawn with minimal-responses no: nothing is added to a denial
        dig down.example. A
        NOERROR aa
        \(soa(10))
        """)

    @Test("Targets of other records", arguments: targets) func target(_ exchange: Exchange) throws {
        try Server(Self.zones, .full, steering: Self.vips).expect(exchange)
    }

    @Test(
        "answers single: one address, as often as its weight says, in every place",
        arguments: [
            "two.example. A", "x.two-wild.example. A", "to-two.example. A", "two.example. ANY +tcp",
        ]) func single(_ question: String) throws
    {
        var vips = Self.vips
        vips.numbered = [SteeringPolicy(isSingle: true)]
        vips.standings["203.0.113.4"] = SteeredVIP(VIPStanding(state: .up, weight: 3))
        let more = "\n*.two-wild A 203.0.113.1\n*.two-wild A 203.0.113.4\nto-two CNAME two"
        let server = try Server(
            ["example": Self.zones["example", default: ""] + more], .minimal, steering: vips)
        var counts: [String: Int] = [:]
        for _ in 0..<1000 {
            let answer = try server.ask(question)
            let addresses = answer.answer.filter { $0.contains(" A ") }
            #expect(addresses.count == 1)
            counts[addresses[0].split(separator: " ").last.map(String.init) ?? "", default: 0] += 1
        }
        // Three of four, give or take: the standard deviation is √(1000 · ¾ · ¼) = 14.
        #expect(counts.count == 2)
        #expect((680...820).contains(counts["203.0.113.4", default: 0]))
    }

    /// Signatures can't be made here, so what is signed is said as it is.
    static let signed = """
        @ SOA ns.test. admin.test. 1 3600 300 604800 300
        @ RRSIG SOA 1
        @ NS ns.test.
        @ RRSIG NS 1
        @ DNSKEY 257 3 5 AQOy1bZVvpPqhg4j
        @ RRSIG DNSKEY 1
        @ NSEC alias NS SOA RRSIG NSEC DNSKEY
        @ RRSIG NSEC 1
        alias CNAME www
        alias RRSIG CNAME 2
        alias NSEC www CNAME RRSIG NSEC
        alias RRSIG NSEC 2
        www A 203.0.113.1
        www A 203.0.113.2
        www RRSIG A 2
        www NSEC @ A RRSIG NSEC
        www RRSIG NSEC 2
        """

    static let signedRows = transcript(
        """
        ; the whole rrset, with its own TTL and its signature
        dig www.signed. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        www.signed. 3600 A 203.0.113.1
        www.signed. 3600 A 203.0.113.2
        www.signed. 3600 RRSIG A 2

        ; the same without DO: nobody is told otherwise than others
        dig www.signed. A
        NOERROR aa
        ANSWER
        www.signed. 3600 A 203.0.113.1
        www.signed. 3600 A 203.0.113.2

        ; from an unsigned zone into the signed one
        dig to-signed.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        to-signed.example. 3600 CNAME www.signed.
        www.signed. 3600 A 203.0.113.1
        www.signed. 3600 A 203.0.113.2
        www.signed. 3600 RRSIG A 2

        ; and from the signed zone's alias
        dig alias.signed. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        ANSWER
        alias.signed. 3600 CNAME www.signed.
        alias.signed. 3600 RRSIG CNAME 2
        www.signed. 3600 A 203.0.113.1
        www.signed. 3600 A 203.0.113.2
        www.signed. 3600 RRSIG A 2

        ; what is not signed beside it is steered
        dig down.example. A +dnssec
        NOERROR aa
        EDNS udp 1232, do
        \(soa(10))
        """)

    @Test("In a signed zone nothing is steered, and loading warns about it", arguments: signedRows)
    func signedZone(_ exchange: Exchange) throws {
        let zones = [
            "example": Self.zones["example", default: ""] + "\nto-signed CNAME www.signed.",
            "signed": Self.signed,
        ]
        try Server(zones, .minimal, steering: Self.vips).expect(exchange)
        let warnings = try Server.zone("signed", Self.signed).steeringWarnings(vips: Self.vips.vips)
        #expect(warnings.map { "\($0.owner) \($0.type)" } == ["www.signed. A", "www.signed. A"])
        #expect(warnings.allSatisfy { $0.message.contains("signed") && $0.message.contains("never withdrawn") })
    }

    @Test("A policy of a name's own") func policy() throws {
        var vips = Self.vips
        vips.numbered = [
            SteeringPolicy(), SteeringPolicy(timeToLive: 7), SteeringPolicy(servesAllWhenDown: true),
            SteeringPolicy(servesAllWhenDown: false),
        ]
        vips.names = ["up.example": 1, "down.example": 2, "last.example": 3]
        let server = try Server(Self.zones, .minimal, steering: vips)
        #expect(try server.ask("up.example. A").answer == ["up.example. 7 A 203.0.113.1"])
        #expect(try server.ask("down.example. A").answer == ["down.example. 10 A 203.0.113.2"])
        #expect(try server.ask("last.example. A").answer == [])
        // By its target's policy, since it is the target that is steered.
        #expect(
            try server.ask("to-up.example. A").answer == [
                "to-up.example. 3600 CNAME up.example.", "up.example. 7 A 203.0.113.1",
            ])
    }

    @Test("The first address is chosen by weight, and all of them are said") func first() throws {
        var vips = Self.vips
        vips.standings["203.0.113.4"] = SteeredVIP(VIPStanding(state: .up, weight: 3))
        let server = try Server(Self.zones, .minimal, steering: vips)
        let message = try DigCommand("two.example. A").message
        var firsts = 0
        for _ in 0..<1000 {
            let octets = try server.answer(message, from: "192.0.2.1", over: .udp)
            // Header, question, then the first record's 12 octets and its address.
            let start = message.count + 12
            if Array(octets[start..<(start + 4)]) == [203, 0, 113, 4] { firsts += 1 }
            #expect(octets.count == message.count + 2 * 16)
        }
        #expect((680...820).contains(firsts))
    }
}
