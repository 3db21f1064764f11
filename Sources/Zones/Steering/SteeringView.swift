public import DNSWire
internal import Addresses

/// What all steered sets are answered with at one moment, in flat memory for the path of a query.
public struct SteeringView: Sendable {
    /// The view as a query sees it; valid as long as this view lives, which the
    /// caller has to see to.
    @unsafe public let table: SteeringAnswers
    private var memory: FlatMemory

    init(_ buffer: consuming FlatBuffer, count: Int) {
        memory = FlatMemory(buffer)
        unsafe table = SteeringAnswers(entries: memory.view, count: count)
    }

    /// A view of these entries.
    public init(_ entries: [SteeringEntry]) {
        var writer = SteeringWriter(rooms: entries.map(\.addresses.count))
        for (index, entry) in entries.enumerated() {
            writer.begin(index)
            for address in entry.addresses {
                writer.add(address.address.steeringOctets, weight: address.weight)
            }
            writer.end(
                timeToLive: entry.timeToLive, negativeTimeToLive: entry.negativeTimeToLive,
                isSingle: entry.isSingle, family: entry.addresses.first?.address.family ?? .v4)
        }
        self = writer.finish()
    }

    /// A copy of these octets in the memory of this view, if nobody else has it. The view is not to be used after that.
    mutating func copy(_ octets: FlatView) -> FlatBuffer {
        FlatBuffer(copying: octets, over: &memory)
    }

    /// The entries, in the order of the registry's sets.
    public var entries: [SteeringEntry] { unsafe (0..<table.count).map(entry) }

    /// One entry.
    public func entry(_ index: Int) -> SteeringEntry {
        let table = unsafe table
        var before: UInt64 = 0
        let addresses = (0..<table.addressCount(index)).map { place in
            let start = table.address(place, of: index)
            let address: IPAddress =
                table.isV6(index)
                ? .v6(
                    IPv6Address(
                        high: UInt64(bigEndian: table.octets.word64(at: start)),
                        low: UInt64(bigEndian: table.octets.word64(at: start + 8))))
                : .v4(IPv4Address(rawValue: UInt32(bigEndian: table.octets.word32(at: start))))
            let weight = table.octets.word64(at: start - 8)
            defer { before = weight }
            return WeightedAddress(address: address, weight: UInt32(weight - before))
        }
        return SteeringEntry(
            addresses: addresses, timeToLive: table.timeToLive(index),
            negativeTimeToLive: table.negativeTimeToLive(index), isSingle: table.isSingle(index))
    }

    /// A view of no sets.
    public static let empty = SteeringView([])
}

/// The steering view as a query sees it: without a reference count. Whoever keeps it keeps the
/// ``SteeringView`` it came from.
///
/// An entry's head: u64 where its addresses are, u32 their number, u32 TTL, u32 negative TTL, u32 flags (whether
/// answers are single, whether the addresses are IPv6), u64 the sum of weights. An address: u64 the sum of weights up to and with it, and
/// 16 octets in network order.
@frozen public struct SteeringAnswers: Sendable {
    @usableFromInline let view: FlatView
    /// The number of entries.
    public let count: Int

    @inlinable static var headSize: Int { 32 }
    @inlinable static var single: UInt32 { 1 }
    static var isV6: UInt32 { 2 }
    /// Octets from one address to the next.
    @inlinable public static var addressSize: Int { 24 }

    init(entries: FlatView, count: Int) {
        view = entries
        self.count = count
    }

    /// Addresses of an entry.
    @inlinable public func addressCount(_ entry: Int) -> Int {
        Int(view.word32(at: entry &* Self.headSize &+ 8))
    }

    /// The TTL of an entry's addresses.
    @inlinable public func timeToLive(_ entry: Int) -> UInt32 {
        view.word32(at: entry &* Self.headSize &+ 12)
    }

    /// The bound for the SOA's TTL where an entry has no addresses.
    @inlinable public func negativeTimeToLive(_ entry: Int) -> UInt32 {
        view.word32(at: entry &* Self.headSize &+ 16)
    }

    /// Whether an answer has one address of the entry.
    @inlinable public func isSingle(_ entry: Int) -> Bool {
        view.word32(at: entry &* Self.headSize &+ 20) & Self.single != 0
    }

    func isV6(_ entry: Int) -> Bool { view.word32(at: entry &* Self.headSize &+ 20) & Self.isV6 != 0 }

    /// The memory that ``address(_:of:)`` leads into.
    @inlinable public var octets: FlatView { view }

    /// Where an address's octets are.
    @inlinable public func address(_ index: Int, of entry: Int) -> Int {
        Int(view.word64(at: entry &* Self.headSize)) &+ index &* Self.addressSize &+ 8
    }

    /// The address that a random number chooses, in proportion to the weights; evenly if all are 0. The
    /// entry has at least one.
    @inlinable public func choose(_ entry: Int, random: UInt64) -> Int {
        let count = addressCount(entry)
        let total = view.word64(at: entry &* Self.headSize &+ 24)
        if total == 0 { return Int(random.multipliedFullWidth(by: UInt64(count)).high) }
        let aim = random.multipliedFullWidth(by: total).high
        var index = 0
        while index < count &- 1, view.word64(at: address(index, of: entry) &- 8) <= aim { index &+= 1 }
        return index
    }
}
