internal import Addresses
public import Answering
internal import DNSWire
internal import Diagnostics
internal import FoundationEssentials
internal import ZoneFiles
internal import Zones

/// The worlds that queries are put to: every kind of name, and options at both ends.
public enum Worlds {
    /// Zones without the root, minimal answers.
    public static func plain() throws(Finding) -> World {
        try world(zones, AnswerOptions())
    }

    /// The root and a zone of each kind, full answers, and the largest size.
    public static func full() throws(Finding) -> World {
        try world(
            zones.merging([".": root]) { $1 },
            AnswerOptions(
                minimalResponses: .no, minimalAny: false, maximumUDPSize: 4096, cookies: cookies,
                identity: ServerIdentity(
                    version: Array("Swerve".utf8), hostname: Array("host".utf8), serverID: Array("id".utf8))))
    }

    /// Two signed zones, with NSEC and with NSEC3 and opt-out.
    public static func signed() throws(Finding) -> World {
        try world(
            ["nsec.example": try file("nsec.zone"), "nsec3.example": try file("nsec3.zone")],
            AnswerOptions(
                minimalResponses: .noAuthRecursive, maximumUDPSize: 4096,
                cookies: CookieOptions(secrets: cookies.secrets, areRequired: true)))
    }

    /// Zones that nobody should write, without minimal answers, each answer accounted by a limiter that lets all pass:
    /// aliases that lead to shorter names than the zone's, a wildcard that is delegated, a server without an address,
    /// chains that prove less than there is. And the signed ones, with all that is added to answers.
    public static func odd() throws(Finding) -> World {
        var limits = RateLimits()
        limits.responses = 1
        limits.referrals = 1
        limits.nodata = 1
        limits.nxdomains = 1
        limits.errors = 1
        limits.all = 1
        limits.isLogOnly = true
        return try world(
            [
                "nsec.example": try file("nsec.zone"), "nsec3.example": try file("nsec3.zone"),
                "odd.long.example": oddZone,
                "x": oddZone, "holes.example": holes,
            ],
            AnswerOptions(
                minimalResponses: .no, minimalAny: false, maximumUDPSize: 4096, rateLimiter: RateLimiter(limits)
            ))
    }

    /// All worlds.
    public static func all() throws(Finding) -> [World] {
        [try plain(), try full(), try signed(), try odd()]
    }

    /// A file of Tests/Fuzzers/zones.
    private static func file(_ name: String) throws(Finding) -> String {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        do {
            let path = "/\(folder)/Fuzzers/zones/\(name)"
            return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        } catch {
            throw Finding("\(name): \(error)")
        }
    }

    /// Zones of texts by origin.
    public static func world(
        of texts: [String: String], _ options: AnswerOptions
    ) throws(Finding) -> World {
        try world(texts.mapValues { $0 }, options)
    }

    /// Zones by origin; nil stands for one that could not be read.
    static func world(_ texts: [String: String?], _ options: AnswerOptions) throws(Finding) -> World {
        var served: [DomainName: ServedZone] = [:]
        var registry = SteeringRegistry()
        for (origin, text) in texts.sorted(by: { $0.key < $1.key }) {
            let zone = try text.map { text throws(Finding) in try read(text, origin) }
            let marks = zone?.marks(vips: vips, policy: { _ in 0 }, registry: &registry)
            served[try name(origin)] = ServedZone(
                zone: zone, marks: marks ?? .none,
                allowQuery: origin == "closed.example" ? AccessList([]) : nil)
        }
        return World(served, view: SteeringView(registry.sets.map(entry)), options: options)
    }

    /// A zone of a text.
    static func read(_ text: String, _ origin: String) throws(Finding) -> Zone {
        let loaded = ZoneFile.parse(SourceText(file: origin, text), origin: try name(origin))
        guard let zone = loaded.zone else { throw Finding("\(loaded.diagnostics)") }
        return zone
    }

    static func name(_ text: String) throws(Finding) -> DomainName {
        do throws(DomainName.TextError) {
            return try DomainName(text)
        } catch {
            throw Finding("\(text): \(error)")
        }
    }

    private static let cookies = CookieOptions(
        secrets: [0, 16].compactMap { CookieSecret([UInt8]($0..<($0 + 16))) })
    private static let vips: Set<IPAddress> = [up, down]
    private static let up = IPAddress.v4(IPv4Address(198, 51, 100, 1))
    private static let down = IPAddress.v4(IPv4Address(198, 51, 100, 2))

    /// What is up, and what is no VIP; a set of the VIP that is down alone is withdrawn.
    private static func entry(_ set: SteeredSet) -> SteeringEntry {
        let addresses = set.addresses.filter { $0 != down }
        return SteeringEntry(
            addresses: addresses.map { WeightedAddress(address: $0, weight: 1) }, timeToLive: 5,
            negativeTimeToLive: 5, isSingle: addresses.count == 3)
    }

