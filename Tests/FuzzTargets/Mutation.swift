/// A fixed sequence of numbers (SplitMix64), so that a failure can be seen again.
public struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The sequence of a seed.
    public init(seed: UInt64) { state = seed }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// Packets that nobody should send: queries with a few octets changed, cut or added, and random octets.
public struct HostilePackets: Sendable {
    private var numbers: SeededNumbers
    private let queries: [[UInt8]]

    /// The packets of a seed.
    public init(seed: UInt64) {
        numbers = SeededNumbers(seed: seed)
        queries = Queries.ordinary + Queries.odd
    }

    /// A number below a bound.
    public mutating func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &numbers) }

    /// The next packet, of at most so many octets.
    public mutating func next(atMost limit: Int = 1400) -> [UInt8] {
        var packet: [UInt8]
        switch number(below: 8) {
        case 0: packet = random(number(below: limit + 1))
        // A header that leads further than most random ones.
        case 1:
            packet =
                Queries.query(".", 1, counts: [1, number(below: 3), number(below: 3), number(below: 3)])
                + random(number(below: 100))
        default:
            packet = queries[number(below: queries.count)]
            for _ in 0..<number(below: 5) { mutate(&packet) }
        }
        return Array(packet.prefix(limit))
    }

    private mutating func random(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(number(below: 256)) }
    }

    private mutating func mutate(_ packet: inout [UInt8]) {
        let place = number(below: packet.count + 1)
        switch number(below: 6) {
        case 0: packet.removeSubrange(place...)
        case 1: packet.insert(contentsOf: random(number(below: 20)), at: place)
        case 2: packet += random(number(below: 600))
        case 3 where packet.count > 12: packet[4 + number(below: 8)] = UInt8(number(below: 4))
        // A compression pointer.
        case 4:
            packet.insert(contentsOf: [0xC0 | UInt8(number(below: 2)), UInt8(number(below: 256))], at: place)
        default: if place < packet.count { packet[place] = UInt8(number(below: 256)) }
        }
    }
}
