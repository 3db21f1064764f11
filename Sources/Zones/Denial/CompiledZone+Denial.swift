public import DNSWire

/// A record that proves something about a name: NSEC or NSEC3.
@frozen public struct Denial: Sendable {
    /// The node that has it.
    public let node: Int
    /// Whether it is the name's own; otherwise it spans the name, which has none.
    public let isMatch: Bool
}

/// What proves that something isn't there. A signed zone with a chain has two words of 32 bits in front of
/// each node: the record that proves what the node doesn't have, with its highest bit set where it is not the
/// node's own; and the one that proves that there is no wildcard below the node.
extension CompiledZone {
    /// How the zone proves what it doesn't have.
    public var denialKind: DenialKind { unsafe head.pointee.denials.kind }

    /// The record that proves what types a node has, or that it has no record of its own; nil in a zone
    /// without a chain.
    public func denial(of node: Int) -> Denial? {
        if denialKind == .none { return nil }
        let word = heap.word32(at: node &- 8).littleEndian
        if word == 0 { return nil }
        return Denial(node: Int(word & ~Self.spanning) &* 8, isMatch: word & Self.spanning == 0)
    }

    /// The node whose record proves that no wildcard is below a node; 0 without one.
    public func wildcardDenial(below node: Int) -> Int {
        denialKind == .none ? 0 : Int(heap.word32(at: node &- 4).littleEndian) &* 8
    }

    /// The node whose record spans the name that the key's last labels make, which isn't there; 0 without one.
    public func denial(spanning key: borrowing NameKey, labels: Int) -> Int {
        let chain = unsafe head.pointee.denials
        switch chain.kind {
        case .none: return 0
        case .nsec:
            let start = key.offset(labels: labels)
            let found = unsafe chain.find(
                key.view, at: start, count: key.length &- apexLength &- start, in: heap)
            return found.node
        case .nsec3: return chain.find(chain.parameters.hash(key, labels: labels, saltIn: heap)).node
        }
    }

    static var spanning: UInt32 { 0x8000_0000 }
}