    private static let zones: [String: String?] = [
        "example.com": example, "child.example.com": child, "broken.example": nil, "closed.example": small,
        "sg.example": small,
    ]

    private static let soa = "@ 3600 IN SOA ns1 admin 1 3600 300 604800 300\n"
    private static let small = soa + "@ 60 NS ns1\nns1 60 A 192.0.2.1\na 60 TXT text\n* 60 CNAME a\n"
    private static let child =
        soa + "@ 60 NS ns1\n@ 60 NS ns2.example.com.\nns1 60 A 192.0.2.1\nx 60 CNAME a.dn.example.com.\n"
    private static let oddZone =
        soa + """
            $TTL 60
            @ NS ns.elsewhere.
            @ NS ns.cut
            cut NS ns.cut
            ns.cut A 192.0.2.1
            root DNAME .
            short DNAME x.
            back DNAME odd.long.example.
            q.q DNAME @
            a DNAME q
            up CNAME x.
            top CNAME .
            *.up CNAME x.root
            * NS ns.elsewhere.
            * NS ns.cut
            s SVCB 1 . alpn=h2
            s SVCB 2 www alpn=h2
            s A 192.0.2.2
            www MX 1 .
            www SRV 1 2 3 .
            www NAPTR 1 2 "a" "" "" s
            www KX 1 s

            """
    /// NSEC3 of which not even the apex has a record.
    private static let holes =
        soa + """
            $TTL 60
            @ RRSIG SOA 13 2 60 20370101000000 20260101000000 1 @ AQID
            @ NS ns.elsewhere.
            @ NSEC3PARAM 1 0 0 -
            www A 192.0.2.1
            *.w TXT text
            cut NS ns.elsewhere.
            d DNAME x.
            \(String(repeating: "0", count: 32)) NSEC3 1 1 0 - \(String(repeating: "0", count: 32)) A

            """
    private static let root = """
        . 86400 IN SOA a.root. admin.root. 1 1 1 1 1
        . 86400 NS a.root.
        a.root. 60 A 192.0.2.1
        com. 60 NS ns.com.
        ns.com. 60 A 192.0.2.2
        org. 60 NS ns.org.
        ns.org. 60 AAAA 2001:db8::1
        *.wild. 60 MX 10 @

        """
    private static let example: String = {
        let many = (1...40).map { number in
            """
            big 60 TXT "\(String(repeating: "t", count: 60 + number))"
            s 60 SRV \(number) 2 3 host\(number % 8).more
            host\(number % 8).more 60 A 192.0.2.\(number)
            far 60 NS ns\(number).far
            ns\(number).far 60 A 192.0.2.\(number)
            c\(number) 60 CNAME c\(number + 1)

            """
        }
        return soa + """
            $TTL 300
            @ NS ns1
            @ NS ns2.sg.example.
            @ MX 10 mail
            @ TXT "v=spf1 -all" ""
            @ CAA 0 issue "ca.example.net"
            ns1 A 192.0.2.1
            ns1 AAAA 2001:db8::1
            mail A 192.0.2.2
            www A 192.0.2.3
            www A 192.0.2.4
            www HTTPS 1 . alpn=h2 ipv4hint=192.0.2.3
            www TYPE65280 \\# 3 010203
            *.w A 192.0.2.5
            *.w MX 10 mail.w
            t.w TXT "closer"
            *.y.w CNAME x.dn
            deep.ent A 192.0.2.6
            deep.a.b.c.d.e NAPTR 1 2 "s" "SIP" "" _sip._udp
            cut NS ns.cut
            cut NS ns1
            cut NS ns.far
            cut DS 1 8 2 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            ns.cut A 192.0.2.7
            ns.cut AAAA 2001:db8::7
            child NS ns1.child
            ns1.child A 192.0.2.8
            alias CNAME www
            away CNAME www.sg.example.
            x.away CNAME a.b.closed.example.
            loop CNAME loop2
            loop2 CNAME LOOP
            dn DNAME target
            x.target A 192.0.2.9
            again DNAME again.again
            vip A 198.51.100.1
            vip A 198.51.100.2
            mixed A 198.51.100.1
            mixed A 192.0.2.10
            mixed A 192.0.2.11
            down A 198.51.100.2
            downmx MX 1 down
            v SVCB 0 vip
            *.sw A 198.51.100.2
            c41 A 192.0.2.12
            any A 192.0.2.1
            any TXT "one"
            any MX 1 vip
            id HINFO "a" "b"
            \\000\\001\\255 TXT "octets"

            """ + many.joined()
    }()
}
