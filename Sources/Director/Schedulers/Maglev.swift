public import Addresses

/// `mh`: the client's address alone decides, by a table of 4,093 places that each destination fills in an
/// order of its own. When one comes or goes, nearly all other clients keep theirs (Maglev, NSDI 2016, §3.4).
///
/// As in the kernel, a weight that became 0 keeps its places, so that nobody moves; their clients get no
/// destination, unless the flag mh-fallback is set. With mh-port the client's port counts too.
public struct Maglev: Scheduler {
    /// Places in the table, a prime: the kernel's default.
    private static let size: UInt32 = 4093
    /// No more turns than this for one destination: half the bits of the kernel's default table index.
    private static let turnBits = 6
    private static let firstKey: UInt64 = 2_654_435_761
    private static let secondKey: UInt64 = 2_654_446_892

    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    /// The index of each place's destination; empty if none has ever had a weight.
    private var places: [Int32] = []
    /// The last weight above 0 of each.
    private var weights: [Endpoint: Int32] = [:]
    private let fallsBack: Bool
    private let usesPort: Bool

    /// Begins with these; see the type for the flags.
    public init(_ destinations: [Destination], fallsBack: Bool = false, usesPort: Bool = false) {
        self.destinations = []
        self.fallsBack = fallsBack
        self.usesPort = usesPort
        update(destinations)
    }

    /// Takes over a changed list and fills the table anew.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
        weights = destinations.reduce(into: [:]) { result, destination in
            let endpoint = destination.endpoint
            result[endpoint] = destination.weight > 0 ? destination.weight : weights[endpoint] ?? 0
        }
        fill()
    }

    /// The destination of the client's place; with mh-fallback, of the first of the places tried after it
    /// whose destination is available.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        if places.isEmpty { return nil }
        let key = folded(client.address) &+ (usesPort ? UInt32(client.port) : 0)
        let home = Self.hash(key, Self.firstKey) % Self.size
        if isUsable(home, loads) { return Int(places[Int(home)]) }
        // Without the second condition all places would be tried in vain, for each client anew.
        if !fallsBack || !destinations.indices.contains(where: { isUsable($0, loads) }) { return nil }
        for offset in 0..<Self.size {
            let place = Self.hash(key &+ (offset + home) % Self.size, Self.firstKey) % Self.size
            if isUsable(place, loads) { return Int(places[Int(place)]) }
        }
        return nil
    }

    private func isUsable(_ place: UInt32, _ loads: [DestinationLoad]) -> Bool {
        isUsable(Int(places[Int(place)]), loads)
    }

    private func isUsable(_ index: Int, _ loads: [DestinationLoad]) -> Bool {
        destinations[index].weight > 0 && !loads[index].isUnavailable
    }

    private mutating func fill() {
        let divisor = weights.values.reduce(0) { greatestCommonDivisor($0, Int($1)) }
        if divisor == 0 {
            places = []
            return
        }
        let greatest = weights.values.reduce(0) { max($0, Int($1)) } / divisor
        let shift = max(0, Int.bitWidth - greatest.leadingZeroBitCount - Self.turnBits)
        var runs = destinations.map { destination in
            let key = folded(destination.endpoint.address) &+ UInt32(destination.endpoint.port)
            let weight = Int(weights[destination.endpoint] ?? 0)
            return (
                place: Self.hash(key, Self.firstKey) % Self.size,
                skip: Self.hash(key, Self.secondKey) % (Self.size - 1) + 1,
                turns: weight == 0 ? 0 : max(1, (weight / divisor) >> shift)
            )
        }
        places = Array(repeating: -1, count: Int(Self.size))
        var left = places.count
        while true {
            for index in runs.indices {
                for _ in 0..<runs[index].turns {
                    while places[Int(runs[index].place)] >= 0 {
                        runs[index].place = (runs[index].place + runs[index].skip) % Self.size
                    }
                    places[Int(runs[index].place)] = Int32(index)
                    left -= 1
                    if left == 0 { return }
                }
            }
        }
    }

    /// SipHash-1-3 of four octets, folded to 32 bits: the kernel's hsiphash where words have 64 bits.
    private static func hash(_ value: UInt32, _ key: UInt64) -> UInt32 {
        var v0: UInt64 = 0x736F_6D65_7073_6575 ^ key
        var v1: UInt64 = 0x646F_7261_6E64_6F6D ^ key
        var v2: UInt64 = 0x6C79_6765_6E65_7261 ^ key
        var v3: UInt64 = 0x7465_6462_7974_6573 ^ key
        func round() {
            v0 &+= v1
            v1 = v1 << 13 | v1 >> 51
            v1 ^= v0
            v0 = v0 << 32 | v0 >> 32
            v2 &+= v3
            v3 = v3 << 16 | v3 >> 48
            v3 ^= v2
            v0 &+= v3
            v3 = v3 << 21 | v3 >> 43
            v3 ^= v0
            v2 &+= v1
            v1 = v1 << 17 | v1 >> 47
            v1 ^= v2
            v2 = v2 << 32 | v2 >> 32
        }
        let word = UInt64(4) << 56 | UInt64(value)
        v3 ^= word
        round()
        v0 ^= word
        v2 ^= 0xFF
        for _ in 0..<3 { round() }
        return UInt32(truncatingIfNeeded: v0 ^ v1 ^ v2 ^ v3)
    }
}
