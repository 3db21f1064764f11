internal import DNSWire

/// How a zone proves what it doesn't have.
@frozen public enum DenialKind: UInt8, Sendable {
    /// Not at all.
    case none
    /// By NSEC records, in the order of names (RFC 4034 §4).
    case nsec
    /// By NSEC3 records, in the order of hashes (RFC 5155).
    case nsec3
}

/// The records that prove what a zone doesn't have, in their order.
@usableFromInline struct DenialChain: Sendable {
    /// Of which sort they are.
    let kind: DenialKind
    /// For NSEC the nodes in canonical order, u32 in units of eight octets. For NSEC3 the hashes in their order,
    /// 24 octets each: u64, u64 and u32, the hash; u32, the node in units of eight octets.
    let entries: FlatView
    let count: Int
    /// How names are hashed; without meaning for NSEC.
    let parameters: NSEC3Parameters

    static let nsecSize = 4
    static let nsec3Size = 24

    init(kind: DenialKind, entries: FlatView, parameters: NSEC3Parameters) {
        count = entries.count / (kind == .nsec3 ? Self.nsec3Size : Self.nsecSize)
        self.kind = count == 0 ? .none : kind
        self.entries = entries
        self.parameters = parameters
    }

    /// The node at a place of the chain; the places go round.
    private func node(_ place: Int) -> Int {
        let place = place < 0 ? count &- 1 : place
        let start =
            kind == .nsec ? place &* Self.nsecSize : place &* Self.nsec3Size &+ Self.nsec3Size &- 4
        return Int(entries.word32(at: start)) &* 8
    }

    /// The NSEC3 record whose hash this is, or else the one that covers it; 0 without any.
    func find(_ digest: SHA1Digest) -> (node: Int, isMatch: Bool) {
        if count == 0 { return (0, false) }
        // The entries before `low` are below the digest, those from `high` on are not.
        var (low, high) = (0, count)
        while low < high {
            let middle = (low &+ high) / 2
            if self.digest(middle) < digest { low = middle &+ 1 } else { high = middle }
        }
        if low < count, self.digest(low) == digest { return (node(low), true) }
        return (node(low &- 1), false)
    }

    private func digest(_ place: Int) -> SHA1Digest {
        let start = place &* Self.nsec3Size
        return SHA1Digest(
            high: entries.word64(at: start), middle: entries.word64(at: start &+ 8),
            low: entries.word32(at: start &+ 16))
    }

    /// The NSEC record of a name, given up to the apex, or else the one that covers it; 0 without any.
    func find(_ name: FlatView, at start: Int, count length: Int, in heap: FlatView) -> (
        node: Int, isMatch: Bool
    ) {
        if count == 0 { return (0, false) }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low &+ high) / 2
            let node = node(middle)
            switch CanonicalOrder.compare(heap, node &+ 8, heap.octet(at: node), name, start, length) {
            case 0: return (node, true)
            case ..<0: low = middle &+ 1
            default: high = middle
            }
        }
        return (node(low &- 1), false)
    }
}

/// The canonical order of names (RFC 4034 §6.1), of names in lower case up to the same apex.
enum CanonicalOrder {
    /// Below 0, 0, or above it, as the first name comes before the second, is it, or comes after it.
    static func compare(
        _ a: FlatView, _ startA: Int, _ lengthA: Int, _ b: FlatView, _ startB: Int, _ lengthB: Int
    ) -> Int {
        let labelsA = Labels(a, startA, lengthA)
        let labelsB = Labels(b, startB, lengthB)
        var depth = 1
        while depth <= labelsA.count && depth <= labelsB.count {
            let placeA = startA &+ labelsA.offset(fromEnd: depth)
            let placeB = startB &+ labelsB.offset(fromEnd: depth)
            let (octetsA, octetsB) = (a.octet(at: placeA), b.octet(at: placeB))
            var index = 1
            while index <= octetsA && index <= octetsB {
                let difference = a.octet(at: placeA &+ index) &- b.octet(at: placeB &+ index)
                if difference != 0 { return difference }
                index &+= 1
            }
            if octetsA != octetsB { return octetsA &- octetsB }
            depth &+= 1
        }
        return labelsA.count &- labelsB.count
    }

    /// Where the labels of a name begin.
    private struct Labels {
        private var starts = [128 of UInt8](repeating: 0)
        private(set) var count = 0

        init(_ view: FlatView, _ start: Int, _ length: Int) {
            var place = 0
            while place < length && count < 128 {
                starts[count] = UInt8(truncatingIfNeeded: place)
                count &+= 1
                place &+= view.octet(at: start &+ place) &+ 1
            }
        }

        func offset(fromEnd depth: Int) -> Int { Int(starts[count &- depth]) }
    }
}
