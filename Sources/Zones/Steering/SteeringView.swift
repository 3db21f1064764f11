public import DNSWire
internal import Addresses

/// What all steered sets are answered with at one moment, in flat memory for the path of a query.
public struct SteeringView: Sendable {
    /// The entries, in the order of the registry's sets.
    public let entries: [SteeringEntry]
    /// The view as a query sees it; valid as long as this view lives, which the
    /// caller has to see to.
    @unsafe public let table: SteeringAnswers
    private let memory: FlatMemory

    /// Renders the entries.
    public init(_ entries: [SteeringEntry]) {
        self.entries = entries
        let addresses = entries.reduce(0) { $0 + $1.addresses.count }
        var buffer = FlatBuffer(
            capacity: entries.count * SteeringAnswers.headSize + addresses * SteeringAnswers.addressSize)
        _ = buffer.extend(by: entries.count * SteeringAnswers.headSize)
        for (index, entry) in entries.enumerated() {
            let head = index * SteeringAnswers.headSize
            let start = buffer.extend(by: entry.addresses.count * SteeringAnswers.addressSize)
            var weight: UInt64 = 0
            for (place, address) in entry.addresses.enumerated() {
                weight += UInt64(address.weight)
                let element = start + place * SteeringAnswers.addressSize
                buffer.store(weight, at: element)
                switch address.address {
                case .v4(let v4): buffer.store(v4.rawValue.bigEndian, at: element + 8)
                case .v6(let v6):
                    buffer.store(v6.high.bigEndian, at: element + 8)
                    buffer.store(v6.low.bigEndian, at: element + 16)
                }
            }
            buffer.store(UInt64(start), at: head)
            buffer.store(UInt32(entry.addresses.count), at: head + 8)
            buffer.store(entry.timeToLive, at: head + 12)
            buffer.store(entry.negativeTimeToLive, at: head + 16)
            buffer.store(entry.isSingle ? UInt32(1) : 0, at: head + 20)
            buffer.store(weight, at: head + 24)
        }
        memory = FlatMemory(buffer)
        unsafe table = SteeringAnswers(entries: memory.view, count: entries.count)
    }

    /// A view of no sets.
    public static let empty = SteeringView([])
}

/// The steering view as a query sees it: without a reference count. Whoever keeps it keeps the
/// ``SteeringView`` it came from.
///
/// An entry's head: u64 where its addresses are, u32 their number, u32 TTL, u32 negative TTL, u32 whether
/// answers are single, u64 the sum of weights. An address: u64 the sum of weights up to and with it, and
/// 16 octets in network order.
@frozen public struct SteeringAnswers: Sendable {
    @usableFromInline let view: FlatView
    /// The number of entries.
    public let count: Int

    @inlinable static var headSize: Int { 32 }
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
        view.word32(at: entry &* Self.headSize &+ 20) != 0
    }

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
