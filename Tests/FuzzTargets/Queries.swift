internal import DNSWire

/// Queries to begin with: what resolvers send, and what nobody should.
public enum Queries {
    /// A query.
    public static func query(
        _ name: String, _ type: Int, recordClass: Int = 1, flags: Int = 0x0100, counts: [Int] = [1, 0, 0, 0],
        then more: [UInt8] = []
    ) -> [UInt8] {
        let wire = (try? DomainName(name))?.wire ?? [0]
        let header = [0x1234, flags] + counts
        return header.flatMap(big) + wire + big(type) + big(recordClass) + more
    }

    /// Sixteen bits in network order.
    public static func big(_ number: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    /// An OPT record.
    public static func opt(
        size: Int = 1232, version: Int = 0, flags: Int = 0, code: Int = 0, options: [UInt8] = []
    ) -> [UInt8] {
        [0, 0, 41] + big(size) + [UInt8(code), UInt8(version)] + big(flags) + big(options.count) + options
    }

    /// An option.
    public static func option(_ code: Int, _ data: [UInt8] = []) -> [UInt8] {
        big(code) + big(data.count) + data
    }

    /// A TSIG record of a key that nobody knows.
    public static let signature: [UInt8] = {
        let algorithm: [UInt8] = [11] + Array("hmac-sha256".utf8) + [0]
        let data = algorithm + [0, 0, 0x65, 0, 0, 1, 1, 0x2C, 0, 4, 9, 9, 9, 9, 0x12, 0x34, 0, 0, 0, 0]
        return [1, 107, 0, 0, 250, 0, 255, 0, 0, 0, 0] + big(data.count) + data
    }()

    /// Names that the zones of ``Worlds`` know in every way.
    public static let names = [
        "www.example.com", "example.com", "gone.example.com", "a.b.w.example.com", "x.y.w.example.com",
        "t.w.example.com", "ent.example.com", "in.cut.example.com", "cut.example.com", "alias.example.com",
        "a.dn.example.com", "loop.example.com", "vip.example.com", "down.example.com", "big.example.com",
        "x.child.example.com", "child.example.com", "broken.example", "closed.example", ".", "org",
        "s.example.com",
        "far.example.com", "x.closed.example", "a.sg.example", "sg.example",
        "nsec.example", "www.nsec.example", "gone.nsec.example", "x.w.nsec.example", "x.y.w.nsec.example",
        "ent.nsec.example", "x.cut.nsec.example", "cut.nsec.example", "open.nsec.example", "alias.nsec.example",
        "deep.dn.nsec.example", "away.nsec.example", "nsec3.example", "www.nsec3.example", "gone.nsec3.example",
        "x.w.nsec3.example", "x.y.w.nsec3.example", "ent.nsec3.example", "cut.nsec3.example",
        "open.nsec3.example",
        "x.open.nsec3.example", "t.w.nsec3.example", "away.nsec3.example",
        "id.server", "version.bind", "deep.a.b.c.d.e.example.com",
        "odd.long.example", "a.root.odd.long.example", "a.odd.long.example.root.odd.long.example",
        "www.short.odd.long.example", "x.y.short.odd.long.example", "s.back.x", "x.back.x", "a.q.a.x", "up.x",
        "top.x", "b.up.x", "nothing.x", "a.b.nothing.x", "s.x", "www.x", "x.cut.x", "x", "ns.cut.x",
        "holes.example", "www.holes.example", "gone.holes.example", "x.w.holes.example", "cut.holes.example",
        "a.d.holes.example", "ns1.nsec.example", "ns1.nsec3.example",
    ]

    /// Types with rules of their own, and others.
    public static let types = [
        0, 1, 2, 5, 6, 15, 16, 28, 33, 39, 41, 43, 46, 47, 48, 50, 51, 64, 65, 99, 128, 249, 250, 251, 252, 253,
        254, 255, 256, 257, 32768, 65535,
    ]

    /// What resolvers send.
    public static let ordinary: [[UInt8]] = names.enumerated().map { index, name in
        let type = types[(index * 7 + 1) % types.count]
        return index % 2 == 0
            ? query(name, type)
            : query(name, type, counts: [1, 0, 0, 1], then: opt(flags: index % 3 == 0 ? 0x8000 : 0))
    }

    /// Options as clients send them, right and wrong.
    public static let options: [[UInt8]] = [
        option(10, [1, 2, 3, 4, 5, 6, 7, 8]), option(10, [UInt8](0..<24)), option(10, [1]), option(3),
        option(11), option(11, [0, 10]), option(12, [0, 0, 0]), option(15, [0, 1]), option(9, [0, 0, 0, 1]),
        option(8, [0, 1, 24, 0, 192, 0, 2]), option(5, [8, 13]), option(65001, [1, 2]), [0, 3, 0, 9],
        option(3) + option(10, [1, 2, 3, 4, 5, 6, 7, 8]) + option(3), option(13), option(14, [0, 1]),
    ]

    /// What nobody should send.
    public static let odd: [[UInt8]] =
        options.map { query("www.example.com", 1, counts: [1, 0, 0, 1], then: opt(options: $0)) } + [
            query("www.example.com", 1, counts: [1, 0, 0, 1], then: opt(version: 1)),
            query("www.example.com", 1, counts: [1, 0, 0, 2], then: opt() + opt()),
            query("www.example.com", 1, counts: [1, 0, 0, 1], then: signature),
            query("www.example.com", 1, counts: [1, 0, 0, 2], then: opt() + signature),
            query("www.example.com", 1, counts: [1, 1, 1, 1], then: pointed + pointed + opt()),
            query("www.example.com", 6, counts: [1, 0, 1, 0], then: soa),
            query("example.com", 251, counts: [1, 0, 1, 0], then: soa), query("example.com", 252),
            query("example.com", 6, flags: 4 << 11, counts: [1, 1, 0, 0], then: soa),
            query("example.com", 6, flags: 5 << 11, counts: [1, 0, 1, 0], then: soa),
            query("www.example.com", 255, recordClass: 255), query("version.bind", 16, recordClass: 3),
            query("hostname.bind", 16, recordClass: 3, counts: [1, 0, 0, 1], then: opt()),
            query("id.server", 255, recordClass: 3), query("www.example.com", 1, recordClass: 254),
            query("www.example.com", 1, flags: 0x8180), query("www.example.com", 1, flags: 0x7FFF),
            Array(query("www.example.com", 1).prefix(20)), Array(query("www.example.com", 1).prefix(12)),
            [0x12, 0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] + opt(options: option(10, [1, 2, 3, 4, 5, 6, 7, 8])),
            Array(query("www.example.com", 1).prefix(12)) + [0xC0, 12, 0, 1, 0, 1],
            Array(query("www.example.com", 1).prefix(12)) + [UInt8](repeating: 0, count: 64),
            // No name, and labels longer than most.
            Array(query("www.example.com", 1).prefix(12)) + [UInt8](repeating: 63, count: 300),
            query("nsec.example", 46, flags: 0, counts: [1, 0, 0, 1], then: opt(size: 1190, flags: 0x8000)),
        ]

    /// A record whose owner is a pointer to the question's name.
    private static let pointed: [UInt8] = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4]
    /// A SOA record, its names pointers.
    private static let soa: [UInt8] =
        [0xC0, 12, 0, 6, 0, 1, 0, 0, 0, 9, 0, 24, 0xC0, 12, 0xC0, 12] + [UInt8](repeating: 0, count: 20)
}
