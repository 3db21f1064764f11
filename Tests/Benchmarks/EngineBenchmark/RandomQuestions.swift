import DNSWire
import TestZones

/// Questions about the large zone's names, one after another in the same place, so that they themselves take no
/// room in a cache.
struct RandomQuestions {
    private var random = RepeatableRandom()
    private let hosts: Int
    // The same message, asked for a name that is there, and for one that isn't.
    private var known: [UInt8]
    private var unknown: [UInt8]

    init(hosts: Int) throws {
        self.hosts = hosts
        known = try TestQuery("h0000000.big.example A").message
        unknown = try TestQuery("nx0000000.big.example A").message
    }

    /// The next question.
    mutating func next() -> [UInt8] {
        let host = random.next(hosts)
        if random.next(10) == 0 {
            Self.write(host, to: &unknown, at: MessageSize.header + 3)
            return unknown
        }
        Self.write(host, to: &known, at: MessageSize.header + 2)
        let type = ([1, 1, 1, 28, 15] as [UInt8])[random.next(5)]
        known[known.count - 3] = type
        return known
    }

    private static func write(_ number: Int, to message: inout [UInt8], at place: Int) {
        var rest = number
        for index in (0..<7).reversed() {
            message[place + index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
