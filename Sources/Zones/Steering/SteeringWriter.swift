internal import DNSWire
public import Addresses

/// Writes a view: anew, or beginning with a copy of another one.
///
/// An entry's addresses always stand in the same place, which has room for all of its set.
public struct SteeringWriter: ~Copyable {
    /// Whether anything differs from what was there.
    public private(set) var hasChanged = false
    private var buffer: FlatBuffer
    private let count: Int
    // The entry that is being written.
    private var head = 0
    private var end = 0
    private var addressCount: UInt32 = 0
    private var weight: UInt64 = 0

    /// Begins a view whose entries have room for so many addresses, each.
    public init(rooms: [Int]) {
        count = rooms.count
        let heads = count * SteeringAnswers.headSize
        buffer = FlatBuffer(capacity: heads + rooms.reduce(0, +) * SteeringAnswers.addressSize)
        _ = buffer.extend(by: heads)
        for (entry, room) in rooms.enumerated() {
            let start = buffer.extend(by: room * SteeringAnswers.addressSize)
            buffer.store(UInt64(start), at: entry * SteeringAnswers.headSize)
        }
    }

    /// Begins with what another view has, in the memory of one that is of no use any more, if it can be had.
    public init(_ view: borrowing SteeringView, over spare: consuming SteeringView) {
        count = unsafe view.table.count
        buffer = unsafe spare.copy(view.table.octets)
    }

    /// Begins an entry, with no address.
    public mutating func begin(_ entry: Int) {
        head = entry * SteeringAnswers.headSize
        end = Int(buffer.word64(at: head))
        (addressCount, weight) = (0, 0)
    }

    /// Adds an address: sixteen octets, or four in front of zeros, as words of this machine.
    public mutating func add(_ octets: (UInt64, UInt64), weight share: UInt32) {
        weight += UInt64(share)
        put(weight, at: end)
        put(octets.0, at: end + 8)
        put(octets.1, at: end + 16)
        end += SteeringAnswers.addressSize
        addressCount += 1
    }

    /// Ends the entry.
    public mutating func end(
        timeToLive: UInt32, negativeTimeToLive: UInt32, isSingle: Bool, family: AddressFamily
    ) {
        let flags = (isSingle ? SteeringAnswers.single : 0) | (family == .v6 ? SteeringAnswers.isV6 : 0)
        put(UInt64(timeToLive) << 32 | UInt64(addressCount), at: head + 8)
        put(UInt64(flags) << 32 | UInt64(negativeTimeToLive), at: head + 16)
        put(weight, at: head + 24)
    }

    /// The view.
    public consuming func finish() -> SteeringView {
        SteeringView(buffer, count: count)
    }

    private mutating func put(_ word: UInt64, at offset: Int) {
        if buffer.word64(at: offset) == word { return }
        buffer.store(word, at: offset)
        hasChanged = true
    }
}

extension IPAddress {
    /// The octets in network order as two words of this machine; those of IPv4 in front of zeros.
    public var steeringOctets: (UInt64, UInt64) {
        switch self {
        case .v4(let v4): (UInt64(v4.rawValue.bigEndian), 0)
        case .v6(let v6): (v6.high.bigEndian, v6.low.bigEndian)
        }
    }
}
